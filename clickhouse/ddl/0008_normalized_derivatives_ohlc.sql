CREATE TABLE IF NOT EXISTS {database}.normalized_derivatives_ohlc {on_cluster}
(
    event_id                String CODEC(ZSTD(1)),
    event_time              DateTime64(3, 'UTC'),
    ingest_time             DateTime64(3, 'UTC'),
    source                  LowCardinality(String),
    schema_version          LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id               String,
    instrument_id           String,
    symbol                  LowCardinality(String),
    exchange                LowCardinality(String),
    instrument_type         LowCardinality(String),
    contract_name           Nullable(String) CODEC(ZSTD(1)),
    expiry_date             Date,
    actual_expiry_date      Nullable(Date),
    option_type             LowCardinality(Nullable(String)),
    strike_price            Nullable(Float64),
    lot_size                Nullable(Int64),
    trade_date              Date,
    prev_close              Nullable(Float64),
    open                    Nullable(Float64),
    high                    Nullable(Float64),
    low                     Nullable(Float64),
    close                   Nullable(Float64),
    last_price              Nullable(Float64),
    settlement_price        Nullable(Float64),
    underlying_price        Nullable(Float64),
    open_interest           Nullable(Int64),
    change_in_open_interest Nullable(Int64),
    volume                  Nullable(Int64),
    volume_contracts        Nullable(Int64),
    turnover                Nullable(Float64),
    trades                  Nullable(Int64),
    is_trading_day          Bool,
    commit_id               LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (symbol, exchange, expiry_date, instrument_id, trade_date)
{ttl:normalized:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
