package io.champion.runtime;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options that every job has. */
public final class CommonOptions {
    private CommonOptions() {}

    /**
     * @see Home
     */
    public static final ConfigOption<String> HOME =
            ConfigOptions.key("home")
                    .stringType()
                    .defaultValue(".champion")
                    .withDescription(
                            "Folder or object-store URI that holds all that a run makes, as far as"
                                    + " the options below do not place it elsewhere.");

    public static final ConfigOption<String> LAKE_PATH =
            ConfigOptions.key("lake.path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Root of the Parquet lake, path or URI; `<home>/lake` if unset.");

    public static final ConfigOption<String> WAREHOUSE_URL =
            ConfigOptions.key("warehouse.url")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "HTTP(S) address of the ClickHouse server, for example"
                                    + " `http://localhost:8123`. The champion command uses the"
                                    + " home's embedded engine if unset.");

    public static final ConfigOption<String> WAREHOUSE_DATABASE =
            ConfigOptions.key("warehouse.database")
                    .stringType()
                    .defaultValue("champion_market")
                    .withDescription("Database that holds the tables.");

    public static final ConfigOption<String> WAREHOUSE_USER =
            ConfigOptions.key("warehouse.user")
                    .stringType()
                    .defaultValue("default")
                    .withDescription("User of the warehouse; `CLICKHOUSE_USER` sets it as well.");

    public static final ConfigOption<String> WAREHOUSE_PASSWORD =
            ConfigOptions.key("warehouse.password")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Password of that user, best given as `CLICKHOUSE_PASSWORD` in the"
                                    + " environment; refused as an argument.");

    public static final ConfigOption<String> WAREHOUSE_PASSWORD_FILE =
            ConfigOptions.key("warehouse.password-file")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File that holds the password, for example a mounted secret. Wins over"
                                    + " `warehouse.password`; a line break at its end is ignored.");

    public static final ConfigOption<String> BLOCKS_PATH =
            ConfigOptions.key("warehouse.blocks.path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Where blocks wait to be inserted into the warehouse: storage as"
                                    + " durable as the checkpoints, seen by every task manager."
                                    + " `<home>/blocks` if unset.");
}
