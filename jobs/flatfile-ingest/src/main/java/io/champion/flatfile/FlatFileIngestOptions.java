package io.champion.flatfile;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of flatfile-ingest. */
public final class FlatFileIngestOptions {
    private FlatFileIngestOptions() {}

    public static final ConfigOption<List<String>> INPUT =
            ConfigOptions.key("flatfiles.input")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "What to ingest: files, folders (with all below them) and globs, as"
                                    + " paths or URIs (`file://`, `s3://`). Files of no known kind"
                                    + " are left alone and reported, unless they are named"
                                    + " themselves: then they are an error.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("flatfiles.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First trade date to ingest, as `2025-06-18`; no bound if unset. The"
                                    + " times in the file count, not its name.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("flatfiles.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Last trade date to ingest, as `2025-06-18`; no bound if unset.");

    public static final ConfigOption<Boolean> AGAIN =
            ConfigOptions.key("flatfiles.again")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Whether to ingest files, too, that were ingested before and have not"
                                    + " changed since.");

    public static final ConfigOption<Boolean> WAREHOUSE =
            ConfigOptions.key("flatfiles.warehouse")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription(
                            "Whether rows go into the warehouse too; into the lake alone if not,"
                                    + " and no warehouse is needed then.");

    public static final ConfigOption<List<String>> TEST_TICKERS =
            ConfigOptions.key("flatfiles.test-tickers")
                    .stringType()
                    .asList()
                    .defaultValues(
                            "Z[A-Z]ZZT",
                            "ZZZT.*",
                            "[ACMNPZ]TEST([.-]?[A-Z])?",
                            "ZXYZ\\.A",
                            "ZBZX",
                            "ZEXIT",
                            "ZIEXT",
                            "ZXIET")
                    .withDescription(
                            "Tickers that the exchanges use for tests, as regular expressions."
                                    + " Their rows are rejected with the reason `test_ticker`; none are"
                                    + " if the list is empty.");

    public static final ConfigOption<Duration> MAX_GAP =
            ConfigOptions.key("flatfiles.checks.max-gap")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(5))
                    .withDescription(
                            "Longest time without a row of a ticker, within the session, that is"
                                    + " not flagged.");

    public static final ConfigOption<Double> DEVIATIONS =
            ConfigOptions.key("flatfiles.checks.deviations")
                    .doubleType()
                    .defaultValue(5.0)
                    .withDescription(
                            "How many standard deviations a price may lie from the mean of the"
                                    + " ticker's prices before it; one that lies farther is flagged"
                                    + " as an outlier.");

    public static final ConfigOption<Long> MIN_TRADES =
            ConfigOptions.key("flatfiles.checks.min-trades")
                    .longType()
                    .defaultValue(100L)
                    .withDescription(
                            "Trades that a ticker should have in a day; one with fewer is"
                                    + " flagged.");
}
