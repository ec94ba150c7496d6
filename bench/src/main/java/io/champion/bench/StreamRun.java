package io.champion.bench;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.ticks.TickStreamJob;
import io.champion.ticks.TickStreamSteps;
import io.champion.ticks.TickStreamSteps.Step;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Reads the whole of a {@link TickTopic}, from the start of the job until all is committed: {@code
 * StreamRun WHO TOPIC-FOLDER OUTPUT-FOLDER [OPTION=VALUE ...]}. WHO is {@code consumer}, {@code
 * flink}, {@code flink-nodedup}, or a {@link Step} of tick-stream, with {@code -rocksdb} behind it
 * for that state backend. Options are those of {@link StreamOptions}.
 *
 * <p>Prints seconds and CPU seconds of the work alone, the latter also of each process: this one,
 * the broker and the engine.
 */
final class StreamRun {
    private final TickTopic.Facts facts;
    private final EmbeddedKafka kafka;
    private final Path out;
    private final StreamOptions options;
    private EmbeddedClickHouse engine;

    private StreamRun(TickTopic.Facts facts, EmbeddedKafka kafka, Path out, StreamOptions options) {
        this.facts = facts;
        this.kafka = kafka;
        this.out = out;
        this.options = options;
    }

    public static void main(String[] args) throws Exception {
        Path topic = Path.of(args[1]);
        String who = args[0].replace("-rocksdb", "");
        List<String> options = new ArrayList<>(Arrays.asList(args).subList(3, args.length));
        if (!who.equals(args[0])) {
            options.add("state=rocksdb");
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(topic)) {
            new StreamRun(
                            TickTopic.Facts.of(topic),
                            kafka,
                            Path.of(args[2]).toAbsolutePath(),
                            StreamOptions.of(options))
                    .run(who);
        }
    }

    private void run(String who) throws Exception {
        switch (who) {
            case "consumer" ->
                    check(
                            "messages",
                            facts.messages(),
                            measured(() -> PlainConsumer.run(kafka.bootstrapServers())));
            case "flink", "flink-nodedup" -> plainFlink(who.equals("flink"));
            default -> tickStream(Step.valueOf(who.toUpperCase(Locale.ROOT)));
        }
    }

    private void plainFlink(boolean deduplicated) throws Exception {
        Configuration settings = options.cluster();
        settings.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                out.resolve("checkpoints").toUri().toString());
        try (LocalFlink cluster = LocalFlink.start(out.resolve("flink"), settings)) {
            StreamExecutionEnvironment env = cluster.environment();
            PlainStream.build(env, kafka.bootstrapServers(), out.resolve("lake"), deduplicated);
            measured(() -> env.execute("plain Flink").getNetRuntime());
        }
        System.out.println("rows=" + (deduplicated ? facts.distinct() : facts.messages()));
    }

    private void tickStream(Step step) throws Exception {
        String suffix = "-" + System.currentTimeMillis();
        kafka.createTopic("bars" + suffix, TickTopic.PARTITIONS);
        kafka.createTopic("letters" + suffix, 1);
        try (EmbeddedClickHouse started = EmbeddedClickHouse.start(out.resolve("engine"));
                LocalFlink cluster = LocalFlink.start(out.resolve("flink"), options.cluster())) {
            engine = started;
            ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url());
            Migrations.of(warehouse, null, Retention.FOREVER).apply();
            List<String> arguments =
                    new ArrayList<>(
                            List.of(
                                    "home=" + out,
                                    "warehouse.url=" + engine.url(),
                                    "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                                    "ticks.topic=" + TickTopic.NAME,
                                    "ticks.bounded=true",
                                    "bars.intervals=1 min",
                                    "bars.topic=bars" + suffix,
                                    "dead-letters.topic=letters" + suffix));
            arguments.addAll(options.job());
            JobConfig config = JobConfig.of(TickStreamJob.OPTIONS).arguments(arguments).load();
            StreamExecutionEnvironment env = cluster.environment();
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            TickStreamSteps.build(env, config, step);
            measured(() -> env.execute("tick-stream").getNetRuntime());
            if (step == Step.ALL) {
                check("ticks", facts.distinct(), count(warehouse, "raw_equity_trade"));
                check(
                        "bars",
                        count(warehouse, "bars"),
                        PlainConsumer.committed(kafka.bootstrapServers(), "bars" + suffix));
                check(
                        "letters",
                        0,
                        PlainConsumer.committed(kafka.bootstrapServers(), "letters" + suffix));
                System.out.println("bars=" + count(warehouse, "bars"));
            }
            System.out.println("rows=" + facts.distinct());
        }
    }

    private static long count(ClickHouseConfig warehouse, String table)
            throws IOException, InterruptedException {
        return Long.parseLong(
                Engine.post(
                        warehouse.urls().get(0).toString(),
                        "SELECT count() FROM " + warehouse.database() + "." + table));
    }

    private static void check(String what, long expected, long actual) {
        if (actual != expected) {
            throw new IllegalStateException(
                    "There are " + actual + " " + what + ", but should be " + expected + ".");
        }
    }

    /** Prints what something costs that says how many milliseconds, or rows, it had. */
    private long measured(Callable<Long> work) throws Exception {
        Costs before = Costs.now();
        long start = System.nanoTime();
        long result = work.call();
        double seconds = (System.nanoTime() - start) / 1e9;
        Costs costs = Costs.now().minus(before);
        System.out.printf(
                Locale.ROOT,
                "inner=%.2f cpu=%.1f job=%.1f broker=%.1f engine=%.1f%n",
                seconds,
                costs.job() + costs.broker() + costs.engine(),
                costs.job(),
                costs.broker(),
                costs.engine());
        return result;
    }

    /** CPU seconds of each process. */
    private record Costs(double job, double broker, double engine) {

        static Costs now() {
            return new Costs(
                    seconds(ProcessHandle.current()),
                    children("KafkaMain"),
                    children("EngineMain"));
        }

        Costs minus(Costs before) {
            return new Costs(job - before.job, broker - before.broker, engine - before.engine);
        }

        private static double children(String main) {
            return ProcessHandle.current()
                    .children()
                    .filter(
                            child ->
                                    Arrays.stream(child.info().arguments().orElse(new String[0]))
                                            .anyMatch(argument -> argument.endsWith(main)))
                    .mapToDouble(Costs::seconds)
                    .sum();
        }

        private static double seconds(ProcessHandle process) {
            return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
        }
    }
}
