-- The minutes of raw_equity_trade, kept by trades_1m_feed and read through trades_1m. Prices and sums are of the messages of
-- kind TRADE alone; amendments counts the corrections and cancellations, which nothing here has taken in.
CREATE TABLE IF NOT EXISTS {database}.trades_1m_agg {on_cluster}
(
    symbol       LowCardinality(String),
    exchange     LowCardinality(String),
    series       LowCardinality(String),
    window_start DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    open         AggregateFunction(argMin, Float64, UInt128),
    high         SimpleAggregateFunction(max, Nullable(Float64)),
    low          SimpleAggregateFunction(min, Nullable(Float64)),
    close        AggregateFunction(argMax, Float64, UInt128),
    volume       SimpleAggregateFunction(sum, Float64),
    turnover     SimpleAggregateFunction(sum, Float64),
    trades       SimpleAggregateFunction(sum, UInt64),
    amendments   SimpleAggregateFunction(sum, UInt64)
)
ENGINE = {engine:AggregatingMergeTree}
PARTITION BY toYYYYMMDD(window_start)
ORDER BY (symbol, exchange, series, window_start)
{ttl:raw:toDate(window_start)}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
