package io.champion.ticks;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** Options of tick-stream. */
public final class TickStreamOptions {
    private TickStreamOptions() {}

    /** Where reading begins when the job does not continue from a checkpoint or savepoint. */
    public enum Start {
        EARLIEST,
        LATEST,
        COMMITTED
    }

    public static final ConfigOption<String> TOPIC =
            ConfigOptions.key("ticks.topic")
                    .stringType()
                    .defaultValue("ticks")
                    .withDescription("Kafka topic of the ticks.");

    public static final ConfigOption<String> GROUP =
            ConfigOptions.key("ticks.group")
                    .stringType()
                    .defaultValue("champion-tick-stream")
                    .withDescription(
                            "What Kafka knows this deployment by: the consumer group whose offsets"
                                    + " are committed after each checkpoint, for those who watch"
                                    + " its lag (the job itself continues from its checkpoints),"
                                    + " and the beginning of its transactional ids. Deployments"
                                    + " that share brokers need one each, because each aborts the"
                                    + " open transactions of its ids when it starts; keep it over"
                                    + " restarts.");

    public static final ConfigOption<Start> START =
            ConfigOptions.key("ticks.start")
                    .enumType(Start.class)
                    .defaultValue(Start.EARLIEST)
                    .withDescription(
                            "Where to begin without a checkpoint or savepoint: the earliest or the"
                                    + " latest message, or the offsets that the group committed"
                                    + " (the earliest where it has none).");

    public static final ConfigOption<Boolean> BOUNDED =
            ConfigOptions.key("ticks.bounded")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Whether to end at what is the end of the topic when the job starts.");

    public static final ConfigOption<Duration> OUT_OF_ORDERNESS =
            ConfigOptions.key("ticks.out-of-orderness")
                    .durationType()
                    .defaultValue(Duration.ofSeconds(5))
                    .withDescription(
                            "How far the watermark stays behind the latest event time of a"
                                    + " partition: ticks that come later than this change bars that"
                                    + " were emitted already.");

    public static final ConfigOption<Duration> IDLENESS =
            ConfigOptions.key("ticks.idleness")
                    .durationType()
                    .defaultValue(Duration.ZERO)
                    .withDescription(
                            "After how much silence a partition holds back the watermark no more;"
                                    + " `0 s`: it always does, so that no tick is late because"
                                    + " its broker or producer was away while others went on."
                                    + " Bars wait for a partition without ticks. Where there are"
                                    + " such, set this to more than the longest outage: what"
                                    + " comes after a longer one may be late.");

    public static final ConfigOption<Duration> MAX_DRIFT =
            ConfigOptions.key("ticks.alignment.max-drift")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(10))
                    .withDescription(
                            "How far a partition is read ahead of the slowest, in event time, so"
                                    + " that state stays small while the job catches up; `0 s`: any"
                                    + " distance. It is looked at ten times a second, and event"
                                    + " time cannot advance faster than by this each time.");

    public static final ConfigOption<Duration> ALLOWED_LATENESS =
            ConfigOptions.key("ticks.allowed-lateness")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(10))
                    .withDescription(
                            "How far behind the watermark ticks are still taken, told to be"
                                    + " duplicates, and amend bars. What comes later is a dead"
                                    + " letter. State grows with it.");

    public static final ConfigOption<Duration> MAX_AHEAD =
            ConfigOptions.key("ticks.max-ahead")
                    .durationType()
                    .defaultValue(Duration.ofDays(1))
                    .withDescription(
                            "How far an event time may lie after the timestamp of its message. A"
                                    + " tick beyond is rejected: it would move the watermark, and"
                                    + " make all others late.");

    public static final ConfigOption<Integer> MAX_REMEMBERED =
            ConfigOptions.key("ticks.max-remembered")
                    .intType()
                    .defaultValue(5_000_000)
                    .withDescription(
                            "Ticks that are remembered of one instrument at most. Beyond, its"
                                    + " oldest minutes are forgotten before their time, and ticks"
                                    + " of them are late.");

    public static final ConfigOption<MemorySize> MAX_ON_HEAP =
            ConfigOptions.key("ticks.max-on-heap")
                    .memoryType()
                    .defaultValue(MemorySize.ofMebiBytes(512))
                    .withDescription(
                            "Memory for remembered ticks that one task keeps unpacked on its heap"
                                    + " between checkpoints; a tick takes some 70 to 150 bytes. The"
                                    + " others are in the state backend alone, and are read again"
                                    + " when needed.");

    public static final ConfigOption<List<Duration>> INTERVALS =
            ConfigOptions.key("bars.intervals")
                    .durationType()
                    .asList()
                    .defaultValues(Duration.ofSeconds(1), Duration.ofMinutes(1))
                    .withDescription(
                            "Lengths of the bars, as `1 s;1 min;1 h`. Windows begin at multiples of"
                                    + " their length since 1970, UTC.");

    public static final ConfigOption<List<String>> SESSIONS =
            ConfigOptions.key("bars.sessions")
                    .stringType()
                    .asList()
                    .defaultValues(
                            "NSE 09:15-15:30 Asia/Kolkata",
                            "BSE 09:15-15:30 Asia/Kolkata",
                            "SIP 09:30-16:00 America/New_York")
                    .withDescription(
                            "When exchanges are open, Monday to Friday: from the first time,"
                                    + " inclusive, to the second, exclusive. An exchange that is"
                                    + " not named is always open.");

    public static final ConfigOption<String> CALENDAR =
            ConfigOptions.key("bars.calendar")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "File of days that differ, a line each: `NSE 2025-10-02 closed`, or"
                                    + " with hours `NSE 2025-02-01 09:15-15:30`. Read when the job"
                                    + " is submitted.");

    public static final ConfigOption<Boolean> OUTSIDE_SESSION =
            ConfigOptions.key("bars.outside-session")
                    .booleanType()
                    .defaultValue(false)
                    .withDescription(
                            "Whether ticks outside the session make bars. They are written to lake"
                                    + " and warehouse in any case.");

    public static final ConfigOption<String> BARS_TOPIC =
            ConfigOptions.key("bars.topic")
                    .stringType()
                    .defaultValue("bars")
                    .withDescription("Kafka topic of the bars.");

    public static final ConfigOption<String> DEAD_LETTERS_TOPIC =
            ConfigOptions.key("dead-letters.topic")
                    .stringType()
                    .defaultValue("ticks-dead-letters")
                    .withDescription(
                            "Kafka topic of messages that were refused or late, with position and"
                                    + " reason as headers.");

    public static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
            ConfigOptions.key("kafka.transaction-timeout")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(15))
                    .withDescription(
                            "After how long the brokers abort an open transaction. It has to be"
                                    + " longer than a checkpoint may take with its interval, or"
                                    + " the job restarts for ever. A job that is away for longer"
                                    + " right after a checkpoint, before it has committed, loses"
                                    + " from Kafka, not from lake and warehouse, the bars and"
                                    + " dead letters of that checkpoint. Brokers refuse more than"
                                    + " their transaction.max.timeout.ms, 15 minutes by default:"
                                    + " raise both where longer outages are to be survived.");
}
