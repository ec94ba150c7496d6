package io.champion.runtime;

import io.champion.lake.LakeSink;
import io.champion.lake.ParquetOptions;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

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

    public static final ConfigOption<MemorySize> LAKE_TARGET_FILE_SIZE =
            ConfigOptions.key("lake.target-file-size")
                    .memoryType()
                    .defaultValue(new MemorySize(LakeSink.DEFAULT_TARGET_FILE_BYTES))
                    .withDescription("Size at which a file is closed and the next one begun.");

    public static final ConfigOption<ParquetOptions.Codec> LAKE_CODEC =
            ConfigOptions.key("lake.parquet.codec")
                    .enumType(ParquetOptions.Codec.class)
                    .defaultValue(ParquetOptions.DEFAULT_CODEC)
                    .withDescription(
                            "Compression of pages. Snappy decodes fastest; zstd makes smaller files"
                                    + " for more CPU time.");

    public static final ConfigOption<MemorySize> LAKE_ROW_GROUP_SIZE =
            ConfigOptions.key("lake.parquet.row-group-size")
                    .memoryType()
                    .defaultValue(new MemorySize(ParquetOptions.DEFAULT_ROW_GROUP_BYTES))
                    .withDescription(
                            "Encoded bytes that an open file collects in memory before a row group"
                                    + " is written.");

    public static final ConfigOption<MemorySize> LAKE_PAGE_SIZE =
            ConfigOptions.key("lake.parquet.page-size")
                    .memoryType()
                    .defaultValue(new MemorySize(ParquetOptions.DEFAULT_PAGE_BYTES))
                    .withDescription("Encoded bytes of a page, the unit that readers decompress.");

    public static final ConfigOption<Boolean> LAKE_DICTIONARIES =
            ConfigOptions.key("lake.parquet.dictionaries")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether columns of few distinct values are dictionary-encoded.");

    public static final ConfigOption<Boolean> LAKE_STATISTICS =
            ConfigOptions.key("lake.parquet.statistics")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether minimum, maximum and null count are written per page and row"
                                    + " group, by which readers skip.");

    public static final ConfigOption<List<String>> LAKE_BLOOM_FILTERS =
            ConfigOptions.key("lake.parquet.bloom-filters")
                    .stringType()
                    .asList()
                    .defaultValues()
                    .withDescription(
                            "Columns that get a bloom filter, in every dataset that has them, for"
                                    + " example `symbol`.");

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

    public static final ConfigOption<String> WAREHOUSE_CLUSTER =
            ConfigOptions.key("warehouse.cluster")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "ClickHouse cluster that `champion ddl` makes replicated tables on; a"
                                    + " single server if unset.");

    public static final ConfigOption<String> WAREHOUSE_RETENTION =
            ConfigOptions.key("warehouse.retention")
                    .stringType()
                    .defaultValue("forever")
                    .withDescription(
                            "How long tables keep rows, set by `champion ddl apply`: `forever`,"
                                    + " `standard` (raw 5 years, normalized 3, features 1), or per"
                                    + " layer as `raw=5y,normalized=18m,quarantine=90d`.");

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

    public static final ConfigOption<String> FLINK_URL =
            ConfigOptions.key("flink.url")
                    .stringType()
                    .defaultValue("http://localhost:8081")
                    .withDescription(
                            "REST endpoint of the Flink cluster whose jobs `champion job` runs.");

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

    /**
     * How a configuration wants Parquet files written.
     *
     * @throws ConfigException if its values do not fit together
     */
    public static ParquetOptions parquet(JobConfig config) {
        try {
            return new ParquetOptions(
                    config.get(LAKE_CODEC),
                    config.get(LAKE_ROW_GROUP_SIZE).getBytes(),
                    Math.toIntExact(config.get(LAKE_PAGE_SIZE).getBytes()),
                    config.get(LAKE_DICTIONARIES),
                    config.get(LAKE_STATISTICS),
                    Set.copyOf(config.get(LAKE_BLOOM_FILTERS)));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ConfigException(List.of("'lake.parquet': " + e.getMessage()));
        }
    }

    /**
     * The migrations of a warehouse.
     *
     * @throws ConfigException if cluster or retention cannot be read
     */
    public static Migrations migrations(JobConfig config, ClickHouseConfig warehouse) {
        try {
            return Migrations.of(
                    warehouse,
                    config.getOptional(WAREHOUSE_CLUSTER).orElse(null),
                    Retention.parse(config.get(WAREHOUSE_RETENTION)));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    List.of("'warehouse.cluster' or 'warehouse.retention': " + e.getMessage()));
        }
    }
}
