-- One row per instrument and bar: the groups of features_equity_indicators side by side, each in its last version. A group
-- fills only its own columns, and any() passes over nulls.
CREATE OR REPLACE VIEW {database}.equity_indicators {on_cluster} AS
SELECT
    symbol,
    exchange,
    series,
    trade_date,
    bar_interval,
    event_time,
    feature_timestamp,
    feature_version,
    any(sma_5) AS sma_5,
    any(sma_10) AS sma_10,
    any(sma_20) AS sma_20,
    any(sma_50) AS sma_50,
    any(sma_100) AS sma_100,
    any(sma_200) AS sma_200,
    any(ema_12) AS ema_12,
    any(ema_26) AS ema_26,
    any(ema_50) AS ema_50,
    any(rsi_14) AS rsi_14,
    any(macd) AS macd,
    any(macd_signal) AS macd_signal,
    any(macd_histogram) AS macd_histogram,
    any(stochastic_k) AS stochastic_k,
    any(stochastic_d) AS stochastic_d,
    any(bb_upper) AS bb_upper,
    any(bb_middle) AS bb_middle,
    any(bb_lower) AS bb_lower,
    any(bb_width) AS bb_width,
    any(atr_14) AS atr_14,
    any(vwap) AS vwap,
    any(obv) AS obv,
    any(volume_ma_20) AS volume_ma_20,
    any(volume_ratio) AS volume_ratio,
    any(returns) AS returns,
    any(log_returns) AS log_returns,
    mapFromArrays(arrayFlatten(groupArray(mapKeys(latest.features))), arrayFlatten(groupArray(mapValues(latest.features)))) AS features
FROM
(
    SELECT *
    FROM {database}.features_equity_indicators
    ORDER BY version DESC
    LIMIT 1 BY symbol, exchange, series, trade_date, bar_interval, event_time, feature_timestamp, feature_version, feature_group
) AS latest
GROUP BY symbol, exchange, series, trade_date, bar_interval, event_time, feature_timestamp, feature_version;
