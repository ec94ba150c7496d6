package io.champion.rebuild;

import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of rebuild-warehouse. */
public final class RebuildWarehouseOptions {
    private RebuildWarehouseOptions() {}

    public static final ConfigOption<List<String>> DATASETS =
            ConfigOptions.key("rebuild.datasets")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "What to fill again, as `normalized.equity_ohlc`; all that the lake"
                                    + " has if unset.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("rebuild.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First day, as `2025-06-18`; no bound if unset. Datasets without days"
                                    + " are filled as a whole.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("rebuild.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Last day, as `2025-06-18`; no bound if unset.");
}
