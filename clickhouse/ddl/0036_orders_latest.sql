-- The present state of each order.
-- argMax passes over nulls: a nullable column is wrapped in a tuple so that its latest null is kept.
CREATE VIEW IF NOT EXISTS {database}.orders_latest {on_cluster} AS
SELECT
    argMax(orders.event_id, orders.version) AS event_id,
    argMax(orders.event_time, orders.version) AS event_time,
    argMax(orders.ingest_time, orders.version) AS ingest_time,
    argMax(orders.source, orders.version) AS source,
    argMax(orders.schema_version, orders.version) AS schema_version,
    argMax(orders.entity_id, orders.version) AS entity_id,
    order_id,
    portfolio_id,
    argMax(tuple(orders.strategy_id), orders.version).1 AS strategy_id,
    argMax(orders.instrument_id, orders.version) AS instrument_id,
    argMax(orders.symbol, orders.version) AS symbol,
    argMax(orders.exchange, orders.version) AS exchange,
    argMax(orders.series, orders.version) AS series,
    order_date,
    max(orders.version) AS version,
    argMax(orders.side, orders.version) AS side,
    argMax(orders.order_type, orders.version) AS order_type,
    argMax(tuple(orders.time_in_force), orders.version).1 AS time_in_force,
    argMax(orders.status, orders.version) AS status,
    argMax(orders.quantity, orders.version) AS quantity,
    argMax(orders.filled_quantity, orders.version) AS filled_quantity,
    argMax(tuple(orders.limit_price), orders.version).1 AS limit_price,
    argMax(tuple(orders.stop_price), orders.version).1 AS stop_price,
    argMax(tuple(orders.average_fill_price), orders.version).1 AS average_fill_price,
    argMax(orders.currency, orders.version) AS currency
FROM {database}.orders
GROUP BY portfolio_id, order_date, order_id;
