package io.champion.adjust;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of adjust-prices. */
public final class AdjustPricesOptions {
    private AdjustPricesOptions() {}

    public static final ConfigOption<Boolean> DIVIDENDS =
            ConfigOptions.key("adjust.dividends")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Whether prices are adjusted for dividends too. Then they are also"
                                    + " divided by `dividend_factor`, which is 1 otherwise.");

    public static final ConfigOption<Double> BREAK_THRESHOLD =
            ConfigOptions.key("adjust.break-threshold")
                    .doubleType()
                    .defaultValue(0.25)
                    .withDescription(
                            "How far below the previous close, as a share of it, an adjusted open"
                                    + " is suspected to be a corporate action that nobody told of;"
                                    + " above it, by the same ratio.");

    public static final ConfigOption<Duration> BREAK_MAX_GAP =
            ConfigOptions.key("adjust.break-max-gap")
                    .durationType()
                    .defaultValue(Duration.ofDays(10))
                    .withDescription(
                            "After a longer time without a price, any open is possible, and none"
                                    + " is suspected.");
}
