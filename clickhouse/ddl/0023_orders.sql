CREATE TABLE IF NOT EXISTS {database}.orders {on_cluster}
(
    event_id           String CODEC(ZSTD(1)),
    event_time         DateTime64(3, 'UTC'),
    ingest_time        DateTime64(3, 'UTC'),
    source             LowCardinality(String),
    schema_version     LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id          String,
    order_id           String CODEC(ZSTD(1)),
    portfolio_id       LowCardinality(String),
    strategy_id        LowCardinality(Nullable(String)),
    instrument_id      String,
    symbol             LowCardinality(String),
    exchange           LowCardinality(String),
    series             LowCardinality(String),
    order_date         Date,
    version            Int32,
    side               LowCardinality(String),
    order_type         LowCardinality(String),
    time_in_force      LowCardinality(Nullable(String)),
    status             LowCardinality(String),
    quantity           Float64,
    filled_quantity    Float64 DEFAULT 0,
    limit_price        Nullable(Float64),
    stop_price         Nullable(Float64),
    average_fill_price Nullable(Float64),
    currency           LowCardinality(String) DEFAULT 'INR',
    commit_id          LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(order_date)
ORDER BY (portfolio_id, order_date, order_id, version)
{ttl:raw:order_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
