package io.champion.cli;

import io.champion.local.market.MarketSpec;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Makes up messages and sends them to Kafka. */
@Command(
        name = "produce",
        description = "Send simulated market data to Kafka.",
        footer = {
            "  champion produce ticks --ticks 100000",
            "      A trading day of made-up trades, with a little of every fault that feeds have."
        })
final class ProduceCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    ProduceCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** {@code 2 s}, {@code 500 ms}, {@code 24 h}, as options of jobs are written. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            try {
                return TimeUtils.parseDuration(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'" + value + "' is no duration such as 500ms, 2s, 5min or 24h");
            }
        }
    }

    /** The market. */
    static final class MarketMixin {

        @Option(
                names = "--ticks",
                paramLabel = "N",
                defaultValue = "1000000",
                description =
                        "Trades of the day; default ${DEFAULT-VALUE}. Corrections, duplicates and"
                                + " so on come on top.")
        private long ticks;

        @Option(
                names = "--symbols",
                paramLabel = "N",
                defaultValue = "2000",
                description = "Instruments, SIM0001 the most traded; default ${DEFAULT-VALUE}.")
        private int symbols;

        @Option(
                names = "--seed",
                paramLabel = "N",
                defaultValue = "1",
                description =
                        "The same seed gives the same messages, byte for byte; default"
                                + " ${DEFAULT-VALUE}.")
        private long seed;

        @Option(
                names = "--date",
                paramLabel = "DATE",
                defaultValue = "2025-06-18",
                description = "The session, 09:15 to 15:30 in India; default ${DEFAULT-VALUE}.")
        private LocalDate date;

        @Option(
                names = "--zipf",
                paramLabel = "X",
                defaultValue = "1",
                description =
                        "The instrument of rank r trades in proportion to 1/r^X; 0 for all alike."
                                + " Default: ${DEFAULT-VALUE}.")
        private double zipf;

        @Option(
                names = "--disorder",
                paramLabel = "PART",
                defaultValue = "0.05",
                description =
                        "Part of the messages that later ones overtake; default ${DEFAULT-VALUE}.")
        private double disorder;

        @Option(
                names = "--max-disorder",
                paramLabel = "TIME",
                defaultValue = "2s",
                converter = DurationConverter.class,
                description = "By how much at most; default ${DEFAULT-VALUE}.")
        private Duration maxDisorder;

        @Option(
                names = "--duplicates",
                paramLabel = "PART",
                defaultValue = "0.01",
                description = "Part that comes twice; default ${DEFAULT-VALUE}.")
        private double duplicates;

        @Option(
                names = "--corrections",
                paramLabel = "PART",
                defaultValue = "0.005",
                description =
                        "Part of the trades that is corrected within 30 s; default"
                                + " ${DEFAULT-VALUE}.")
        private double corrections;

        @Option(
                names = "--cancellations",
                paramLabel = "PART",
                defaultValue = "0.002",
                description = "Part that is cancelled within 30 s; default ${DEFAULT-VALUE}.")
        private double cancellations;

        @Option(
                names = "--late",
                paramLabel = "PART",
                defaultValue = "0.0005",
                description =
                        "Part of the trades of the second half that is of the day before; default"
                                + " ${DEFAULT-VALUE}.")
        private double late;

        @Option(
                names = "--malformed",
                paramLabel = "PART",
                defaultValue = "0.0005",
                description =
                        "Part that also comes damaged: cut off, noise, prices below zero and so"
                                + " on; default ${DEFAULT-VALUE}.")
        private double malformed;

        MarketSpec spec() {
            try {
                return MarketSpec.builder()
                        .ticks(ticks)
                        .symbols(symbols)
                        .seed(seed)
                        .date(date)
                        .zipfExponent(zipf)
                        .disorderRate(disorder)
                        .maxDisorder(maxDisorder)
                        .duplicateRate(duplicates)
                        .correctionRate(corrections)
                        .cancellationRate(cancellations)
                        .lateRate(late)
                        .malformedRate(malformed)
                        .build();
            } catch (IllegalArgumentException e) {
                throw new UserException(ExitCode.USAGE, e.getMessage(), e);
            }
        }
    }

    @Command(
            description = {
                "Send a simulated trading day of ticks.",
                "Trades of many instruments, busy at open and close, with duplicates, disorder,"
                        + " corrections, cancellations, late and malformed messages at set rates;"
                        + " keyed by instrument, Avro with the contract of raw.equity_trade."
            },
            footer = {
                "  champion produce ticks --ticks 100000 --rate 5000",
                "  champion produce ticks --ticks 10000000 --symbols 5000 --partitions 8",
                "  champion produce ticks --brokers kafka:9092 --topic test --duplicates 0.2",
                "      Parts are of one: 0.2 is every fifth."
            })
    int ticks(
            @Mixin MarketMixin market,
            @Option(
                            names = "--rate",
                            paramLabel = "N",
                            description = "Messages a second; without it, as many as go.")
                    Double rate,
            @Mixin TopicMixin topic)
            throws IOException {
        if (rate != null && !(rate > 0)) {
            throw new UserException(
                    ExitCode.USAGE, "--rate is " + rate + ", but has to be above 0.");
        }
        MarketSpec spec = market.spec();
        Pace pace = rate == null ? Pace.FLAT_OUT : Pace.rate(rate);
        JobConfig config = topic.config(context);
        Console console = context.console();
        console.progress("Connecting ...");
        SimulatedSession session = new SimulatedSession(spec);
        String summary;
        String servers;
        boolean embedded;
        try (Broker broker = topic.broker(config);
                TickPublisher publisher = topic.publisher(console, broker, TopicMixin.TICKS)) {
            servers = broker.servers();
            embedded = broker.isEmbedded();
            summary = session.send(publisher, pace, () -> false);
        }
        console.println(summary);
        count(console, "to be accepted", session.good());
        count(console, "duplicates", session.duplicates());
        count(console, "late", session.late());
        count(console, "malformed", session.malformed());
        console.println(
                embedded
                        ? "They are in the home's own broker, which stops now and starts again with"
                                + " the next command that needs it."
                        : "They are at " + servers + ".");
        return ExitCode.OK;
    }

    private static void count(Console console, String what, long number) {
        console.println("  %-16s %,14d".formatted(what, number));
    }
}
