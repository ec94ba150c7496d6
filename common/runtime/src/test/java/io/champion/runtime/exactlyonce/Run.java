package io.champion.runtime.exactlyonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.Dataset;
import io.champion.runtime.exactlyonce.ExactlyOnceJob.Options;
import io.champion.runtime.exactlyonce.KnownRows.Part;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One run of {@link ExactlyOnceJob}: a home and a database of its own, and what a test asks of
 * both.
 */
final class Run {
    /** What an unbounded run writes: eight days of two months. */
    private static final Part ROWS = new Part(0, 40_000, "known");

    /** What is there before a bounded run: four days of two months. */
    static final Part EARLIER = new Part(0, 20_000, "earlier");

    /** Days that a bounded run replaces. */
    private static final Part REPLACED = new Part(0, 15_000, "known");

    /** What it has rows for: two of these three days. */
    private static final Part REPLACING = new Part(0, 10_000, "known");

    /** The fourth day, which it leaves alone. */
    private static final Part KEPT = new Part(15_000, 20_000, "earlier");

    private static final int PARALLELISM = 2;

    private final Options options;
    private final ClickHouseConfig direct;

    private Run(Options options, ClickHouseConfig direct) {
        this.options = options;
        this.direct = direct;
    }

    /**
     * Prepares a run.
     *
     * @param name name of its home and its database
     * @param url the warehouse as the job sees it
     * @param direct the warehouse without faults
     */
    static Run prepare(Path folder, String name, String url, String direct)
            throws IOException, InterruptedException {
        Path home = Files.createDirectories(folder.resolve(name));
        Options options = new Options(home, url, name, ROWS, PARALLELISM);
        ClickHouseConfig config = ClickHouseConfig.of(direct).withDatabase(name);
        Migrations.of(config, null, Retention.FOREVER).apply();
        try (ClickHouse clickHouse = ClickHouse.connect(config)) {
            for (Dataset dataset : KnownRows.DATASETS) {
                // What the guarantee must not hang on.
                clickHouse.execute(
                        "ALTER TABLE "
                                + clickHouse.table(dataset.table())
                                + " MODIFY SETTING non_replicated_deduplication_window = 1");
            }
        }
        return new Run(options, config);
    }

    Options options() {
        return options;
    }

    ClickHouseConfig warehouse() {
        return direct;
    }

    FaultPoints faults() throws IOException {
        return options.faults();
    }

    /** Blocks that the ledger says are written. */
    long written() {
        try (ClickHouse clickHouse = ClickHouse.connect(direct)) {
            return clickHouse.queryLong(
                    "SELECT countIf(state = 'written') FROM "
                            + clickHouse.table("champion_commits"));
        }
    }

    /** Lets the source go as fast as it can, and end. */
    void release() throws IOException {
        Files.createFile(options.release());
    }

    /** Builds the bounded job that makes the content that {@link #replace} replaces. */
    void writeEarlier(StreamExecutionEnvironment env) throws IOException {
        ExactlyOnceJob.replace(env, options.withPart(EARLIER), EARLIER.partitions());
    }

    /**
     * Builds the bounded job that replaces most of the earlier content: some days get other rows,
     * one is emptied, one is not its own.
     */
    void replace(StreamExecutionEnvironment env) throws IOException {
        ExactlyOnceJob.replace(env, options.withPart(REPLACING), REPLACED.partitions());
    }

    void assertEachRowOnce() throws Exception {
        Equality.check(options, direct, List.of(ROWS));
    }

    void assertEarlier() throws Exception {
        Equality.check(options, direct, List.of(EARLIER));
    }

    /** Asserts what {@link #replace} should have made of the earlier content. */
    void assertReplaced() throws Exception {
        Equality.check(options, direct, List.of(REPLACING, KEPT));
        assertThat(files(options.blocks())).as("block files that nobody needs").isEmpty();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    /** Starts to read both stores, over and over, until it is closed. */
    Onlooker watch() throws Exception {
        return Onlooker.start(options, direct, EARLIER.partitions());
    }
}
