ALTER TABLE {database}.bars {on_cluster}
    ADD COLUMN IF NOT EXISTS first_event_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)) AFTER trades,
    ADD COLUMN IF NOT EXISTS last_event_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta(8), ZSTD(1)) AFTER first_event_time;
