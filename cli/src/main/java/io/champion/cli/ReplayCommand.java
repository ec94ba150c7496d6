package io.champion.cli;

import io.champion.cli.replay.RecordingException;
import io.champion.cli.replay.Replay;
import io.champion.cli.replay.ReplayCount;
import io.champion.cli.replay.ReplayedMessage;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Sends records of the lake and recorded trades to Kafka. */
@Command(
        name = "replay",
        description = {
            "Send records to Kafka again, in the order of event time.",
            "From the lake: any dataset, as records of its contract to a topic of its name;"
                    + " normalized.trades and raw.equity_trade as ticks. From files: the trades of"
                    + " LOBSTER message files and captures of Binance streams as ticks, plain or"
                    + " gzipped; several are merged. Orders, quotes and books in them are counted"
                    + " and left out; lines that cannot be read are counted and shown."
        },
        footer = {
            "  champion replay raw.equity_trade --from 2025-06-18 --to 2025-06-18 --topic again",
            "  champion replay AAPL_2012-06-21_34200000_57600000_message_10.csv --speed 1x",
            "      As it happened: one second takes a second.",
            "  champion replay captures/*.gz --speed 60x",
            "      One minute takes a second.",
            "  champion replay normalized.equity_ohlc --from 2025-06-01 --to 2025-06-30"
        })
final class ReplayCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(
            paramLabel = "SOURCE",
            arity = "1..*",
            description = "A dataset of the lake, or files.")
    private List<String> sources;

    @Option(
            names = "--from",
            paramLabel = "DATE",
            description = "First day of a dataset that is kept by days, as 2025-06-18.")
    private LocalDate from = LocalDate.MIN;

    @Option(
            names = "--to",
            paramLabel = "DATE",
            description = "Last day of a dataset that is kept by days, as 2025-06-18.")
    private LocalDate to = LocalDate.MAX;

    @Option(
            names = "--speed",
            paramLabel = "Nx",
            converter = SpeedConverter.class,
            description =
                    "1x as it happened, 10x ten times as fast; without it, as fast as it goes.")
    private Double speed;

    @Mixin private TopicMixin topic;

    ReplayCommand(Context context) {
        this.context = context;
    }

    /** {@code 1x}, {@code 0.5x}, {@code 60}. */
    static final class SpeedConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            try {
                double factor =
                        Double.parseDouble(
                                value.endsWith("x")
                                        ? value.substring(0, value.length() - 1)
                                        : value);
                if (factor > 0 && factor < Double.POSITIVE_INFINITY) {
                    return factor;
                }
            } catch (NumberFormatException e) {
                // Says what a factor that cannot be says.
            }
            throw new TypeConversionException("'" + value + "' is no speed such as 1x or 10x");
        }
    }

    @Override
    public Integer call() throws IOException {
        JobConfig config = topic.config(context);
        Console console = context.console();
        String summary;
        ReplayCount count;
        try (Replay replay = open(config)) {
            console.progress("Reading ...");
            ReplayedMessage message = replay.next();
            count = replay.count();
            if (message == null) {
                console.endProgress();
                show(console, count);
                throw new UserException(
                        ExitCode.INPUT,
                        "There is nothing to send in " + String.join(", ", sources) + ".");
            }
            Pace pace = speed == null ? Pace.FLAT_OUT : Pace.speed(speed, message.eventTime());
            console.progress("Connecting ...");
            try (Broker broker = topic.broker(config);
                    TickPublisher publisher = topic.publisher(console, broker, topicOfSource())) {
                for (long number = 0; message != null; number++) {
                    long time = message.eventTime();
                    publisher.publish(
                            message.key(),
                            message.value(),
                            pace.due(number, time),
                            () -> "at " + instant(time));
                    message = replay.next();
                }
                summary = publisher.finish();
            }
        } catch (RecordingException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        }
        console.println(summary);
        show(console, count);
        return count.rejects() == 0 ? ExitCode.OK : ExitCode.INPUT;
    }

    /** The dataset that is meant; empty if files are. */
    private Optional<Dataset> dataset() {
        String first = sources.get(0);
        return Dataset.all().stream().filter(known -> known.id().equals(first)).findFirst();
    }

    /** Records of different contracts are not to be mixed in one topic. */
    private String topicOfSource() {
        return dataset()
                .filter(dataset -> !Replay.asTicks(dataset))
                .map(Dataset::id)
                .orElse(TopicMixin.TICKS);
    }

    private Replay open(JobConfig config) {
        Path temporary = Context.localHome(config).resolve("tmp");
        Optional<Dataset> dataset = dataset();
        if (dataset.isEmpty()) {
            return Replay.ofRecordings(
                    sources.stream().map(Path::of).toList(), temporary, System.currentTimeMillis());
        }
        if (sources.size() > 1) {
            throw new UserException(
                    ExitCode.USAGE,
                    "A dataset is replayed alone; leave out " + sources.get(1) + ".");
        }
        String lake = Home.of(config).lake();
        if (lake.contains("://")) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The lake is " + lake + ", but only one on this machine can be replayed.");
        }
        try {
            LakeReader reader = new LakeReader(new org.apache.flink.core.fs.Path(lake));
            List<PartitionKey> partitions =
                    reader.partitions(dataset.get()).stream().filter(this::isWanted).toList();
            return Replay.ofLake(reader, dataset.get(), partitions, temporary);
        } catch (IOException e) {
            throw new UserException(
                    ExitCode.FAILED, "The lake in " + lake + " cannot be read: " + e + ".", e);
        }
    }

    private boolean isWanted(PartitionKey partition) {
        LocalDate day = partition.date();
        return day == null || !day.isBefore(from) && !day.isAfter(to);
    }

    private static void show(Console console, ReplayCount count) {
        console.println("  %-16s %,14d".formatted("records", count.sent()));
        console.println("  %-16s %,14d".formatted("other events", count.others()));
        console.println("  %-16s %,14d".formatted("rejected", count.rejects()));
        count.shownRejects().forEach(reject -> console.println("    " + reject));
        long hidden = count.rejects() - count.shownRejects().size();
        if (hidden > 0) {
            console.println("    and " + Text.number(hidden) + " more.");
        }
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS);
    }
}
