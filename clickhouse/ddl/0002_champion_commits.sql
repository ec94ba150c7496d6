CREATE TABLE IF NOT EXISTS {database}.champion_commits {on_cluster}
(
    sink         LowCardinality(String),
    epoch        LowCardinality(String),
    checkpoint   Int64,
    subtask      UInt32,
    sequence     UInt64,
    block        String,
    state        Enum8('intended' = 1, 'split' = 2, 'written' = 3),
    table_name   LowCardinality(String),
    partition_id LowCardinality(String),
    rows         UInt64,
    rejected     UInt64,
    checksum     UInt64,
    at           DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {engine:MergeTree}
PARTITION BY toYYYYMM(at)
ORDER BY (sink, epoch, checkpoint, block);
