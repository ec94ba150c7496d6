-- What a quote says of the market: mid price, spread, and the spread in percent of the mid price. Null where a side is not
-- quoted, as with the indicators of these names.
CREATE OR REPLACE VIEW {database}.quotes_spread {on_cluster} AS
SELECT
    *,
    if(bid_price > 0 AND ask_price > 0, bid_price + (ask_price - bid_price) / 2, NULL) AS mid,
    if(bid_price > 0 AND ask_price > 0, ask_price - bid_price, NULL) AS spread,
    100 * spread / mid AS spread_percent
FROM {database}.quotes;
