"""Trades from flat files to Parquet (snappy) with Polars: flatfiles.py unique|all FILES OUT.

Prices are checked, and "unique" removes duplicates by the key that the other peers use.
"""

import sys
import time

import polars as pl

SCHEMA = {
    "ticker": pl.String, "conditions": pl.String, "correction": pl.Int32, "exchange": pl.Int32, "id": pl.String,
    "participant_timestamp": pl.Int64, "price": pl.Float64, "sequence_number": pl.Int64, "sip_timestamp": pl.Int64,
    "size": pl.Float64, "tape": pl.Int32, "trf_id": pl.Int32, "trf_timestamp": pl.Int64,
}

form, files, out = sys.argv[1:]
start = time.perf_counter()
trades = (
    pl.scan_csv(files, schema=SCHEMA)
    .filter(pl.col("price") > 0)
    .with_columns(
        pl.when(pl.col("conditions").is_null())
        .then(pl.lit([], dtype=pl.List(pl.Int32)))
        .otherwise(pl.col("conditions").str.split(",").cast(pl.List(pl.Int32)))
        .alias("conditions")
    )
)
if form == "unique":
    trades = trades.unique(["ticker", "sip_timestamp", "sequence_number"], keep="any")
trades.sink_parquet(out + "/trades.parquet", compression="snappy", mkdir=True)
print(f"inner={time.perf_counter() - start:.2f}")
