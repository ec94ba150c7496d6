CREATE TABLE IF NOT EXISTS {database}.flatfile_validation {on_cluster}
(
    event_id        String CODEC(ZSTD(1)),
    event_time      DateTime64(3, 'UTC'),
    ingest_time     DateTime64(3, 'UTC'),
    source          LowCardinality(String),
    schema_version  LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id       String,
    dataset         LowCardinality(String),
    trade_date      Date,
    file            LowCardinality(String),
    symbol          LowCardinality(String),
    exchange        LowCardinality(String),
    rows            Int64,
    duplicates      Int64,
    unchecked       Int64,
    rejected        Int64,
    first_time      Nullable(DateTime64(9, 'UTC')),
    last_time       Nullable(DateTime64(9, 'UTC')),
    backward_times  Int64,
    gaps            Int64,
    longest_gap     Float64,
    price_mean      Nullable(Float64),
    price_deviation Nullable(Float64),
    outliers        Int64,
    too_few         Bool,
    flagged         Bool,
    commit_id       LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (dataset, trade_date, symbol, exchange, file)
{ttl:gold:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
