-- The trades that hold: corrections applied, cancelled trades left out. A correction carries the time of the trade that it
-- changes, so that the time is part of the key and a filter on it reads that time alone.
-- argMax passes over nulls: a nullable column is wrapped in a tuple so that its latest null is kept.
CREATE VIEW IF NOT EXISTS {database}.ticks {on_cluster} AS
SELECT
    argMax(raw_equity_trade.event_id, raw_equity_trade.sequence_number) AS event_id,
    event_time,
    argMax(raw_equity_trade.ingest_time, raw_equity_trade.sequence_number) AS ingest_time,
    argMax(raw_equity_trade.source, raw_equity_trade.sequence_number) AS source,
    argMax(raw_equity_trade.schema_version, raw_equity_trade.sequence_number) AS schema_version,
    argMax(raw_equity_trade.entity_id, raw_equity_trade.sequence_number) AS entity_id,
    symbol,
    exchange,
    series,
    trade_id,
    max(raw_equity_trade.sequence_number) AS sequence_number,
    argMax(raw_equity_trade.kind, raw_equity_trade.sequence_number) AS kind,
    argMax(tuple(raw_equity_trade.receive_time), raw_equity_trade.sequence_number).1 AS receive_time,
    argMax(tuple(raw_equity_trade.price), raw_equity_trade.sequence_number).1 AS price,
    argMax(tuple(raw_equity_trade.size), raw_equity_trade.sequence_number).1 AS size,
    argMax(tuple(raw_equity_trade.side), raw_equity_trade.sequence_number).1 AS side,
    argMax(raw_equity_trade.conditions, raw_equity_trade.sequence_number) AS conditions
FROM {database}.raw_equity_trade
GROUP BY symbol, exchange, series, event_time, trade_id
HAVING kind != 'CANCELLATION';
