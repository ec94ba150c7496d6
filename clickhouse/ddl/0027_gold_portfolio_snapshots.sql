CREATE TABLE IF NOT EXISTS {database}.gold_portfolio_snapshots {on_cluster}
(
    event_id        String CODEC(ZSTD(1)),
    event_time      DateTime64(3, 'UTC'),
    ingest_time     DateTime64(3, 'UTC'),
    source          LowCardinality(String),
    schema_version  LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id       String,
    portfolio_id    LowCardinality(String),
    trade_date      Date,
    cash            Float64,
    market_value    Float64,
    net_asset_value Float64,
    gross_exposure  Float64,
    net_exposure    Float64,
    leverage        Nullable(Float64),
    realized_pnl    Float64,
    unrealized_pnl  Float64,
    daily_return    Nullable(Float64),
    drawdown        Nullable(Float64),
    positions       Int32,
    currency        LowCardinality(String) DEFAULT 'INR',
    commit_id       LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (portfolio_id, trade_date)
{ttl:gold:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
