CREATE TABLE IF NOT EXISTS {database}.bars {on_cluster}
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
    bar_interval   LowCardinality(String),
    window_start   DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    window_end     DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    version        Int32,
    open           Nullable(Float64),
    high           Nullable(Float64),
    low            Nullable(Float64),
    close          Nullable(Float64),
    volume         Float64,
    turnover       Float64,
    vwap           Nullable(Float64),
    trades         Int64,
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMMDD(event_time)
ORDER BY (symbol, exchange, series, bar_interval, window_start, version)
{ttl:normalized:toDate(event_time)}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
