CREATE TABLE IF NOT EXISTS {database}.gold_reports {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC'),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    report         LowCardinality(String),
    report_date    Date,
    metric         LowCardinality(String),
    dimensions     Map(String, String),
    value          Nullable(Float64) CODEC(ZSTD(1)),
    text           Nullable(String) CODEC(ZSTD(1)),
    metric_unit    LowCardinality(Nullable(String)),
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(report_date)
ORDER BY (report, report_date, metric)
{ttl:gold:report_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
