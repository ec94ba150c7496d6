package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.bhavcopy.IngestReport;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.kafka.KafkaOptions;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.ticks.TickStreamOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the whole platform in one go. */
@Command(
        name = "demo",
        description = {
            "Ingest a generated exchange month, or files of your own, then a session of simulated"
                    + " live ticks, and look around.",
            "Everything runs on this machine: Flink inside this process, ClickHouse and Kafka"
                    + " beside it. With --target compose, on the servers of docker-compose.yml,"
                    + " which are started for it."
        },
        footer = {
            "  champion demo",
            "  champion demo --input ~/Downloads/bhavcopy",
            "  champion demo --home /tmp/demo",
            "  champion demo --target compose"
        })
final class DemoCommand implements Callable<Integer> {

    private static final YearMonth MONTH = YearMonth.of(2025, 9);
    private static final long SEED = 2025;

    /**
     * How much there is to see.
     *
     * @param companies of the made-up exchange
     * @param ticks of the session
     * @param ticksPerSecond as it is sent
     */
    record Size(int companies, long ticks, double ticksPerSecond) {}

    private static final Size SIZE = new Size(2200, 200_000, 20_000);

    private final Size size;
    private final Context context;

    /** Where the demo's jobs run. */
    private enum Target {
        LOCAL,
        COMPOSE,
        CLUSTER
    }

    @Option(
            names = "--target",
            paramLabel = "WHERE",
            defaultValue = "local",
            description = {
                "local: within this command; the default.",
                "compose: on the servers of docker-compose.yml.",
                "cluster: on the Flink, Kafka and ClickHouse that flink.url, kafka.bootstrap-servers"
                        + " and warehouse.url name in the environment (CHAMPION_FLINK_URL and so on);"
                        + " the cluster has to see the home at the same path."
            })
    private Target target;

    @Mixin private InputMixin input;

    @Mixin private WarehouseMixin warehouse;

    DemoCommand(Context context) {
        this(context, SIZE);
    }

    DemoCommand(Context context, Size size) {
        this.context = context;
        this.size = size;
    }

    @Override
    public Integer call() throws Exception {
        if (target == Target.COMPOSE) {
            return compose();
        }
        List<String> overrides = new ArrayList<>(input.overrides());
        overrides.addAll(warehouse.overrides());
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, null, overrides);
        Console console = context.console();
        Path home = Context.localHome(config);
        if (!input.isGiven()) {
            overrides.add(
                    InputMixin.override(
                            BhavcopyIngestOptions.INPUT, List.of(generate(home).toString())));
        }
        if (target == Target.CLUSTER) {
            return cluster(overrides);
        }
        try (LocalRun run = LocalRun.start(context, config)) {
            print(run.bhavcopy(null, overrides));
            Tour.ofFiles(console, run.warehouse());
            if (!input.isGiven()) {
                stream(run, Home.of(config));
            }
            Tour.whereToGo(console, run.warehouse(), Home.of(config));
            return ExitCode.OK;
        }
    }

    private void print(IngestReport report) {
        Console console = context.console();
        console.println(console.bold("What happened"));
        console.out().print(report.summary());
        double seconds = report.took().toMillis() / 1000.0;
        console.println(
                "%-46s %,14.0f"
                        .formatted("rows a second", report.accounting().rowsRead() / seconds));
    }

    /** The demo of a cluster, in a container among the stack's servers, which see its home. */
    private int compose() throws Exception {
        if (input.isGiven()) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The servers in containers do not see files of this machine; leave --input out,"
                            + " or --target.");
        }
        Compose compose = Compose.find(context);
        if (compose.run(List.of("--profile", "tools", "build")) != 0) {
            throw new UserException(ExitCode.UNAVAILABLE, "The images were not made.");
        }
        List<String> arguments = new ArrayList<>(List.of("run", "--rm"));
        if (!context.console().decorated()) {
            arguments.add("-T");
        }
        arguments.addAll(List.of("champion", "demo", "--target", "cluster"));
        int exitCode = compose.run(arguments);
        if (exitCode != ExitCode.OK) {
            // It has said itself what went wrong.
            return exitCode;
        }
        context.console().println("");
        compose.tellAddresses(context.console());
        return ExitCode.OK;
    }

    private int cluster(List<String> overrides) throws Exception {
        JobConfig config = context.config(KafkaMixin.OPTIONS, null, warehouse.overrides());
        if (config.getOptional(CommonOptions.WAREHOUSE_URL).isEmpty()
                || config.getOptional(KafkaOptions.BOOTSTRAP_SERVERS).isEmpty()) {
            throw new UserException(
                    ExitCode.USAGE,
                    "A cluster needs servers that it reaches: set CHAMPION_WAREHOUSE_URL and"
                            + " CHAMPION_KAFKA_BOOTSTRAP_SERVERS.");
        }
        Console console = context.console();
        try (FlinkCluster flink = FlinkCluster.at(config.get(CommonOptions.FLINK_URL));
                Warehouse servers = Warehouse.open(config);
                Broker broker = KafkaMixin.broker(config)) {
            ClusterDemo demo = new ClusterDemo(context, flink, servers, broker, Home.of(config));
            print(demo.ingest(overrides));
            Tour.ofFiles(console, servers);
            if (!input.isGiven()) {
                console.println("");
                console.println(console.bold("Live ticks"));
                console.flush();
                if (!demo.stream(market(), Pace.rate(size.ticksPerSecond()))) {
                    console.println("The session is in Kafka already, and is not sent again.");
                }
                Tour.ofTicks(console, servers);
            }
            return ExitCode.OK;
        }
    }

    private MarketSpec market() {
        return MarketSpec.builder().ticks(size.ticks()).seed(SEED).build();
    }

    /** A session of the simulated market, through Kafka and the job. */
    private void stream(LocalRun run, Home home) throws Exception {
        Console console = context.console();
        MarketSpec market = market();
        JobConfig config = context.config(KafkaMixin.OPTIONS, null, warehouse.overrides());
        console.println("");
        console.println(console.bold("Live ticks"));
        console.flush();
        console.progress("Starting ...");
        try (StopSignal stop = new StopSignal();
                Broker broker = KafkaMixin.broker(config);
                TickRun ticks = run.ticks(null, warehouse.overrides(), broker)) {
            console.endProgress();
            boolean first = !ticks.isContinued();
            console.println(
                    first
                            ? "A session of %s, %s in %s, through Kafka to lake and warehouse:"
                                    .formatted(
                                            market.date(),
                                            Text.count(market.ticks(), "trade"),
                                            Text.count(market.symbols(), "instrument"))
                            : "The session is in Kafka already; the job continues after it:");
            console.println("Flink's web page, while this runs: " + ticks.page());
            console.flush();
            SimulatedSession sent = new SimulatedSession(market);
            if (first) {
                send(sent, broker, ticks, stop);
            }
            ticks.awaitEnd(stop);
            TickRun.Counts found = ticks.stop(true);
            found.print(console.out());
            if (first) {
                compare(sent, found);
            }
        }
        Tour.ofTicks(console, run.warehouse());
    }

    private void send(SimulatedSession session, Broker broker, TickRun ticks, StopSignal stop)
            throws Exception {
        try (TickPublisher publisher =
                TickPublisher.open(
                        context.console().quiet(),
                        broker,
                        TickStreamOptions.TOPIC.defaultValue(),
                        null,
                        false)) {
            CompletableFuture<String> sending =
                    CompletableFuture.supplyAsync(
                            () ->
                                    session.send(
                                            publisher,
                                            Pace.rate(size.ticksPerSecond()),
                                            stop::isAsked));
            ticks.await(sending::isDone);
            sending.get();
        }
    }

    private void compare(SimulatedSession sent, TickRun.Counts found) {
        if (found.accepted() != sent.good()
                || found.duplicates() != sent.duplicates()
                || found.rejects() != sent.malformed()
                || found.late() != sent.late()) {
            throw new UserException(
                    ExitCode.FAILED,
                    "The simulator sent %,d good messages, %,d duplicates, %,d malformed and %,d late ones; the job found others."
                            .formatted(
                                    sent.good(), sent.duplicates(), sent.malformed(), sent.late()));
        }
        context.console()
                .println(
                        "The simulator knows what it sent: %s good, %s twice, %s malformed, %s late. The counts are equal."
                                .formatted(
                                        Text.number(sent.good()),
                                        Text.number(sent.duplicates()),
                                        Text.number(sent.malformed()),
                                        Text.number(sent.late())));
    }

    private Path generate(Path home) throws IOException {
        Path folder = home.resolve("demo-input");
        if (!Files.exists(folder) && Files.exists(home.resolve("lake"))) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The home "
                            + home
                            + " holds data of yours, which generated data should not mix with;"
                            + " give the demo a home of its own: champion demo --home"
                            + " .champion-demo.");
        }
        ExchangeMonth.Month month = ExchangeMonth.write(folder, MONTH, size.companies(), SEED);
        Console console = context.console();
        console.println(
                "Made up an exchange: %s, %s, %s in %s below %s,"
                        .formatted(
                                Text.number(month.securities()) + " securities",
                                Text.count(month.sessions().size(), "session"),
                                Text.count(month.rows(), "row"),
                                Text.count(month.files().size() + 1, "file"),
                                folder));
        console.println(
                "with "
                        + Text.count(month.spoilt().size(), "row")
                        + " that cannot be right, a file twice, a stale one, and one published"
                        + " again with corrections.");
        console.println("");
        console.flush();
        return folder;
    }
}
