CREATE TABLE IF NOT EXISTS {database}.raw_index_ohlc {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC'),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    source_file    LowCardinality(String),
    source_line    Int64,
    trade_date     Date,
    MKT            LowCardinality(String),
    SECURITY       String,
    PREV_CL_PR     Nullable(Float64),
    OPEN_PRICE     Nullable(Float64),
    HIGH_PRICE     Nullable(Float64),
    LOW_PRICE      Nullable(Float64),
    CLOSE_PRICE    Nullable(Float64),
    NET_TRDVAL     Nullable(Float64),
    NET_TRDQTY     Nullable(Int64),
    IND_SEC        LowCardinality(Nullable(String)),
    CORP_IND       LowCardinality(Nullable(String)),
    TRADES         Nullable(Int64),
    HI_52_WK       Nullable(Float64),
    LO_52_WK       Nullable(Float64),
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (entity_id, trade_date, source)
{ttl:raw:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
