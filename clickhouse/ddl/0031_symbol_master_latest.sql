-- One row per security, whether or not the engine has merged its older versions away yet.
CREATE VIEW IF NOT EXISTS {database}.symbol_master_latest {on_cluster} AS
SELECT * EXCEPT (commit_id)
FROM {database}.symbol_master
FINAL;
