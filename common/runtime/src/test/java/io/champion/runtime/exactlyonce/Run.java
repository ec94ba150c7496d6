package io.champion.runtime.exactlyonce;

import io.champion.model.Dataset;
import io.champion.runtime.exactlyonce.ExactlyOnceJob.Options;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One run of {@link ExactlyOnceJob}: a home and a database of its own, and what a test asks of
 * both.
 */
final class Run {
    private static final long ROWS = 40_000;
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

    void assertEachRowOnce() throws Exception {
        Equality.assertEachRowOnce(options, direct);
    }
}
