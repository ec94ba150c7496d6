CREATE TABLE IF NOT EXISTS {database}.normalized_equity_adjusted {on_cluster}
(
    event_id          String CODEC(ZSTD(1)),
    event_time        DateTime64(3, 'UTC'),
    ingest_time       DateTime64(3, 'UTC'),
    source            LowCardinality(String),
    schema_version    LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id         String,
    instrument_id     String,
    symbol            LowCardinality(String),
    exchange          LowCardinality(String),
    isin              Nullable(String),
    series            LowCardinality(String),
    trade_date        Date,
    prev_close        Nullable(Float64),
    open              Nullable(Float64),
    high              Nullable(Float64),
    low               Nullable(Float64),
    close             Nullable(Float64),
    volume            Nullable(Float64),
    turnover          Nullable(Float64),
    trades            Nullable(Int64),
    adjustment_factor Float64 DEFAULT 1,
    dividend_factor   Float64 DEFAULT 1,
    adjustment_date   Nullable(Date),
    is_trading_day    Bool,
    commit_id         LowCardinality(String) DEFAULT '',
    INDEX isin_index isin TYPE bloom_filter GRANULARITY 4,
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (symbol, exchange, series, trade_date)
{ttl:normalized:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
