-- The minutes' trades that hold, right without FINAL. A minute that nobody amended comes from the roll-up. The others are
-- computed from their messages, the last of each trade, because no sum can give back the price that a cancelled trade was
-- the highest of. Trades of one nanosecond go by the sequence number of the message that holds. A filter on symbol, exchange,
-- series and window_start reaches the keys of both tables.
CREATE VIEW IF NOT EXISTS {database}.trades_1m {on_cluster} AS
SELECT
    symbol,
    exchange,
    series,
    window_start,
    argMinMerge(trades_1m_agg.open) AS open,
    max(trades_1m_agg.high) AS high,
    min(trades_1m_agg.low) AS low,
    argMaxMerge(trades_1m_agg.close) AS close,
    sum(trades_1m_agg.volume) AS volume,
    sum(trades_1m_agg.turnover) AS turnover,
    sum(trades_1m_agg.trades) AS trades
FROM {database}.trades_1m_agg
GROUP BY symbol, exchange, series, window_start
HAVING sum(trades_1m_agg.amendments) = 0
UNION ALL
SELECT
    symbol,
    exchange,
    series,
    window_start,
    argMin(held.price, (held.event_time, held.sequence_number)) AS open,
    max(held.price) AS high,
    min(held.price) AS low,
    argMax(held.price, (held.event_time, held.sequence_number)) AS close,
    sum(held.size) AS volume,
    sum(held.price * held.size) AS turnover,
    count() AS trades
FROM
(
    SELECT
        symbol,
        exchange,
        series,
        window_start,
        event_time,
        max(messages.sequence_number) AS sequence_number,
        argMax(tuple(messages.kind, messages.price, messages.size), messages.sequence_number) AS last,
        last.1 AS kind,
        assumeNotNull(last.2) AS price,
        assumeNotNull(last.3) AS size
    FROM
    (
        SELECT *, toStartOfMinute(event_time) AS window_start
        FROM {database}.raw_equity_trade
    ) AS messages
    LEFT SEMI JOIN
    (
        SELECT symbol, exchange, series, window_start
        FROM {database}.trades_1m_agg
        GROUP BY symbol, exchange, series, window_start
        HAVING sum(trades_1m_agg.amendments) > 0
    ) AS amended USING (symbol, exchange, series, window_start)
    GROUP BY symbol, exchange, series, window_start, event_time, trade_id
    HAVING kind != 'CANCELLATION'
) AS held
GROUP BY symbol, exchange, series, window_start;
