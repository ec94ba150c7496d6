-- All adjusted prices switch at one instant here, when they are computed anew; in the table, month by month.
CREATE OR REPLACE VIEW {database}.equity_adjusted {on_cluster} AS
SELECT * EXCEPT (commit_id)
FROM {database}.normalized_equity_adjusted;
