CREATE TABLE IF NOT EXISTS {database}.trades {on_cluster}
(
    event_id         Int64 CODEC(Delta(8), ZSTD(1)),
    event_time       DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingest_time      DateTime64(3, 'UTC'),
    source           LowCardinality(String),
    schema_version   LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id        String,
    symbol           LowCardinality(String),
    exchange         LowCardinality(String),
    trade_date       Date,
    participant_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    trf_time         Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    sequence_number  Int64 CODEC(Delta(8), ZSTD(1)),
    trade_id         String CODEC(ZSTD(1)),
    exchange_id      Int32,
    trf_id           Nullable(Int32),
    tape             Nullable(Int32),
    price            Nullable(Float64),
    size             Nullable(Float64),
    correction       Nullable(Int32),
    conditions       Array(Int32),
    is_outlier       Bool DEFAULT false,
    commit_id        LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMMDD(trade_date)
ORDER BY (symbol, exchange, event_time, sequence_number)
{ttl:normalized:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
