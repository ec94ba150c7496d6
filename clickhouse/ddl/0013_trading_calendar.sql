CREATE TABLE IF NOT EXISTS {database}.trading_calendar {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC'),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    exchange       LowCardinality(String),
    segment        LowCardinality(String),
    calendar_date  Date,
    is_trading_day Bool,
    session_type   LowCardinality(String),
    open_time      Nullable(DateTime64(3, 'UTC')),
    close_time     Nullable(DateTime64(3, 'UTC')),
    description    Nullable(String),
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ingest_time)}
ORDER BY (exchange, segment, calendar_date)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
