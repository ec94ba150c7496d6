CREATE TABLE IF NOT EXISTS {database}.features_equity_indicators {on_cluster}
(
    event_id          String CODEC(ZSTD(1)),
    event_time        DateTime64(3, 'UTC'),
    ingest_time       DateTime64(3, 'UTC'),
    source            LowCardinality(String),
    schema_version    LowCardinality(String) DEFAULT 'v1.0.0',
    entity_id         String,
    instrument_id     String,
    symbol            LowCardinality(String),
    exchange          LowCardinality(String),
    series            LowCardinality(String),
    trade_date        Date,
    feature_group     LowCardinality(String),
    feature_timestamp DateTime64(3, 'UTC'),
    feature_version   LowCardinality(String),
    sma_5             Nullable(Float64),
    sma_10            Nullable(Float64),
    sma_20            Nullable(Float64),
    sma_50            Nullable(Float64),
    sma_100           Nullable(Float64),
    sma_200           Nullable(Float64),
    ema_12            Nullable(Float64),
    ema_26            Nullable(Float64),
    ema_50            Nullable(Float64),
    rsi_14            Nullable(Float64),
    macd              Nullable(Float64),
    macd_signal       Nullable(Float64),
    macd_histogram    Nullable(Float64),
    stochastic_k      Nullable(Float64),
    stochastic_d      Nullable(Float64),
    bb_upper          Nullable(Float64),
    bb_middle         Nullable(Float64),
    bb_lower          Nullable(Float64),
    bb_width          Nullable(Float64),
    atr_14            Nullable(Float64),
    vwap              Nullable(Float64),
    obv               Nullable(Int64),
    computed_at       DateTime64(3, 'UTC'),
    commit_id         LowCardinality(String) DEFAULT '',
    INDEX commit_id_index commit_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(trade_date)
ORDER BY (symbol, exchange, series, trade_date, feature_group, feature_timestamp)
{ttl:features:trade_date}
SETTINGS
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
