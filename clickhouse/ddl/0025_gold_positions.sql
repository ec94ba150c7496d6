CREATE TABLE IF NOT EXISTS {database}.gold_positions {on_cluster}
(
    event_id       String CODEC(ZSTD(1)),
    event_time     DateTime64(3, 'UTC'),
    ingest_time    DateTime64(3, 'UTC'),
    source         LowCardinality(String),
    schema_version LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id      String,
    portfolio_id   LowCardinality(String),
    instrument_id  String,
    symbol         LowCardinality(String),
    exchange       LowCardinality(String),
    series         LowCardinality(String),
    trade_date     Date,
    quantity       Float64,
    average_cost   Nullable(Float64),
    market_price   Nullable(Float64),
    market_value   Nullable(Float64),
    cost_basis     Nullable(Float64),
    unrealized_pnl Nullable(Float64),
    currency       LowCardinality(String) DEFAULT 'INR',
    commit_id      LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (portfolio_id, symbol, exchange, series, trade_date)
{ttl:gold:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
