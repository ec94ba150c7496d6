package io.champion.bhavcopy;

import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of bhavcopy-ingest. */
public final class BhavcopyIngestOptions {
    private BhavcopyIngestOptions() {}

    public static final ConfigOption<List<String>> INPUT =
            ConfigOptions.key("bhavcopy.input")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "What to ingest: files, folders (with all below them) and globs, as"
                                    + " paths or URIs. Files of no known format are left alone"
                                    + " and reported, unless they are named themselves: then they"
                                    + " are an error.");

    public static final ConfigOption<List<Family>> FAMILIES =
            ConfigOptions.key("bhavcopy.families")
                    .enumType(Family.class)
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "Which of the files found to ingest; all if unset. Others are left"
                                    + " alone and reported.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("bhavcopy.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First session to ingest, as `2025-06-18`; no bound if unset. The date"
                                    + " in the file counts, not that of its name.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("bhavcopy.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Last session to ingest, as `2025-06-18`; no bound if unset.");

    public static final ConfigOption<Boolean> FROM_RAW =
            ConfigOptions.key("bhavcopy.from-raw")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Read no files: make the normalized layer, and the warehouse's tables,"
                                    + " again of what the lake's raw layer holds.");
}
