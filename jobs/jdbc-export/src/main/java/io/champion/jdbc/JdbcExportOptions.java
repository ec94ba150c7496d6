package io.champion.jdbc;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of jdbc-export. */
public final class JdbcExportOptions {
    private JdbcExportOptions() {}

    /** Where a dataset is read. */
    public enum Source {
        LAKE,
        WAREHOUSE
    }

    /** What becomes of a row whose key the table has. */
    public enum Mode {
        INSERT,
        UPSERT
    }

    public static final ConfigOption<String> DATASET =
            ConfigOptions.key("export.dataset")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "What to export, as `normalized.equity_ohlc`. Either this or"
                                    + " `export.query`.");

    public static final ConfigOption<String> QUERY =
            ConfigOptions.key("export.query")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A query of the warehouse, in ClickHouse's SQL, whose answer to"
                                    + " export.");

    public static final ConfigOption<Source> SOURCE =
            ConfigOptions.key("export.source")
                    .enumType(Source.class)
                    .defaultValue(Source.LAKE)
                    .withDescription("Where a dataset is read: `lake` or `warehouse`.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("export.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First day of a dataset, as `2025-06-18`; no bound if unset. Datasets"
                                    + " without days are exported as a whole.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("export.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Last day of a dataset, as `2025-06-18`; no bound if unset.");

    public static final ConfigOption<String> TABLE =
            ConfigOptions.key("export.table")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Table that takes the rows, as `table` or `schema.table`; the dataset's"
                                    + " table in the warehouse if unset.");

    public static final ConfigOption<Boolean> CREATE_TABLE =
            ConfigOptions.key("export.create-table")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription("Whether to make the table where there is none.");

    public static final ConfigOption<Mode> MODE =
            ConfigOptions.key("export.mode")
                    .enumType(Mode.class)
                    .defaultValue(Mode.INSERT)
                    .withDescription(
                            "`insert` adds each row exactly once, by prepared transactions;"
                                    + " `upsert` updates the row of the same key.");

    public static final ConfigOption<List<String>> KEY =
            ConfigOptions.key("export.key")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "Columns that tell rows apart: by which upserts find theirs, and the"
                                    + " primary key of a table that is made. `event_id` of a"
                                    + " dataset if unset.");

    public static final ConfigOption<String> LOOKUP_TABLE =
            ConfigOptions.key("export.lookup.table")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "A table of the same PostgreSQL, for example of the symbol master, of"
                                    + " which columns are added to each row.");

    public static final ConfigOption<List<String>> LOOKUP_KEY =
            ConfigOptions.key("export.lookup.key")
                    .stringType()
                    .asList()
                    .defaultValues("exchange", "symbol", "series")
                    .withDescription(
                            "Columns by which rows find theirs in the lookup's table; both have"
                                    + " them.");

    public static final ConfigOption<List<String>> LOOKUP_COLUMNS =
            ConfigOptions.key("export.lookup.columns")
                    .stringType()
                    .asList()
                    .defaultValues("isin", "sector")
                    .withDescription(
                            "Columns of the lookup's table to add; null where it has no row.");

    public static final ConfigOption<Integer> LOOKUP_CACHE_ENTRIES =
            ConfigOptions.key("export.lookup.cache.entries")
                    .intType()
                    .defaultValue(100_000)
                    .withDescription("Keys that each task remembers at most.");

    public static final ConfigOption<Duration> LOOKUP_CACHE_AGE =
            ConfigOptions.key("export.lookup.cache.age")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(10))
                    .withDescription("How long a key is remembered at most.");
}
