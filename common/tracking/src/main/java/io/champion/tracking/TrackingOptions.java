package io.champion.tracking;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of keeping runs on record. */
public final class TrackingOptions {
    private TrackingOptions() {}

    public static final ConfigOption<String> URL =
            ConfigOptions.key("tracking.url")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Address of an MLflow tracking server, for example"
                                    + " `http://localhost:5000`; `MLFLOW_TRACKING_URI` if unset."
                                    + " Without either, runs are kept below `<home>/mlflow` alone,"
                                    + " in the layout of MLflow's file store. Credentials are read"
                                    + " from `MLFLOW_TRACKING_TOKEN`, or"
                                    + " `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`,"
                                    + " or the file that one of these with `_FILE` names.");

    public static final ConfigOption<Duration> FLUSH_TIMEOUT =
            ConfigOptions.key("tracking.flush-timeout")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(10))
                    .withDescription(
                            "How long the end of a run waits for the tracking server. What was not"
                                    + " sent by then stays below the home, and is sent by the"
                                    + " next run or `champion runs send`.");

    public static final ConfigOption<Duration> INTERVAL =
            ConfigOptions.key("tracking.interval")
                    .durationType()
                    .defaultValue(Duration.ofHours(1))
                    .withDescription(
                            "How much of a job without an end is a run: by the hour, the day and so"
                                    + " on, in UTC. An interval ends with the first checkpoint"
                                    + " after it. 0 records none of them. Bounded jobs are one run"
                                    + " whatever it is.");

    public static final ConfigOption<String> PART_OF =
            ConfigOptions.key("tracking.part-of")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Name of a run of the experiment `daily-market-pipeline` that this run"
                                    + " is a step of.");
}
