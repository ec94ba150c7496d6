CREATE TABLE IF NOT EXISTS {database}.corporate_actions {on_cluster}
(
    event_id           String CODEC(ZSTD(1)),
    event_time         DateTime64(3, 'UTC'),
    ingest_time        DateTime64(3, 'UTC'),
    source             LowCardinality(String),
    schema_version     LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id          String,
    symbol             LowCardinality(String),
    exchange           LowCardinality(String),
    series             LowCardinality(String),
    instrument_id      String,
    isin               Nullable(String),
    name               Nullable(String),
    action_type        LowCardinality(String),
    purpose            String CODEC(ZSTD(1)),
    ex_date            Nullable(Date),
    record_date        Nullable(Date),
    book_closure_start Nullable(Date),
    book_closure_end   Nullable(Date),
    ratio_new          Nullable(Float64),
    ratio_old          Nullable(Float64),
    amount             Nullable(Float64),
    subscription_price Nullable(Float64),
    adjustment_factor  Nullable(Float64),
    commit_id          LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ingest_time)}
ORDER BY (exchange, symbol, series, event_id)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
