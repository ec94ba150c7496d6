-- The result that holds of each window; bars keeps the ones that late trades replaced.
-- argMax passes over nulls: a nullable column is wrapped in a tuple so that its latest null is kept.
CREATE OR REPLACE VIEW {database}.bars_latest {on_cluster} AS
SELECT
    argMax(bars.event_id, bars.version) AS event_id,
    event_time,
    argMax(bars.ingest_time, bars.version) AS ingest_time,
    argMax(bars.source, bars.version) AS source,
    argMax(bars.schema_version, bars.version) AS schema_version,
    argMax(bars.entity_id, bars.version) AS entity_id,
    symbol,
    exchange,
    series,
    instrument_id,
    bar_interval,
    window_start,
    argMax(bars.window_end, bars.version) AS window_end,
    max(bars.version) AS version,
    argMax(tuple(bars.open), bars.version).1 AS open,
    argMax(tuple(bars.high), bars.version).1 AS high,
    argMax(tuple(bars.low), bars.version).1 AS low,
    argMax(tuple(bars.close), bars.version).1 AS close,
    argMax(bars.volume, bars.version) AS volume,
    argMax(bars.turnover, bars.version) AS turnover,
    argMax(tuple(bars.vwap), bars.version).1 AS vwap,
    argMax(bars.trades, bars.version) AS trades,
    argMax(tuple(bars.first_event_time), bars.version).1 AS first_event_time,
    argMax(tuple(bars.last_event_time), bars.version).1 AS last_event_time
FROM {database}.bars
GROUP BY symbol, exchange, series, instrument_id, bar_interval, event_time, window_start;
