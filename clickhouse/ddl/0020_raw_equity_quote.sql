CREATE TABLE IF NOT EXISTS {database}.raw_equity_quote {on_cluster}
(
    event_id        Int64 CODEC(Delta(8), ZSTD(1)),
    event_time      DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ingest_time     DateTime64(3, 'UTC'),
    source          LowCardinality(String),
    schema_version  LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id       String,
    symbol          LowCardinality(String),
    exchange        LowCardinality(String),
    series          LowCardinality(String),
    sequence_number Int64 CODEC(Delta(8), ZSTD(1)),
    receive_time    Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)),
    bid_price       Nullable(Float64),
    bid_size        Nullable(Float64),
    ask_price       Nullable(Float64),
    ask_size        Nullable(Float64),
    conditions      Array(Int32),
    commit_id       LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMMDD(event_time)
ORDER BY (symbol, exchange, series, event_time, sequence_number)
{ttl:raw:toDate(event_time)}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
