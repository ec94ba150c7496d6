-- One row per day, whether or not the engine has merged its older versions away yet.
CREATE VIEW IF NOT EXISTS {database}.trading_calendar_latest {on_cluster} AS
SELECT * EXCEPT (commit_id)
FROM {database}.trading_calendar
FINAL;
