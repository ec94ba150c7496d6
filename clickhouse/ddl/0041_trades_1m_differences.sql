-- Minutes in which the roll-up and the job's bars disagree; none is how it should be. A minute has no bar yet while it is
-- open, and never one outside the session. Sums may differ in their last digits, because only the job adds exactly.
CREATE VIEW IF NOT EXISTS {database}.trades_1m_differences {on_cluster} AS
SELECT
    symbol,
    exchange,
    series,
    window_start,
    multiIf(bar_trades = 0, 'no bar', agg_trades = 0, 'no trades', 'other values') AS difference,
    maxIf(minutes.open, is_bar) AS bar_open,
    maxIf(minutes.open, NOT is_bar) AS agg_open,
    maxIf(minutes.high, is_bar) AS bar_high,
    maxIf(minutes.high, NOT is_bar) AS agg_high,
    maxIf(minutes.low, is_bar) AS bar_low,
    maxIf(minutes.low, NOT is_bar) AS agg_low,
    maxIf(minutes.close, is_bar) AS bar_close,
    maxIf(minutes.close, NOT is_bar) AS agg_close,
    sumIf(minutes.volume, is_bar) AS bar_volume,
    sumIf(minutes.volume, NOT is_bar) AS agg_volume,
    sumIf(minutes.turnover, is_bar) AS bar_turnover,
    sumIf(minutes.turnover, NOT is_bar) AS agg_turnover,
    sumIf(minutes.trades, is_bar) AS bar_trades,
    sumIf(minutes.trades, NOT is_bar) AS agg_trades
FROM
(
    SELECT
        symbol, exchange, series, window_start, open, high, low, close, volume, turnover,
        toInt64(trades) AS trades, false AS is_bar
    FROM {database}.trades_1m
    UNION ALL
    SELECT
        symbol, exchange, series, toDateTime(window_start, 'UTC') AS window_start, open, high, low, close, volume, turnover,
        trades, true AS is_bar
    FROM {database}.bars_latest
    WHERE bar_interval = '1m' AND trades > 0
) AS minutes
GROUP BY symbol, exchange, series, window_start
HAVING bar_trades != agg_trades
    OR bar_open IS DISTINCT FROM agg_open
    OR bar_high IS DISTINCT FROM agg_high
    OR bar_low IS DISTINCT FROM agg_low
    OR bar_close IS DISTINCT FROM agg_close
    OR abs(bar_volume - agg_volume) > 1e-9 * bar_volume
    OR abs(bar_turnover - agg_turnover) > 1e-9 * bar_turnover;
