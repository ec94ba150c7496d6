package io.champion.jdbc;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.champion.jdbc.PostgresProxy.Loss;
import io.champion.runtime.JobConfig;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What breaks between prepare and commit, on a real server: each row is in the table once. */
final class ExportFaultsTest {
    private static final int HOURS = 30;
    private static final int ROWS = 1_000;
    private static final int ALL = HOURS * ROWS;

    /** More than Flink's own retries, which do not wait: each may connect with and without TLS. */
    private static final int REFUSALS = 30;

    private static final String PREPARE = "PREPARE TRANSACTION";
    private static final String COMMIT = "COMMIT PREPARED";

    @TempDir static Path folder;

    private static Path home;
    private static PostgresProcess postgres;
    private PostgresProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        home = folder.resolve("home");
        postgres = PostgresProcess.start(folder.resolve("postgres"), 64);
        TickLake.write(home, TickLake.ticks(HOURS, ROWS));
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void startProxy() throws Exception {
        proxy = PostgresProxy.start(postgres);
        // So slow that a run sees several checkpoints.
        proxy.delay(10_000);
    }

    @AfterEach
    void stopProxy() throws Exception {
        try {
            proxy.close();
        } finally {
            rollBackWhatIsPrepared();
            postgres.execute("SET lock_timeout = '1min'", "DROP TABLE IF EXISTS ticks");
        }
    }

    /** A run that fails for good leaves what it prepared, which holds the table. */
    private static void rollBackWhatIsPrepared() throws SQLException {
        for (String gid : postgres.rows("SELECT gid FROM pg_prepared_xacts")) {
            postgres.execute("ROLLBACK PREPARED '" + gid + "'");
        }
    }

    private ExportReport export(String... options) throws Exception {
        return export(2, options);
    }

    private ExportReport export(int tasks, String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "postgres.url=" + proxy.url(),
                                "export.dataset=raw.equity_trade",
                                "export.table=ticks",
                                "export.create-table=true",
                                "execution.checkpointing.interval=100 ms",
                                "execution.checkpointing.min-pause=10 ms",
                                "restart-strategy.type=fixed-delay",
                                "restart-strategy.fixed-delay.attempts=1000",
                                "restart-strategy.fixed-delay.delay=100 ms"));
        for (String option : options) {
            String key = option.substring(0, option.indexOf('=') + 1);
            arguments.removeIf(other -> other.startsWith(key));
            arguments.add(option);
        }
        return JdbcExportJob.run(
                StreamExecutionEnvironment.createLocalEnvironment(tasks, new Configuration()),
                JobConfig.of(JdbcExportJob.OPTIONS).arguments(arguments).load());
    }

    private static void isWhole(ExportReport report) throws Exception {
        assertThat(List.of(report.read(), report.written())).containsOnly((long) ALL);
        assertThat(
                        postgres.one(
                                "SELECT concat_ws(' ', count(*), count(DISTINCT event_id)) FROM"
                                        + " ticks"))
                .isEqualTo(ALL + " " + ALL);
        assertThat(postgres.count("SELECT count(*) FROM pg_prepared_xacts")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        PREPARE + ",1,REQUEST",
        PREPARE + ",1,ANSWER",
        PREPARE + ",3,ANSWER",
        COMMIT + ",1,REQUEST",
        COMMIT + ",2,ANSWER",
        "INSERT INTO,2,ANSWER"
    })
    void aLostConnectionLosesAndDoublesNothing(String statement, int number, Loss loss)
            throws Exception {
        proxy.breakAt(statement, number, loss, () -> {});
        ExportReport report = export();
        assertThat(proxy.faults()).isEqualTo(1);
        isWhole(report);
    }

    @ParameterizedTest
    @CsvSource({PREPARE, COMMIT})
    void aServerThatStartsAgainLosesAndDoublesNothing(String statement) throws Exception {
        proxy.breakAt(
                statement,
                2,
                Loss.ANSWER,
                () -> {
                    try {
                        postgres.restart();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        ExportReport report = export();
        assertThat(proxy.faults()).isEqualTo(1);
        isWhole(report);
    }

    @Test
    void aCommitIsTriedAgainAWhile() throws Exception {
        proxy.breakAt(COMMIT, 1, Loss.REQUEST, () -> proxy.refuse(REFUSALS));
        ExportReport report = export("restart-strategy.type=none");
        assertThat(proxy.faults()).isEqualTo(1);
        isWhole(report);
    }

    @Test
    void aCommitWithoutAnAnswerIsTriedAgain() throws Exception {
        proxy.breakAt(COMMIT, 1, Loss.SILENCE, () -> {});
        ExportReport report = export("postgres.url=" + proxy.url() + "?socketTimeout=2");
        assertThat(proxy.faults()).isEqualTo(1);
        isWhole(report);
    }

    @Test
    void requestsAreNotWaitedForForEver() {
        assertThat(new PostgresServer("jdbc:" + proxy.url(), "x").properties())
                .containsEntry("socketTimeout", "600")
                .containsEntry("connectTimeout", "10");
        assertThat(new PostgresServer("jdbc:" + proxy.url() + "?socketTimeout=2", "x").properties())
                .doesNotContainKey("socketTimeout");
    }

    @Test
    void upsertsAreTheSameAfterALoss() throws Exception {
        proxy.breakAt("INSERT INTO", 2, Loss.ANSWER, () -> {});
        ExportReport report = export("export.mode=upsert");
        assertThat(proxy.faults()).isEqualTo(1);
        isWhole(report);
    }

    private static JobConfig server() throws Exception {
        return JobConfig.of(JdbcExportJob.OPTIONS)
                .arguments(List.of("postgres.url=" + postgres.url()))
                .load();
    }

    /** A lake with so many rows of one hour after the other. */
    private static Path home(String name, List<Integer> rowsOfHours) throws Exception {
        Path other = folder.resolve(name);
        List<SpecificRecordBase> ticks = new ArrayList<>();
        for (int hour = 0; hour < rowsOfHours.size(); hour++) {
            long start = TickLake.START.plus(Duration.ofHours(hour)).getEpochSecond();
            for (int row = 0; row < rowsOfHours.get(hour); row++) {
                ticks.add(TickLake.tick(ticks.size(), start * 1_000_000_000L + row));
            }
        }
        TickLake.write(other, ticks);
        return other;
    }

    /** Number of the last checkpoint that a run has begun; 0 without any. */
    private static long lastCheckpoint(Path home) {
        long last = 0;
        for (File job : children(home.resolve("checkpoints").toFile())) {
            for (File checkpoint : children(job)) {
                if (checkpoint.getName().startsWith("chk-")) {
                    last = Math.max(last, Long.parseLong(checkpoint.getName().substring(4)));
                }
            }
        }
        return last;
    }

    private static List<File> children(File folder) {
        File[] found = folder.listFiles();
        return found == null ? List.of() : List.of(found);
    }

    @Test
    void whatAReaderHasCountedIsKnownOnceItHasEnded() throws Exception {
        List<Integer> rows = new ArrayList<>(Collections.nCopies(15, 1));
        rows.addAll(Collections.nCopies(15, 4_000));
        Path uneven = home("uneven", rows);
        CompletableFuture<ExportReport> run =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return export("home=" + uneven, "export.mode=upsert");
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        // The first may have the small reader at work, the second is its last.
        until("the fifth checkpoint", () -> run.isDone() || lastCheckpoint(uneven) >= 5);
        assertThat(run).isNotDone();
        // More than the connector tries before its task fails.
        proxy.refuse(REFUSALS);
        proxy.away(true);
        proxy.away(false);
        ExportReport report = run.get();
        assertThat(List.of(report.read(), report.written())).containsOnly(60_015L);
    }

    /** The older of two days is the larger, and would be done later. */
    @Test
    void ofAKeyOfSeveralDaysTheLastRowStays() throws Exception {
        Path two = home("two", List.of(20_000, 10));
        ExportReport report = export("home=" + two, "export.mode=upsert", "export.key=symbol");
        assertThat(report.written()).isEqualTo(20_010);
        assertThat(postgres.one("SELECT concat_ws(' ', count(*), min(event_id)) FROM ticks"))
                .isEqualTo("10 20000");
    }

    @Test
    void whatARunPreparedIsLeftToItAsLongAsItIsConnected() throws Exception {
        List<Throwable> refusals = new ArrayList<>();
        proxy.breakAt(
                COMMIT,
                1,
                Loss.NONE,
                () -> {
                    try (ExportRecovery recovery = ExportRecovery.open(server())) {
                        recovery.find("ticks", Duration.ZERO)
                                .forEach(
                                        one ->
                                                refusals.add(
                                                        catchThrowable(
                                                                () ->
                                                                        recovery.decide(
                                                                                one, false))));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        isWhole(export());
        assertThat(refusals)
                .isNotEmpty()
                .allSatisfy(
                        refusal ->
                                assertThat(refusal)
                                        .isInstanceOf(PostgresException.class)
                                        .hasMessageContaining("Cancel it first"));
    }

    @Test
    void aRunWhoseTransactionSomebodyElseDecidedFails() throws Exception {
        proxy.breakAt(
                COMMIT,
                1,
                Loss.NONE,
                () -> {
                    try {
                        rollBackWhatIsPrepared();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
        // One task, which waits for its answer: another would commit what is being rolled back.
        assertThatThrownBy(() -> export(1))
                .hasStackTraceContaining(
                        "A prepared transaction of this run with rows of the table ticks is gone");
        assertThat(proxy.faults()).isEqualTo(1);
    }

    @Test
    void whatADeadRunPreparedIsFoundAndRolledBack() throws Exception {
        proxy.breakAt(PREPARE, 3, Loss.ANSWER, () -> proxy.away(true));
        assertThatThrownBy(() -> export("restart-strategy.type=none"))
                .hasStackTraceContaining("Job execution failed");
        proxy.away(false);
        long before = postgres.count("SELECT count(*) FROM pg_prepared_xacts");
        assertThat(before).isPositive();

        assertThatThrownBy(() -> export("export.mode=upsert"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("hold rows of the table ticks")
                .hasMessageContaining("'champion export recover'");
        // The server notices a lost connection a little later.
        until(
                "no job is connected",
                () ->
                        postgres.count(
                                        "SELECT count(*) FROM pg_stat_activity WHERE"
                                                + " application_name LIKE 'champion job %'")
                                == 0);
        try (ExportRecovery recovery = ExportRecovery.open(server())) {
            assertThat(recovery.find("ticks", Duration.ofHours(1))).isEmpty();
            assertThat(recovery.find("others", Duration.ZERO)).isEmpty();
            List<ExportRecovery.Waiting> waiting = recovery.find("ticks", Duration.ZERO);
            assertThat(waiting).hasSize((int) before);
            assertThat(waiting.get(0).job()).hasSize(32);
            assertThat(waiting.get(0).tables()).containsExactly("public.ticks");
            assertThat(waiting.get(0).sessions()).isEmpty();
            waiting.forEach(one -> recovery.decide(one, false));
            assertThat(recovery.find(null, Duration.ZERO)).isEmpty();
        }
        isWhole(export("export.mode=upsert"));
    }
}
