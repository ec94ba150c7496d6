package io.champion.runtime;

import io.champion.warehouse.ClickHouseConfig;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options that every job has. */
public final class CommonOptions {
    private CommonOptions() {}

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

    public static final ConfigOption<List<String>> WAREHOUSE_URL =
            ConfigOptions.key("warehouse.url")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "HTTP(S) address of the ClickHouse server, for example"
                                    + " `http://localhost:8123`, or of all replicas of one shard."
                                    + " The champion command uses the home's embedded engine if"
                                    + " unset. User and password are read from"
                                    + " `CLICKHOUSE_USER` and `CLICKHOUSE_PASSWORD` (or the file"
                                    + " that `CLICKHOUSE_PASSWORD_FILE` names) where the job"
                                    + " runs.");

    public static final ConfigOption<String> WAREHOUSE_DATABASE =
            ConfigOptions.key("warehouse.database")
                    .stringType()
                    .defaultValue(ClickHouseConfig.DEFAULT_DATABASE)
                    .withDescription("Database that holds the tables.");

    public static final ConfigOption<Duration> WAREHOUSE_CONNECT_TIMEOUT =
            ConfigOptions.key("warehouse.connect-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription("How long to wait for a connection.");

    public static final ConfigOption<Duration> WAREHOUSE_REQUEST_TIMEOUT =
            ConfigOptions.key("warehouse.request-timeout")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(5))
                    .withDescription("How long to wait for the answer to one statement.");

    public static final ConfigOption<Boolean> WAREHOUSE_COMPRESS =
            ConfigOptions.key("warehouse.compress")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Whether to compress what is sent: worth it over a network, not on one"
                                    + " machine.");

    public static final ConfigOption<String> BLOCKS_PATH =
            ConfigOptions.key("warehouse.blocks.path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Where blocks wait to be inserted into the warehouse: storage as"
                                    + " durable as the checkpoints, seen by every task manager."
                                    + " `<home>/blocks` if unset.");

    /**
     * The warehouse that a configuration names.
     *
     * @throws ConfigException if it names none, or its address cannot be one
     */
    public static ClickHouseConfig warehouse(JobConfig config) {
        List<String> urls =
                config.getOptional(WAREHOUSE_URL)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                List.of(
                                                        "'warehouse.url' is required and was not"
                                                                + " given, for example"
                                                                + " http://localhost:8123.")));
        try {
            return new ClickHouseConfig(
                    urls,
                    config.get(WAREHOUSE_DATABASE),
                    config.get(WAREHOUSE_CONNECT_TIMEOUT),
                    config.get(WAREHOUSE_REQUEST_TIMEOUT),
                    config.get(WAREHOUSE_COMPRESS));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("'warehouse.url': " + e.getMessage()));
        }
    }
}
