CREATE TABLE IF NOT EXISTS {database}.symbol_master {on_cluster}
(
    event_id        String CODEC(ZSTD(1)),
    event_time      DateTime64(3, 'UTC'),
    ingest_time     DateTime64(3, 'UTC'),
    source          LowCardinality(String),
    schema_version  LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id       String,
    instrument_id   String,
    symbol          LowCardinality(String),
    exchange        LowCardinality(String),
    isin            String,
    company_name    String,
    sector          LowCardinality(Nullable(String)),
    industry        LowCardinality(Nullable(String)),
    instrument_type LowCardinality(Nullable(String)),
    series          LowCardinality(String),
    face_value      Nullable(Float64),
    paid_up_value   Nullable(Float64),
    market_lot      Nullable(Int64),
    listing_date    Nullable(Date),
    delisting_date  Nullable(Date),
    is_active       Bool DEFAULT true,
    commit_id       LowCardinality(String) DEFAULT '',
    INDEX isin_index isin TYPE bloom_filter GRANULARITY 4,
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ingest_time)}
ORDER BY (exchange, symbol, series)
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
