ALTER TABLE {database}.features_equity_indicators {on_cluster}
    ADD COLUMN IF NOT EXISTS bar_interval LowCardinality(String) DEFAULT '1d' AFTER feature_version,
    ADD COLUMN IF NOT EXISTS version      Int32 DEFAULT 1 AFTER bar_interval,
    ADD COLUMN IF NOT EXISTS volume_ma_20 Nullable(Float64) AFTER obv,
    ADD COLUMN IF NOT EXISTS volume_ratio Nullable(Float64) AFTER volume_ma_20,
    ADD COLUMN IF NOT EXISTS returns      Nullable(Float64) AFTER volume_ratio,
    ADD COLUMN IF NOT EXISTS log_returns  Nullable(Float64) AFTER returns,
    ADD COLUMN IF NOT EXISTS features     Map(String, Float64) AFTER log_returns;
