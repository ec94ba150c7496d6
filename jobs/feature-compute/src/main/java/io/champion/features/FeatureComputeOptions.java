package io.champion.features;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of feature-compute. */
public final class FeatureComputeOptions {
    private FeatureComputeOptions() {}

    /** Where bars come from. */
    public enum Input {
        LAKE,
        KAFKA
    }

    /** Whose prices indicators are computed from. */
    public enum Prices {
        ADJUSTED,
        RAW,
        FLAT_FILES
    }

    /** Where reading begins when the job does not continue from a checkpoint or savepoint. */
    public enum Start {
        EARLIEST,
        LATEST,
        DATE
    }

    public static final ConfigOption<Input> INPUT =
            ConfigOptions.key("features.input")
                    .enumType(Input.class)
                    .defaultValue(Input.LAKE)
                    .withDescription(
                            "Where bars come from: `lake`, then the job ends and replaces the"
                                    + " features of its days; or `kafka`, then it goes on and adds"
                                    + " features with each checkpoint.");

    public static final ConfigOption<String> SET =
            ConfigOptions.key("features.set")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File (YAML) of the feature set; the standard set"
                                    + " `features_equity_indicators` if unset. See"
                                    + " docs/features.md.");

    public static final ConfigOption<String> INTERVAL =
            ConfigOptions.key("features.interval")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Length of the bars, as their producer calls it: `1m` and so on;"
                                    + " `1d` for the daily bars of the lake. If unset, `1d` from"
                                    + " the lake and `1m` from Kafka, and in savepoints that"
                                    + " `champion bootstrap features` makes.");

    public static final ConfigOption<Prices> PRICES =
            ConfigOptions.key("features.prices")
                    .enumType(Prices.class)
                    .defaultValue(Prices.ADJUSTED)
                    .withDescription(
                            "What bars of the lake are read. Daily ones of NSE and BSE: `adjusted`"
                                    + " for corporate actions (normalized.equity_adjusted), or"
                                    + " `raw` (normalized.equity_ohlc). `flat_files`: those of US"
                                    + " equities, of a day or a minute (normalized.bars_1d,"
                                    + " normalized.bars_1m), as they are published.");

    public static final ConfigOption<String> BENCHMARK =
            ConfigOptions.key("features.benchmark")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Index that `beta` compares with, such as `NIFTY 50`: for daily bars of"
                                    + " NSE and BSE a name in normalized.index_ohlc, else a symbol"
                                    + " among the bars themselves, or the id of an instrument"
                                    + " where several have that symbol. If unset, beta is null.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("features.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "First session whose features are written, as `2025-06-18`; the first"
                                    + " of the lake if unset. All bars before it are read, so that"
                                    + " windows are full.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("features.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Last session whose bars are read, as `2025-06-18`; the last of the"
                                    + " lake if unset.");

    public static final ConfigOption<Integer> HORIZON =
            ConfigOptions.key("features.horizon")
                    .intType()
                    .defaultValue(30)
                    .withDescription(
                            "From Kafka: how many bars back a late or corrected bar is taken, and"
                                    + " the features from there on computed again. What comes"
                                    + " later than this is a reject. State grows with it: up to"
                                    + " two horizons of bars are kept of each instrument.");

    public static final ConfigOption<String> TOPIC =
            ConfigOptions.key("features.topic")
                    .stringType()
                    .defaultValue("bars")
                    .withDescription("Kafka topic of the bars.");

    public static final ConfigOption<String> GROUP =
            ConfigOptions.key("features.group")
                    .stringType()
                    .defaultValue("champion-feature-compute")
                    .withDescription(
                            "Consumer group whose offsets are committed after each checkpoint, for"
                                    + " those who watch its lag.");

    public static final ConfigOption<Start> START =
            ConfigOptions.key("features.start")
                    .enumType(Start.class)
                    .defaultValue(Start.EARLIEST)
                    .withDescription(
                            "Where in the topic to begin where no checkpoint or savepoint says"
                                    + " it, as one that `champion bootstrap features` made does"
                                    + " not.");

    public static final ConfigOption<String> START_DATE =
            ConfigOptions.key("features.start-date")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "With `features.start: date`, the first day whose messages are read,"
                                    + " by their timestamps in UTC, as `2025-06-18`.");

    public static final ConfigOption<Boolean> BOUNDED =
            ConfigOptions.key("features.bounded")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "From Kafka: whether to end at what is the end of the topic when the"
                                    + " job starts.");

    public static final ConfigOption<Duration> OUT_OF_ORDERNESS =
            ConfigOptions.key("features.out-of-orderness")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(1))
                    .withDescription(
                            "From Kafka: how far the watermark stays behind the latest bar of a"
                                    + " partition. Features wait so long, and bars that come later"
                                    + " make them again.");

    public static final ConfigOption<Duration> IDLENESS =
            ConfigOptions.key("features.idleness")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(1))
                    .withDescription(
                            "From Kafka: after how much silence a partition, or a task that has"
                                    + " none, holds back the watermark no more; `0 s`: it always"
                                    + " does, as in a bounded run. What comes after a longer"
                                    + " silence is late, and taken as far as the horizon goes.");

    public static final ConfigOption<Duration> MAX_DRIFT =
            ConfigOptions.key("features.alignment.max-drift")
                    .durationType()
                    .defaultValue(Duration.ofHours(1))
                    .withDescription(
                            "From Kafka: how far a partition is read ahead of the slowest, in event"
                                    + " time, so that few bars wait while the job catches up;"
                                    + " `0 s`: any distance. It is looked at ten times a second,"
                                    + " and event time cannot advance faster than by this, or by"
                                    + " a bar, each time.");
}
