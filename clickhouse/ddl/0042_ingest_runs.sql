CREATE TABLE IF NOT EXISTS {database}.ingest_runs {on_cluster}
(
    event_id        String CODEC(ZSTD(1)),
    event_time      DateTime64(3, 'UTC'),
    ingest_time     DateTime64(3, 'UTC'),
    source          LowCardinality(String),
    schema_version  LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id       String,
    job             LowCardinality(String),
    run_id          String,
    run_date        Date,
    started         DateTime64(3, 'UTC'),
    finished        DateTime64(3, 'UTC'),
    revision        LowCardinality(Nullable(String)),
    problem         Nullable(String) CODEC(ZSTD(1)),
    sessions        Int64,
    rows_read       Int64,
    rows_rejected   Int64,
    rows_duplicate  Int64,
    written         Map(String, Int64),
    carried_over    Map(String, Int64),
    merged          Map(String, Int64),
    rejected        Map(String, Int64),
    warnings        Map(String, Int64),
    older_than_kept Map(String, Int64),
    files           Array(Tuple(file String, source String, session Nullable(Date), rows_read Int64, rows_duplicate Int64, written Map(String, Int64), rejected Map(String, Int64), warnings Map(String, Int64))) CODEC(ZSTD(1)),
    commit_id       LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(run_date)
ORDER BY (job, run_id)
{ttl:gold:run_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
