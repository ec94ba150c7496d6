ALTER TABLE {database}.normalized_equity_adjusted {on_cluster}
    ADD COLUMN IF NOT EXISTS break_ratio Nullable(Float64) AFTER is_trading_day;
