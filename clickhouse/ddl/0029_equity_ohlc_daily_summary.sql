-- Plain, not materialized: a bounded run replaces partitions, which fires no materialized view, so that a roll-up kept
-- beside the table would go on counting the rows of before.
CREATE VIEW IF NOT EXISTS {database}.equity_ohlc_daily_summary {on_cluster} AS
SELECT
    trade_date,
    exchange,
    count() AS total_instruments,
    uniqExact(symbol) AS total_symbols,
    sum(volume) AS total_volume,
    sum(turnover) AS total_turnover,
    avg(close) AS avg_close_price,
    max(high) AS max_high_price,
    min(low) AS min_low_price
FROM {database}.normalized_equity_ohlc
GROUP BY trade_date, exchange;
