ALTER TABLE {database}.corporate_actions {on_cluster}
    ADD COLUMN IF NOT EXISTS premium Nullable(Float64) AFTER subscription_price;
