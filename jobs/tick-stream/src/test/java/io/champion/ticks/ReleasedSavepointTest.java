package io.champion.ticks;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Savepoints that releases took in the middle of a market are restored by today's job, which brings
 * the market to a right end.
 *
 * <p>A fixture is a zip of the savepoint, of the lake at that time, and of the blocks that waited.
 * Its last hundred ticks were in files and blocks that were written, and not yet committed: they
 * reach lake and warehouse as the savepoint's committables. Transactions of Kafka cannot be kept,
 * for they end with their broker; so the job sent nothing there since its last commit, which is why
 * its watermark stood still.
 *
 * <p>When a release is made, take its savepoints and add them to the lists below; those of earlier
 * releases stay:
 *
 * <pre>
 * mvn -pl jobs/tick-stream -am test -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dtest='ReleasedSavepointTest#take' -Dchampion.release=0.2.0
 * </pre>
 */
final class ReleasedSavepointTest {
    /** Part of the fixtures: never to be changed. */
    private static final MarketSpec MARKET =
            MarketSpec.builder().ticks(4_000).symbols(30).seed(23).build();

    /** Messages that were committed before the savepoint, and that were not. */
    private static final long COMMITTED = 1_900;

    private static final long PENDING = 100;

    private static final String[] OPTIONS = {
        "ticks.allowed-lateness=3 h",
        "restart-strategy.type=none",
        // A checkpoint after the savepoint would commit what it has.
        "execution.checkpointing.interval=1 h",
    };

    /** State holds absolute locations, which are replaced by others of the same length. */
    private static final int HOME_LENGTH = 120;

    private static final List<String> KEPT = List.of("savepoints", "lake", "blocks");

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "0.1.0, CANONICAL, hashmap, rocksdb",
        "0.1.0, NATIVE, hashmap, hashmap",
        "0.1.0, NATIVE, rocksdb, rocksdb",
    })
    void isRestored(String release, SavepointFormatType format, String from, String to)
            throws Exception {
        Path home = home("restored");
        String before;
        try (InputStream in =
                getClass().getResourceAsStream("/state/" + name(release, format, from))) {
            before = unzip(in, home);
        }
        Path savepoint;
        try (Stream<Path> savepoints = Files.list(home.resolve("savepoints"))) {
            savepoint = savepoints.findAny().orElseThrow();
        }
        move(savepoint, before, home);
        try (Stores stores = new Stores(home, to)) {
            stores.run.fillWarehouse();
            stores.run.feed().produce(COMMITTED + PENDING);
            JobClient job = stores.start(savepoint.toUri().toString());
            URI rest = stores.cluster.restAddress();
            String id = job.getJobID().toHexString();
            stores.run.feed().finish();
            stores.run.awaitEnd(rest, id);
            job.stopWithSavepoint(
                            false,
                            home.resolve("end").toUri().toString(),
                            SavepointFormatType.NATIVE)
                    .get();
            stores.run.assertStores();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "champion.release", matches = ".+")
    void take() throws Exception {
        String release = System.getProperty("champion.release");
        take(release, SavepointFormatType.CANONICAL, "hashmap");
        take(release, SavepointFormatType.NATIVE, "hashmap");
        take(release, SavepointFormatType.NATIVE, "rocksdb");
    }

    private void take(String release, SavepointFormatType format, String backend) throws Exception {
        Path home = home(format + backend);
        try (Stores stores = new Stores(home, backend)) {
            stores.run.feed().produce(COMMITTED);
            JobClient job = stores.start(null);
            awaitTicks(stores, job, COMMITTED);
            String committed =
                    job.stopWithSavepoint(
                                    false,
                                    home.resolve("committed").toUri().toString(),
                                    SavepointFormatType.CANONICAL)
                            .get();
            stores.run.feed().produce(PENDING);
            job = stores.start(committed, "pipeline.auto-watermark-interval=1 h");
            awaitTicks(stores, job, PENDING);
            job.triggerSavepoint(home.resolve("savepoints").toUri().toString(), format).get();
            job.cancel().get();
        }
        Path fixture = Path.of("src/test/resources/state", name(release, format, backend));
        zip(home, fixture);
        assertThat(fixture).isNotEmptyFile();
    }

    private static void awaitTicks(Stores stores, JobClient job, long ticks) throws Exception {
        URI rest = stores.cluster.restAddress();
        String id = job.getJobID().toHexString();
        until(
                "the ticks are taken",
                () -> stores.run.counters(rest, id).getOrDefault("ticks", 0L) == ticks);
    }

    private static String name(String release, SavepointFormatType format, String backend) {
        return "savepoint-%s-%s-%s.zip"
                .formatted(release, format.name().toLowerCase(Locale.ROOT), backend);
    }

    private Path home(String name) throws IOException {
        String parent = folder + "/" + name + "-";
        return Files.createDirectory(Path.of(parent + "x".repeat(HOME_LENGTH - parent.length())));
    }

    /** Everything that the job needs, with stores that hold nothing yet. */
    private final class Stores implements AutoCloseable {
        final EmbeddedKafka kafka;
        final EmbeddedClickHouse engine;
        final MarketRun run;
        final LocalFlink cluster;

        Stores(Path home, String backend) throws Exception {
            kafka = EmbeddedKafka.start(folder.resolve("kafka-" + home.getFileName()));
            engine = EmbeddedClickHouse.start(folder.resolve("engine-" + home.getFileName()));
            run =
                    new MarketRun(
                            home,
                            MARKET,
                            kafka,
                            ClickHouseConfig.of(engine.url()).withDatabase("market"));
            Configuration flink = new Configuration();
            flink.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(100));
            flink.set(StateBackendOptions.STATE_BACKEND, backend);
            cluster = LocalFlink.start(folder.resolve("flink-" + home.getFileName()), flink);
        }

        JobClient start(String savepoint, String... more) throws Exception {
            StreamExecutionEnvironment env = cluster.environment();
            List<String> options = new ArrayList<>(List.of(OPTIONS));
            options.addAll(List.of(more));
            if (savepoint != null) {
                options.add("execution.state-recovery.path=" + savepoint);
            }
            JobConfig config = run.config(engine.url(), options.toArray(String[]::new));
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            TickStreamJob.build(env, config);
            return env.executeAsync();
        }

        @Override
        public void close() throws Exception {
            try (kafka;
                    engine;
                    run;
                    cluster) {
                // Nothing else.
            }
        }
    }

    /** The first entry is the home's location. */
    private static void zip(Path home, Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file));
                Stream<Path> files = Files.walk(home)) {
            zip.putNextEntry(new ZipEntry("home"));
            zip.write(home.toString().getBytes(StandardCharsets.UTF_8));
            for (Path path : files.filter(Files::isRegularFile).sorted().toList()) {
                Path relative = home.relativize(path);
                if (KEPT.contains(relative.getName(0).toString())) {
                    zip.putNextEntry(new ZipEntry(relative.toString()));
                    Files.copy(path, zip);
                }
            }
        }
    }

    /**
     * @return the home's location
     */
    private static String unzip(InputStream in, Path home) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(in)) {
            zip.getNextEntry();
            String before = new String(zip.readAllBytes(), StandardCharsets.UTF_8);
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = home.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (OutputStream out = Files.newOutputStream(file)) {
                    zip.transferTo(out);
                }
            }
            return before;
        }
    }

    private static void move(Path savepoint, String before, Path home) throws IOException {
        int found = 0;
        try (Stream<Path> files = Files.walk(savepoint)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                // One character for each byte.
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                String moved = bytes.replace(before, home.toString());
                if (!moved.equals(bytes)) {
                    found++;
                    Files.writeString(file, moved, StandardCharsets.ISO_8859_1);
                }
            }
        }
        assertThat(found).isPositive();
    }
}
