"""Computes features of daily bars with Polars: features.py standard|small rows|wide LAKE OUT.

"rows" writes what feature-compute writes: a row per bar and group, a folder per day and group. "wide" writes a row per bar
to one file.
"""

import sys
import time

import polars as pl

SETS = {
    "standard": {
        "trend": ["sma_5", "sma_10", "sma_20", "sma_50", "sma_100", "sma_200", "ema_12", "ema_26", "ema_50"],
        "momentum": ["macd", "macd_signal", "macd_histogram", "rsi_14", "stochastic_k", "stochastic_d", "returns", "log_returns"],
        "volatility": ["bb_upper", "bb_middle", "bb_lower", "bb_width", "atr_14"],
        "volume": ["vwap", "obv", "volume_ma_20", "volume_ratio"],
    },
    "small": {
        "trend": ["sma_5", "sma_20", "sma_50", "sma_200", "ema_12", "ema_26"],
        "momentum": ["macd", "macd_signal", "macd_histogram", "rsi_14"],
        "volatility": ["bb_upper", "bb_middle", "bb_lower", "bb_width", "atr_14"],
    },
}
ALL = [
    "sma_5", "sma_10", "sma_20", "sma_50", "sma_100", "sma_200", "ema_12", "ema_26", "ema_50", "rsi_14", "macd", "macd_signal",
    "macd_histogram", "stochastic_k", "stochastic_d", "bb_upper", "bb_middle", "bb_lower", "bb_width", "atr_14", "vwap", "obv",
    "volume_ma_20", "volume_ratio", "returns", "log_returns",
]


def each(expression):
    return expression.over("instrument_id")


def smoothed(values, window, first, alpha):
    """An exponential average of values known from index first on, begun with the mean of `window` of them."""
    seed = first + window - 1
    row = pl.int_range(pl.len())
    begun = (
        pl.when(row == seed).then(values.rolling_mean(window)).when(row > seed).then(values).otherwise(None)
    )
    return begun.ewm_mean(alpha=alpha, adjust=False, ignore_nulls=True)


def features(lake):
    bars = pl.scan_parquet(lake + "/normalized/equity_adjusted/**/*.parquet", hive_partitioning=False).select(
        "instrument_id", "symbol", "exchange", "series", "trade_date", "event_time",
        "open", "high", "low", "close", "volume", "turnover",
    )
    # What the windows below run along.
    bars = bars.sort("instrument_id", "trade_date")
    close, high, low, volume = pl.col("close"), pl.col("high"), pl.col("low"), pl.col("volume")
    before = close.shift(1)
    change = close - before
    known = pl.int_range(pl.len()) > 0
    true_range = pl.when(known).then(pl.max_horizontal(high, before) - pl.min_horizontal(low, before))
    lowest, highest = low.rolling_min(14), high.rolling_max(14)
    return (
        bars.with_columns(
            *[each(close.rolling_mean(n)).alias(f"sma_{n}") for n in (5, 10, 20, 50, 100, 200)],
            *[each(smoothed(close, n, 0, 2 / (n + 1))).alias(f"ema_{n}") for n in (12, 26, 50)],
            each(smoothed(change.clip(lower_bound=0), 14, 1, 1 / 14)).alias("gain"),
            each(smoothed((-change).clip(lower_bound=0), 14, 1, 1 / 14)).alias("loss"),
            each(smoothed(true_range, 14, 1, 1 / 14)).alias("atr_14"),
            each(100 * (close - lowest) / (highest - lowest)).alias("stochastic_k"),
            each(close.rolling_std(20, ddof=0)).alias("deviation"),
            each(
                pl.when(change > 0).then(volume).when(change < 0).then(-volume).otherwise(0.0).cum_sum()
            ).cast(pl.Int64).alias("obv"),
            each(volume.rolling_mean(20)).alias("volume_ma_20"),
            each(close / before - 1).alias("returns"),
            each((close / before).log()).alias("log_returns"),
            (pl.col("turnover") / volume).alias("vwap"),
        )
        .with_columns(macd=pl.col("ema_12") - pl.col("ema_26"))
        .with_columns(
            each(smoothed(pl.col("macd"), 9, 25, 2 / 10)).alias("macd_signal"),
            each(pl.col("stochastic_k").rolling_mean(3)).alias("stochastic_d"),
            rsi_14=100 - 100 / (1 + pl.col("gain") / pl.col("loss")),
            bb_middle=pl.col("sma_20"),
            bb_upper=pl.col("sma_20") + 2 * pl.col("deviation"),
            bb_lower=pl.col("sma_20") - 2 * pl.col("deviation"),
            volume_ratio=volume / pl.col("volume_ma_20"),
        )
        .with_columns(
            macd_histogram=pl.col("macd") - pl.col("macd_signal"),
            bb_width=(pl.col("bb_upper") - pl.col("bb_lower")) / pl.col("bb_middle"),
        )
    )


def rows(bars, groups, suffix):
    now = pl.lit(int(time.time() * 1000)).cast(pl.Datetime("ms", "UTC"))

    def group(name, columns):
        return bars.select(
            (
                pl.col("instrument_id") + ":1d:" + pl.col("event_time").dt.epoch("ms").cast(pl.String) + f":{name}{suffix}:v1:1"
            ).alias("event_id"),
            pl.col("event_time"),
            now.alias("ingest_time"),
            pl.lit("normalized.equity_adjusted").alias("source"),
            pl.lit("v1.1.0").alias("schema_version"),
            pl.col("instrument_id").alias("entity_id"),
            "instrument_id", "symbol", "exchange", "series", "trade_date",
            pl.lit(name + suffix).alias("feature_group"),
            (pl.col("event_time") + pl.duration(hours=10)).alias("feature_timestamp"),
            pl.lit("v1").alias("feature_version"),
            pl.lit("1d").alias("bar_interval"),
            pl.lit(1, dtype=pl.Int32).alias("version"),
            *[
                pl.col(c) if c in columns else pl.lit(None, dtype=pl.Int64 if c == "obv" else pl.Float64).alias(c)
                for c in ALL
            ],
            now.alias("computed_at"),
            pl.col("trade_date").dt.year().alias("year"),
            pl.col("trade_date").dt.month().alias("month"),
            pl.col("trade_date").dt.day().alias("day"),
        )

    return pl.concat([group(name, columns) for name, columns in groups.items()])


def main():
    feature_set, form, lake, out = sys.argv[1:]
    groups = SETS[feature_set]
    start = time.monotonic()
    bars = features(lake)
    if form == "wide":
        columns = [column for group in groups.values() for column in group]
        bars.select("instrument_id", "trade_date", *columns).sink_parquet(out + "/features.parquet", compression="snappy", mkdir=True)
    else:
        # Grouped by folder, as its partitioned sink wants it.
        computed = bars.collect().lazy()
        rows(computed, groups, "" if feature_set == "standard" else "_" + feature_set).sink_parquet(
            pl.PartitionByKey(out, by=["year", "month", "day", pl.col("feature_group").alias("group")], include_key=False),
            compression="snappy",
            mkdir=True,
        )
    print(f"inner={time.monotonic() - start:.2f}")


main()
