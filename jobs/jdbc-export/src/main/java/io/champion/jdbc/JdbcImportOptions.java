package io.champion.jdbc;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of the import of reference data. */
public final class JdbcImportOptions {
    private JdbcImportOptions() {}

    public static final ConfigOption<String> DATASET =
            ConfigOptions.key("import.dataset")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "What the rows are: `normalized.symbol_master` or"
                                    + " `normalized.corporate_actions`.");

    public static final ConfigOption<String> TABLE =
            ConfigOptions.key("import.table")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Table or view that has the rows, as `table` or `schema.table`; the"
                                    + " dataset's name if unset. Its columns are named as the"
                                    + " contract's fields.");

    public static final ConfigOption<String> SOURCE =
            ConfigOptions.key("import.source")
                    .stringType()
                    .defaultValue("postgres")
                    .withDescription(
                            "Source that the rows are given. An import replaces the rows of its"
                                    + " source, and leaves those of others.");
}
