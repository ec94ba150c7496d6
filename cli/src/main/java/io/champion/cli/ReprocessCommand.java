package io.champion.cli;

import io.champion.kafka.KafkaOptions;
import io.champion.runtime.JobConfig;
import io.champion.ticks.ReprocessException;
import io.champion.ticks.ReprocessOptions;
import io.champion.ticks.ReprocessReport;
import io.champion.ticks.ReprocessReport.Difference;
import io.champion.ticks.ReprocessReport.Example;
import io.champion.ticks.ReprocessReport.State;
import io.champion.ticks.Reprocessing;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Computes days of ticks and bars again, and makes that what readers see. */
@Command(
        name = "reprocess",
        description = {
            "Compute days of ticks and bars again, compare, and swap.",
            "'stage' runs tick-stream over days that are past, into a generation that no reader"
                    + " sees, and says how it differs from what is there. 'apply' swaps it in, in lake"
                    + " and warehouse, each at one instant; 'discard' throws it away."
        },
        footer = {
            "  champion reprocess stage --from 2025-06-16 --to 2025-06-18",
            "      Bars, from the ticks of the lake.",
            "  champion reprocess stage --from 2025-06-18 --source kafka -Dbars.outside-session=true",
            "      Ticks and bars, from the topic.",
            "  champion reprocess apply 20250620T101500000Z"
        })
final class ReprocessCommand implements Runnable {

    private static final Set<String> NUMBERS =
            Set.of("before", "after", "only old", "only new", "changed", "same");

    private final Context context;

    @Spec private CommandSpec spec;

    ReprocessCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** What a report looks like. */
    enum Format {
        TABLE,
        JSON
    }

    /** How reports are shown. */
    static final class Output {

        @Option(
                names = "--format",
                defaultValue = "table",
                description = "table or json; default ${DEFAULT-VALUE}.")
        private Format format;
    }

    /** Where lake, warehouse and Kafka are. */
    static final class Stores {

        @Mixin private IngestCommand.JobMixin job;
        @Mixin private WarehouseMixin warehouse;
        @Mixin private BrokersMixin brokers;

        private List<String> overrides() {
            List<String> overrides = new ArrayList<>(job.overrides());
            overrides.addAll(warehouse.overrides());
            overrides.addAll(brokers.overrides());
            return overrides;
        }

        private JobConfig config(Context context, List<String> overrides) {
            return context.config(Reprocessing.OPTIONS, job.file(), overrides);
        }
    }

    @Command(
            description = {
                "Compute days again into a new generation, and compare it.",
                "The days have to be over for every job that writes to them; others may go on."
            },
            footer = {
                "  champion reprocess stage --from 2025-06-16 --to 2025-06-18",
                "  champion reprocess stage --from 2025-06-18 --source kafka --brokers kafka:9092"
            })
    int stage(
            @Option(
                            names = "--from",
                            paramLabel = "DATE",
                            required = true,
                            description = "First day, UTC, as 2025-06-18.")
                    LocalDate from,
            @Option(
                            names = "--to",
                            paramLabel = "DATE",
                            description = "Last day, UTC; the first if not given.")
                    LocalDate to,
            @Option(
                            names = "--source",
                            description =
                                    "lake: bars from the ticks of the lake (default). kafka: ticks"
                                            + " and bars from the topic.")
                    ReprocessOptions.Source source,
            @Mixin Stores stores,
            @Mixin Output output)
            throws Exception {
        List<String> overrides = stores.overrides();
        overrides.add(ReprocessOptions.FROM.key() + "=" + from);
        if (to != null) {
            overrides.add(ReprocessOptions.TO.key() + "=" + to);
        }
        if (source != null) {
            overrides.add(ReprocessOptions.SOURCE.key() + "=" + source);
        }
        JobConfig config = stores.config(context, overrides);
        boolean ownBroker =
                config.get(ReprocessOptions.SOURCE) == ReprocessOptions.Source.KAFKA
                        && config.getOptional(KafkaOptions.BOOTSTRAP_SERVERS).isEmpty();
        try (LocalRun run = LocalRun.start(context, config);
                Broker broker = ownBroker ? Broker.open(config, Context.localHome(config)) : null) {
            if (ownBroker) {
                overrides.addAll(broker.asOverrides());
            }
            context.console().progress("Computing ...");
            ReprocessReport report = run.reprocess(stores.job.file(), overrides);
            context.console().endProgress();
            show(report, output);
            return ExitCode.OK;
        } catch (ReprocessException e) {
            throw refused(e);
        }
    }

    @Command(
            description = "List the generations, the latest last.",
            footer = "  champion reprocess list --format json")
    int list(@Mixin Stores stores, @Mixin Output output) throws IOException {
        JobConfig config = stores.config(context, stores.overrides());
        List<ReprocessReport> reports = new Reprocessing(config).list();
        Console console = context.console();
        if (output.format == Format.JSON) {
            reports.forEach(report -> console.println(report.toJson()));
        } else if (reports.isEmpty()) {
            console.println("There are no generations.");
        } else {
            TablePrinter table =
                    printer(
                            "generation",
                            "status",
                            "since",
                            "source",
                            "from",
                            "to",
                            "only old",
                            "only new",
                            "changed");
            for (ReprocessReport report : reports) {
                table.add(
                        report.id(),
                        lower(report.state()),
                        report.changed(),
                        report.source(),
                        report.from(),
                        report.to(),
                        sum(report, Difference::onlyOld),
                        sum(report, Difference::onlyNew),
                        sum(report, Difference::changed));
            }
            table.end();
        }
        return ExitCode.OK;
    }

    @Command(
            description = "Show how a generation differs from what it is to replace.",
            footer = "  champion reprocess show 20250620T101500000Z --format json")
    int show(@Parameters(paramLabel = "ID") String id, @Mixin Stores stores, @Mixin Output output)
            throws IOException {
        try {
            show(new Reprocessing(stores.config(context, stores.overrides())).find(id), output);
            return ExitCode.OK;
        } catch (ReprocessException e) {
            throw refused(e);
        }
    }

    @Command(
            description = {
                "Give lake and warehouse the content of a generation.",
                "If that is interrupted, the same command finishes it; readers see all of the old"
                        + " content or all of the new, whatever happens."
            },
            footer = "  champion reprocess apply 20250620T101500000Z")
    int apply(@Parameters(paramLabel = "ID") String id, @Mixin Stores stores) throws Exception {
        ReprocessReport report = with(stores, reprocessing -> reprocessing.apply(id));
        context.console().println("Applied " + id + ", " + days(report) + ".");
        return ExitCode.OK;
    }

    @Command(
            description = "Throw a generation away.",
            footer = "  champion reprocess discard 20250620T101500000Z")
    int discard(@Parameters(paramLabel = "ID") String id, @Mixin Stores stores) throws Exception {
        with(stores, reprocessing -> reprocessing.discard(id));
        context.console().println("Discarded " + id + ".");
        return ExitCode.OK;
    }

    private interface Action {
        ReprocessReport on(Reprocessing reprocessing) throws IOException, InterruptedException;
    }

    private ReprocessReport with(Stores stores, Action action) throws Exception {
        List<String> overrides = stores.overrides();
        try (Warehouse warehouse = Warehouse.open(stores.config(context, overrides))) {
            overrides.addAll(warehouse.asOverrides());
            return action.on(new Reprocessing(stores.config(context, overrides)));
        } catch (ReprocessException e) {
            throw refused(e);
        }
    }

    private static UserException refused(ReprocessException e) {
        return new UserException(ExitCode.INPUT, e.getMessage(), e);
    }

    private void show(ReprocessReport report, Output output) {
        Console console = context.console();
        if (output.format == Format.JSON) {
            console.println(report.toJson());
            return;
        }
        console.println(
                "Generation "
                        + report.id()
                        + ", "
                        + lower(report.state())
                        + ": "
                        + days(report)
                        + " from "
                        + report.source()
                        + ", "
                        + Text.count(report.rowsRead(), "message")
                        + " in "
                        + report.seconds()
                        + " s");
        line(console, "duplicates", report.rowsDuplicate());
        report.rejected().forEach((reason, count) -> line(console, "refused, " + reason, count));
        report.rowsWritten().forEach((dataset, count) -> line(console, dataset, count));
        if (report.problem() != null) {
            console.println(report.problem());
        }
        console.println("");
        TablePrinter table =
                printer(
                        "dataset",
                        "interval",
                        "day",
                        "before",
                        "after",
                        "only old",
                        "only new",
                        "changed",
                        "same");
        for (Difference d : report.differences()) {
            table.add(
                    d.dataset(),
                    d.interval(),
                    d.day(),
                    Text.number(d.before()),
                    Text.number(d.after()),
                    Text.number(d.onlyOld()),
                    Text.number(d.onlyNew()),
                    Text.number(d.changed()),
                    Text.number(d.same()));
        }
        table.end();
        if (!report.examples().isEmpty()) {
            console.println("");
            TablePrinter examples =
                    printer("for example", "instrument", "interval", "at", "values");
            for (Example example : report.examples()) {
                examples.add(
                        example.kind(),
                        Text.printable(example.instrument()),
                        example.interval(),
                        example.at(),
                        Text.printable(example.values()));
            }
            examples.end();
        }
        if (report.state() == State.STAGED) {
            console.println("");
            console.println(
                    "champion reprocess apply " + report.id() + "    makes it what readers see");
            console.println("champion reprocess discard " + report.id() + "  throws it away");
        }
    }

    private static void line(Console console, String what, long count) {
        console.println("  %-28s %,14d".formatted(what, count));
    }

    private TablePrinter printer(String... names) {
        List<String> types = new ArrayList<>(Collections.nCopies(names.length, "String"));
        for (int i = 0; i < names.length; i++) {
            if (NUMBERS.contains(names[i])) {
                types.set(i, "UInt64");
            }
        }
        return new TablePrinter(context.console(), names, types.toArray(String[]::new));
    }

    private static String sum(ReprocessReport report, ToLongFunction<Difference> count) {
        return Text.number(report.differences().stream().mapToLong(count).sum());
    }

    private static String days(ReprocessReport report) {
        return report.from().equals(report.to())
                ? report.from()
                : report.from() + " to " + report.to();
    }

    private static String lower(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
