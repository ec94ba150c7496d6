-- The 100 most traded of each session and exchange. Grouped and not windowed, so that a filter on the date reads that date
-- alone. pct_change is against the close as traded: across a split or bonus it shows the split, not a loss.
CREATE VIEW IF NOT EXISTS {database}.equity_volume_leaders {on_cluster} AS
SELECT
    trade_date,
    exchange,
    volume_rank,
    leader.symbol AS symbol,
    leader.series AS series,
    -leader.negative_volume AS volume,
    leader.turnover AS turnover,
    leader.close AS close,
    (leader.close - leader.prev_close) / nullIf(leader.prev_close, 0) * 100 AS pct_change
FROM
(
    SELECT
        trade_date,
        exchange,
        groupArraySorted(100)(CAST(
            (-assumeNotNull(volume), symbol, series, turnover, close, prev_close),
            'Tuple(negative_volume Int64, symbol String, series String, turnover Nullable(Float64), close Nullable(Float64), prev_close Nullable(Float64))'
        )) AS leaders
    FROM {database}.normalized_equity_ohlc
    WHERE volume > 0
    GROUP BY trade_date, exchange
)
ARRAY JOIN
    leaders AS leader,
    arrayEnumerate(leaders) AS volume_rank;
