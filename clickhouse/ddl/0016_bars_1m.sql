CREATE TABLE IF NOT EXISTS {database}.bars_1m {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    symbol         LowCardinality(String),
    exchange       LowCardinality(String),
    series         LowCardinality(String),
    instrument_id  String,
    trade_date     Date,
    window_start   DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    open           Nullable(Float64),
    high           Nullable(Float64),
    low            Nullable(Float64),
    close          Nullable(Float64),
    volume         Nullable(Float64),
    vwap           Nullable(Float64),
    trades         Nullable(Int64),
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMMDD(trade_date)
ORDER BY (symbol, exchange, series, window_start)
{ttl:normalized:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
