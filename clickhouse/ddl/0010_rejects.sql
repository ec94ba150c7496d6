CREATE TABLE IF NOT EXISTS {database}.rejects {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC'),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    dataset        LowCardinality(String),
    date           Date,
    file           LowCardinality(String),
    line           Nullable(Int64),
    field          LowCardinality(Nullable(String)),
    value          Nullable(String) CODEC(ZSTD(1)),
    reason         LowCardinality(String),
    message        String CODEC(ZSTD(1)),
    record         String CODEC(ZSTD(3)),
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(date)
ORDER BY (dataset, date, reason, file)
{ttl:quarantine:date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
