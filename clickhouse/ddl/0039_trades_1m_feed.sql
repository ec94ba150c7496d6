-- Rolls up what is inserted into raw_equity_trade. The order of trades (time, then sequence number) is one number of 128 bits,
-- because a tuple there makes the roll-up three times as dear.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.trades_1m_feed {on_cluster} TO {database}.trades_1m_agg AS
SELECT
    symbol,
    exchange,
    series,
    toStartOfMinute(event_time) AS window_start,
    argMinStateIf(assumeNotNull(price), bitShiftLeft(toUInt128(toUnixTimestamp64Nano(event_time)), 64) + toUInt64(sequence_number), kind = 'TRADE') AS open,
    maxIf(price, kind = 'TRADE') AS high,
    minIf(price, kind = 'TRADE') AS low,
    argMaxStateIf(assumeNotNull(price), bitShiftLeft(toUInt128(toUnixTimestamp64Nano(event_time)), 64) + toUInt64(sequence_number), kind = 'TRADE') AS close,
    sumIf(assumeNotNull(size), kind = 'TRADE') AS volume,
    sumIf(assumeNotNull(price * size), kind = 'TRADE') AS turnover,
    countIf(kind = 'TRADE') AS trades,
    countIf(kind != 'TRADE') AS amendments
FROM {database}.raw_equity_trade
GROUP BY symbol, exchange, series, window_start;
