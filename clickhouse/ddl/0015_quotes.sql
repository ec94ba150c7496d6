CREATE TABLE IF NOT EXISTS {database}.quotes {on_cluster}
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
    tape             Nullable(Int32),
    bid_exchange_id  Nullable(Int32),
    bid_price        Nullable(Float64),
    bid_size         Nullable(Float64),
    ask_exchange_id  Nullable(Int32),
    ask_price        Nullable(Float64),
    ask_size         Nullable(Float64),
    conditions       Array(Int32),
    indicators       Array(Int32),
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
