-- One row per action, whether or not the engine has merged its older versions away yet.
CREATE OR REPLACE VIEW {database}.corporate_actions_latest {on_cluster} AS
SELECT * EXCEPT (commit_id)
FROM {database}.corporate_actions
FINAL;
