package io.champion.warehouse;

import static io.champion.warehouse.TestWarehouse.DAY;
import static io.champion.warehouse.TestWarehouse.EQUITY;
import static io.champion.warehouse.TestWarehouse.KEPT_FOR_GOOD;
import static io.champion.warehouse.TestWarehouse.REJECTS;
import static io.champion.warehouse.TestWarehouse.equity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.local.FaultProxy;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

/** The protocol, broken at each of its steps, with the rows counted afterwards. */
class BlockCommitterTest {

    private static final int MOST_REJECTS = 10;

    @TempDir static Path directory;

    private static TestWarehouse warehouse;
    private Path blocks;

    @BeforeAll
    static void start() throws Exception {
        warehouse = new TestWarehouse(directory.resolve("store"));
    }

    @AfterAll
    static void stop() throws Exception {
        warehouse.close();
    }

    @BeforeEach
    void emptyTables(@TempDir Path blocks) throws Exception {
        warehouse.recreate(EQUITY);
        this.blocks = blocks;
    }

    private SinkSettings settings(String epoch, ProtocolHook hook) {
        return settings(warehouse.config(), epoch, hook);
    }

    private SinkSettings settings(ClickHouseConfig config, String epoch, ProtocolHook hook) {
        return new SinkSettings(
                config,
                "test-sink",
                epoch,
                blocks.toUri().toString(),
                Set.of(EQUITY.id(), REJECTS.id()),
                1_000,
                64 << 20,
                128 << 20,
                2,
                MOST_REJECTS,
                hook);
    }

    private static BlockCommitter committer(SinkSettings settings, OptionalLong restored)
            throws Exception {
        return new BlockCommitter(
                settings,
                ClickHouse.connect(settings.config()),
                new CommitterMetrics(new UnregisteredMetricsGroup()),
                restored,
                true);
    }

    private static BlockWriter writer(SinkSettings settings, long checkpoint) {
        return new BlockWriter(
                settings, 0, checkpoint, null, KEPT_FOR_GOOD, new UnregisteredMetricsGroup());
    }

    /** Rows of two table partitions. */
    private static List<EquityOhlc> rows(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> equity(DAY.plusDays(n % 2 == 0 ? 0 : 20), n))
                .toList();
    }

    private static Collection<SealedBlock> seal(BlockWriter writer, List<EquityOhlc> rows)
            throws IOException {
        for (EquityOhlc row : rows) {
            writer.write(row);
        }
        return writer.sealAll();
    }

    private static List<Requests.Request<SealedBlock>> commit(
            BlockCommitter committer, Collection<SealedBlock> blocks) throws Exception {
        List<Requests.Request<SealedBlock>> requests = Requests.of(blocks);
        committer.commit(Requests.asRequests(requests));
        return requests;
    }

    private static void assertEachRowOnce(List<EquityOhlc> rows) {
        assertThat(warehouse.ids(EQUITY))
                .isEqualTo(rows.stream().map(EquityOhlc::getEventId).sorted().toList());
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.walk(blocks)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void rowsArriveInBlocksOfOnePartition() throws Exception {
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        List<EquityOhlc> rows = rows(0, 2_500);
        Collection<SealedBlock> sealed = seal(writer(settings, 0), rows);
        assertThat(sealed)
                .extracting(SealedBlock::partition, SealedBlock::rows)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("202506", 1_000),
                        org.assertj.core.groups.Tuple.tuple("202506", 250),
                        org.assertj.core.groups.Tuple.tuple("202507", 1_000),
                        org.assertj.core.groups.Tuple.tuple("202507", 250));
        assertThat(files()).isEqualTo(4);
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            assertThat(commit(committer, sealed)).noneMatch(r -> r.alreadyCommitted);
            assertEachRowOnce(rows);
            assertThat(files()).isZero();
            // Their files are gone, so a second commit can only rest on the ledger.
            assertThat(commit(committer, sealed)).allMatch(r -> r.alreadyCommitted);
        }
        assertEachRowOnce(rows);
        assertThat(
                        warehouse.clickHouse.queryLong(
                                "SELECT sum(rows) FROM champion_commits WHERE state = 'written'"))
                .isEqualTo(2_500);
    }

    @Test
    void theLargestNumberOfPartsInAPartitionIsMeasured() throws Exception {
        warehouse.clickHouse.execute("SYSTEM STOP MERGES normalized_equity_ohlc");
        Map<String, Gauge<?>> gauges = new ConcurrentHashMap<>();
        UnregisteredMetricsGroup metrics =
                new UnregisteredMetricsGroup() {
                    @Override
                    public MetricGroup addGroup(String name) {
                        return this;
                    }

                    @Override
                    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
                        gauges.put(name, gauge);
                        return gauge;
                    }
                };
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        try (BlockCommitter committer =
                new BlockCommitter(
                        settings,
                        ClickHouse.connect(settings.config()),
                        new CommitterMetrics(metrics),
                        OptionalLong.empty(),
                        true)) {
            assertThat(gauges.get("partsPerPartition").getValue()).isEqualTo(0L);
            // Of 1,000 rows at most each: three blocks of one month, one of the other.
            List<EquityOhlc> rows =
                    IntStream.range(0, 2_100)
                            .mapToObj(n -> equity(DAY.plusDays(n < 2_050 ? 0 : 20), n))
                            .toList();
            commit(committer, seal(writer(settings, 0), rows));
            assertThat(gauges.get("partsPerPartition").getValue()).isEqualTo(3L);
            assertThat((Long) gauges.get("secondsSinceLastCommit").getValue()).isLessThan(60);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolStep.class,
            names = {
                "DURING_RESTORE",
                "BEFORE_INSERT",
                "AFTER_RESPONSE_BEFORE_LEDGER",
                "AFTER_LEDGER"
            })
    void aCrashAtAnyStepLosesAndRepeatsNothing(ProtocolStep step) throws Exception {
        // The window is as small as it gets, and other inserts have pushed everything out of it.
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc MODIFY SETTING"
                        + " non_replicated_deduplication_window = 1");
        AtomicInteger at = new AtomicInteger();
        ProtocolHook crash =
                (reached, subject) -> {
                    if (reached == step && at.incrementAndGet() == 1) {
                        throw new IOException("killed at " + reached);
                    }
                };
        List<EquityOhlc> rows = rows(0, 3_000);
        Collection<SealedBlock> sealed = seal(writer(settings("1", crash), 0), rows);
        try (BlockCommitter committer = committer(settings("1", crash), OptionalLong.of(1))) {
            assertThatThrownBy(() -> commit(committer, sealed)).hasMessageContaining("killed at");
        }
        List<EquityOhlc> others = rows(5_000, 5_004);
        SinkSettings other = settings("other", ProtocolHook.NONE);
        for (EquityOhlc row : others) {
            try (BlockCommitter committer = committer(other, OptionalLong.of(1))) {
                commit(committer, seal(writer(other, 0), List.of(row)));
            }
        }
        try (BlockCommitter committer = committer(settings("1", crash), OptionalLong.of(1))) {
            commit(committer, sealed);
        }
        List<EquityOhlc> all = new ArrayList<>(rows);
        all.addAll(others);
        assertEachRowOnce(all);
        assertThat(files()).isZero();
    }

    /**
     * The server notes a token, then it is killed before it keeps the part: from then on it takes
     * the block for one that it has.
     */
    @Test
    void aTokenWithoutItsRowsLosesNothing() throws Exception {
        AtomicInteger inserts = new AtomicInteger();
        ProtocolHook killed =
                (reached, block) -> {
                    if (reached == ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE
                            && inserts.incrementAndGet() == 1) {
                        warehouse.clickHouse.execute(
                                "ALTER TABLE normalized_equity_ohlc DELETE WHERE commit_id = '"
                                        + block
                                        + "' SETTINGS mutations_sync = 2");
                        throw new IOException("the engine was killed");
                    }
                };
        SinkSettings settings = settings("1", killed);
        List<EquityOhlc> rows = rows(0, 2_000);
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            commit(committer, seal(writer(settings, 0), rows));
        }
        assertEachRowOnce(rows);
    }

    @Test
    void aLostResponseIsLookedUpInTheTable() throws Exception {
        AtomicInteger inserts = new AtomicInteger();
        ProtocolHook counting =
                (step, subject) -> {
                    if (step == ProtocolStep.BEFORE_INSERT) {
                        inserts.incrementAndGet();
                    }
                };
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            AtomicInteger seen = new AtomicInteger();
            proxy.plan(
                    request ->
                            request.contains("normalized_equity_ohlc")
                                            && request.contains("FORMAT")
                                            && seen.incrementAndGet() <= 3
                                    ? FaultProxy.Fault.dropResponse()
                                    : null);
            SinkSettings settings = settings(TestWarehouse.config(proxy.url()), "1", counting);
            List<EquityOhlc> rows = rows(0, 4_000);
            try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
                commit(committer, seal(writer(settings, 0), rows));
            }
            assertEachRowOnce(rows);
            assertThat(proxy.faults()).isEqualTo(3);
            assertThat(inserts).hasValue(4);
        }
    }

    @Test
    void anOutageIsWaitedOut() throws Exception {
        ExecutorService flink = Executors.newSingleThreadExecutor();
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            SinkSettings settings =
                    settings(TestWarehouse.config(proxy.url()), "1", ProtocolHook.NONE);
            List<EquityOhlc> rows = rows(0, 2_000);
            Collection<SealedBlock> sealed = seal(writer(settings, 0), rows);
            try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
                proxy.down();
                Future<?> commit = flink.submit(() -> commit(committer, sealed));
                assertThatThrownBy(() -> commit.get(1, TimeUnit.SECONDS))
                        .isInstanceOf(java.util.concurrent.TimeoutException.class);
                proxy.up();
                commit.get(30, TimeUnit.SECONDS);
            }
            assertEachRowOnce(rows);
        } finally {
            flink.shutdownNow();
        }
    }

    @Test
    void aCancelledTaskStopsWaiting() throws Exception {
        ExecutorService flink = Executors.newSingleThreadExecutor();
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            SinkSettings settings =
                    settings(TestWarehouse.config(proxy.url()), "1", ProtocolHook.NONE);
            Collection<SealedBlock> sealed = seal(writer(settings, 0), rows(0, 10));
            try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
                proxy.down();
                Future<?> commit = flink.submit(() -> commit(committer, sealed));
                assertThatThrownBy(() -> commit.get(300, TimeUnit.MILLISECONDS))
                        .isInstanceOf(java.util.concurrent.TimeoutException.class);
                flink.shutdownNow();
                assertThat(flink.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            flink.shutdownNow();
        }
    }

    @Test
    void aJobThatStartsBehindTheWarehouseIsRefused() throws Exception {
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        List<EquityOhlc> rows = rows(0, 10);
        try (BlockCommitter committer = committer(settings, OptionalLong.of(7))) {
            // Sealed after checkpoint 7, so committed by 8 or a later one.
            commit(committer, seal(writer(settings, 7), rows));
        }
        assertThatThrownBy(() -> committer(settings, OptionalLong.of(7)))
                .hasMessageContaining("ahead of this job")
                .hasMessageContaining("after checkpoint 7")
                .hasMessageContaining("new epoch");
        assertThatThrownBy(() -> committer(settings, OptionalLong.empty()))
                .hasMessageContaining("started without their state");
        committer(settings, OptionalLong.of(8)).close();
        committer(settings("2", ProtocolHook.NONE), OptionalLong.empty()).close();
    }

    @Test
    void oldFilesOfBlocksThatNoCheckpointKnowsAreDeletedAfterTheRestore() throws Exception {
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        SealedBlock old = one(seal(writer(settings, 4), List.of(equity(DAY, 1))));
        SealedBlock young = one(seal(writer(settings, 4), List.of(equity(DAY, 2))));
        SealedBlock after = one(seal(writer(settings, 5), List.of(equity(DAY, 3))));
        SealedBlock restored = one(seal(writer(settings, 4), List.of(equity(DAY, 4))));
        SealedBlock otherEpoch =
                one(seal(writer(settings("2", ProtocolHook.NONE), 4), List.of(equity(DAY, 5))));
        SealedBlock next = one(seal(writer(settings, 5), List.of(equity(DAY, 6))));
        for (SealedBlock block : List.of(old, after, restored, otherEpoch)) {
            age(file(block));
        }
        try (BlockCommitter committer = committer(settings, OptionalLong.of(5))) {
            commit(committer, List.of(restored));
            assertThat(file(old)).as("while others may still restore").exists();
            commit(committer, List.of(next));
        }
        assertThat(file(old)).doesNotExist();
        assertThat(file(young)).as("a savepoint may name it").exists();
        assertThat(file(after)).as("sealed after the restored checkpoint").exists();
        assertThat(file(otherEpoch)).as("of another history").exists();
        assertEachRowOnce(List.of(equity(DAY, 4), equity(DAY, 6)));
    }

    private static SealedBlock one(Collection<SealedBlock> blocks) {
        assertThat(blocks).hasSize(1);
        return blocks.iterator().next();
    }

    private static Path file(SealedBlock block) {
        return Path.of(java.net.URI.create(block.file()).getPath());
    }

    private static void age(Path file) throws IOException {
        Files.setLastModifiedTime(
                file,
                FileTime.from(Instant.now().minus(OrphanBlocks.KEPT).minus(Duration.ofHours(1))));
    }

    @Test
    void anIntendedBlockPutsTheWarehouseAheadToo() throws Exception {
        ProtocolHook crash =
                (step, subject) -> {
                    if (step == ProtocolStep.AFTER_RESPONSE_BEFORE_LEDGER) {
                        throw new IOException("killed");
                    }
                };
        SinkSettings settings = settings("1", crash);
        try (BlockCommitter committer = committer(settings, OptionalLong.of(7))) {
            assertThatThrownBy(() -> commit(committer, seal(writer(settings, 7), rows(0, 1))))
                    .hasMessage("killed");
        }
        assertThatThrownBy(() -> committer(settings, OptionalLong.of(7)))
                .hasMessageContaining("ahead of this job");
    }

    @Test
    void theLoggingContextSaysAfterWhichCheckpointTheRowsWereSealed() throws Exception {
        Map<ProtocolStep, String> logged = new ConcurrentHashMap<>();
        SinkSettings settings =
                settings(
                        "1",
                        (step, subject) ->
                                logged.put(
                                        step,
                                        String.valueOf(MDC.get(BlockCommitter.LOG_CHECKPOINT))));
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            commit(committer, seal(writer(settings, 7), rows(0, 1)));
        }
        assertThat(logged)
                .containsEntry(ProtocolStep.BEFORE_INSERT, "7")
                .containsEntry(ProtocolStep.AFTER_LEDGER, "7");
        assertThat(MDC.get(BlockCommitter.LOG_CHECKPOINT)).isNull();
    }

    @Test
    void badRowsAreRejectedWithTheServersMessageAndGoodOnesWritten() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT fair CHECK open < 1500 OR open"
                        + " >= 1502");
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        List<EquityOhlc> rows =
                IntStream.range(1_000, 1_900).mapToObj(n -> equity(DAY, n)).toList();
        Collection<SealedBlock> sealed = seal(writer(settings, 0), rows);
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            commit(committer, sealed);
        }
        assertEachRowOnce(
                rows.stream().filter(r -> r.getOpen() < 1500 || r.getOpen() >= 1502).toList());
        List<com.clickhouse.client.api.query.GenericRecord> rejects =
                warehouse.clickHouse.query("SELECT * FROM rejects ORDER BY event_id");
        assertThat(rejects).hasSize(2);
        assertThat(rejects.get(0).getString("event_id")).isEqualTo(DAY + ":1400:refused");
        assertThat(rejects.get(0).getString("dataset")).isEqualTo("equity_ohlc");
        assertThat(rejects.get(0).getString("reason")).isEqualTo("refused_by_warehouse");
        assertThat(rejects.get(0).getString("message")).contains("VIOLATED_CONSTRAINT");
        assertThat(rejects.get(0).getString("record"))
                .contains("\"symbol\":\"SYM1400\"")
                .contains("\"open\":1500");
        assertThat(rejects.get(0).getLocalDate("date")).isEqualTo(DAY);
        assertThat(
                        warehouse.clickHouse.queryLong(
                                "SELECT count() FROM champion_commits WHERE state = 'written' AND"
                                        + " rows = 898 AND rejected = 2"))
                .isEqualTo(1);
        assertThat(
                        warehouse.clickHouse.queryLong(
                                "SELECT count() FROM system.tables WHERE name LIKE"
                                        + " 'champion_poison%'"))
                .isZero();
    }

    @Test
    void aSplitBlockStaysSplitWhenTheTableComesToAcceptIt() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT fair CHECK open NOT IN (101, 250)");
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        List<EquityOhlc> rows = IntStream.range(0, 200).mapToObj(n -> equity(DAY, n)).toList();
        Collection<SealedBlock> sealed = seal(writer(settings, 0), rows);
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            // The job dies, for good as far as it knows, in the middle of the parts.
            AtomicInteger parts = new AtomicInteger();
            proxy.plan(
                    request ->
                            request.contains("INSERT INTO")
                                            && request.contains("champion_poison")
                                            && request.contains("SELECT")
                                            && parts.incrementAndGet() == 14
                                    ? FaultProxy.Fault.status(500, 60)
                                    : null);
            try (BlockCommitter committer =
                    committer(
                            settings(TestWarehouse.config(proxy.url()), "1", ProtocolHook.NONE),
                            OptionalLong.empty())) {
                assertThatThrownBy(() -> commit(committer, sealed))
                        .isInstanceOf(WarehouseException.class);
            }
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(warehouse.count(EQUITY)).isBetween(1L, 198L);
        assertThat(warehouse.count(REJECTS)).isZero();
        warehouse.clickHouse.execute("ALTER TABLE normalized_equity_ohlc DROP CONSTRAINT fair");
        try (BlockCommitter committer = committer(settings, OptionalLong.of(1))) {
            commit(committer, sealed);
        }
        assertEachRowOnce(rows);
        assertThat(warehouse.count(REJECTS)).isZero();
    }

    @Test
    void aRejectWhoseTokenIsKnownWithoutItsRowIsWrittenAllTheSame() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT fair CHECK open <> 101");
        List<EquityOhlc> rows = IntStream.range(0, 20).mapToObj(n -> equity(DAY, n)).toList();
        Collection<SealedBlock> sealed = seal(writer(settings("1", ProtocolHook.NONE), 0), rows);
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            AtomicInteger copies = new AtomicInteger();
            proxy.plan(
                    request -> {
                        if (request.contains("refused_by_warehouse")) {
                            return copies.incrementAndGet() == 1
                                    ? FaultProxy.Fault.dropResponse()
                                    : null;
                        }
                        if (copies.get() == 1 && request.contains("rejects")) {
                            warehouse.clickHouse.execute(
                                    "ALTER TABLE rejects DELETE WHERE 1 SETTINGS mutations_sync ="
                                            + " 2");
                        }
                        return null;
                    });
            SinkSettings settings =
                    settings(TestWarehouse.config(proxy.url()), "1", ProtocolHook.NONE);
            try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
                commit(committer, sealed);
            }
            assertThat(copies).hasValue(3);
        }
        assertEachRowOnce(rows.stream().filter(row -> row.getOpen() != 101).toList());
        assertThat(warehouse.count(REJECTS)).isEqualTo(1);
    }

    @Test
    void rowsThatAViewRefusesAreNotInsertedAgain() throws Exception {
        List<EquityOhlc> rows = IntStream.range(0, 100).mapToObj(n -> equity(DAY, n)).toList();
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        Collection<SealedBlock> sealed = seal(writer(settings, 0), rows);
        warehouse.clickHouse.execute("DROP TABLE IF EXISTS picky_rows");
        warehouse.clickHouse.execute(
                "CREATE TABLE picky_rows (n Float64) ENGINE = MergeTree ORDER BY n");
        warehouse.clickHouse.execute(
                "CREATE MATERIALIZED VIEW picky TO picky_rows AS SELECT toFloat64(if(open = 142,"
                        + " symbol, '1')) AS n FROM normalized_equity_ohlc");
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            assertThatThrownBy(() -> commit(committer, sealed))
                    .isInstanceOf(WarehouseException.class)
                    .hasMessageContaining("a materialized view of it refused them")
                    .hasMessageContaining("SYM42");
        } finally {
            warehouse.clickHouse.execute("DROP TABLE picky");
        }
        assertEachRowOnce(rows);
        try (BlockCommitter committer = committer(settings, OptionalLong.of(1))) {
            commit(committer, sealed);
        }
        assertEachRowOnce(rows);
        assertThat(warehouse.count(REJECTS)).isZero();
    }

    @Test
    void partsOfABlockCanBeSeenWhileTheyAreInserted() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT fair CHECK open <> 101");
        List<EquityOhlc> rows = IntStream.range(0, 20).mapToObj(n -> equity(DAY, n)).toList();
        Set<Boolean> named = ConcurrentHashMap.newKeySet();
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            proxy.plan(
                    request -> {
                        if (request.contains("INSERT INTO")
                                && request.contains("champion_poison")
                                && request.contains("SELECT")) {
                            named.add(request.target().contains("query_id=test-sink"));
                        }
                        return null;
                    });
            SinkSettings settings =
                    settings(TestWarehouse.config(proxy.url()), "1", ProtocolHook.NONE);
            try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
                commit(committer, seal(writer(settings, 0), rows));
            }
        }
        assertThat(named).containsExactly(true);
    }

    @Test
    void aTableThatRefusesEverythingIsNotEmptiedIntoTheRejects() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT never CHECK open < 0");
        SinkSettings settings =
                new SinkSettings(
                        warehouse.config(),
                        "test-sink",
                        "1",
                        blocks.toUri().toString(),
                        Set.of(EQUITY.id(), REJECTS.id()),
                        100_000,
                        64 << 20,
                        128 << 20,
                        2,
                        MOST_REJECTS,
                        ProtocolHook.NONE);
        Collection<SealedBlock> sealed =
                seal(
                        writer(settings, 0),
                        IntStream.range(0, MOST_REJECTS + 20)
                                .mapToObj(n -> equity(DAY, n))
                                .toList());
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            assertThatThrownBy(() -> commit(committer, sealed))
                    .hasMessageContaining("the table is at fault")
                    .hasMessageContaining("VIOLATED_CONSTRAINT");
        }
        assertThat(warehouse.count(EQUITY)).isZero();
        assertThat(warehouse.count(REJECTS)).isZero();
        warehouse.clickHouse.execute("ALTER TABLE normalized_equity_ohlc DROP CONSTRAINT never");
        try (BlockCommitter committer = committer(settings, OptionalLong.of(1))) {
            commit(committer, sealed);
        }
        assertThat(warehouse.count(EQUITY)).isEqualTo(MOST_REJECTS + 20);
        assertThat(warehouse.count(REJECTS)).isZero();
    }

    @Test
    void aPartitionWithoutAnyStorableRowMakesNoBlock() throws Exception {
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        EquityOhlc bad = equity(DAY, 1);
        bad.setAdjustmentDate(LocalDate.of(1950, 1, 1));
        Collection<SealedBlock> sealed = seal(writer(settings, 0), List.of(bad));
        assertThat(sealed).extracting(SealedBlock::dataset).containsExactly(REJECTS.id());
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            commit(committer, sealed);
        }
        assertThat(warehouse.count(EQUITY)).isZero();
        assertThat(warehouse.count(REJECTS)).isEqualTo(1);
    }

    @Test
    void aRowThatNoColumnCanHoldBecomesAReject() throws Exception {
        SinkSettings settings = settings("1", ProtocolHook.NONE);
        EquityOhlc bad = equity(DAY, 1);
        bad.setAdjustmentDate(LocalDate.of(1950, 1, 1));
        EquityOhlc good = equity(DAY, 2);
        try (BlockCommitter committer = committer(settings, OptionalLong.empty())) {
            commit(committer, seal(writer(settings, 0), List.of(bad, good)));
        }
        assertEachRowOnce(List.of(good));
        assertThat(
                        warehouse.clickHouse.query(
                                "SELECT field, value, reason, toString(date) FROM rejects"))
                .singleElement()
                .satisfies(
                        row -> {
                            assertThat(row.getString(1)).isEqualTo("adjustment_date");
                            assertThat(row.getString(2)).isEqualTo("1950-01-01");
                            assertThat(row.getString(3)).isEqualTo("unstorable");
                            assertThat(row.getString(4)).isEqualTo(DAY.toString());
                        });
    }

    @Test
    void aFullBufferSealsTheLargestBlock() throws Exception {
        SinkSettings settings =
                new SinkSettings(
                        warehouse.config(),
                        "test-sink",
                        "1",
                        blocks.toUri().toString(),
                        Set.of(EQUITY.id(), REJECTS.id()),
                        100_000,
                        64 << 20,
                        300_000,
                        2,
                        MOST_REJECTS,
                        ProtocolHook.NONE);
        Collection<SealedBlock> sealed = seal(writer(settings, 0), rows(0, 6_000));
        assertThat(sealed).hasSizeGreaterThan(3);
        assertThat(sealed.stream().mapToInt(SealedBlock::rows).sum()).isEqualTo(6_000);
    }

    @Test
    void everyProblemOfTheWarehouseIsNamedAtOnce() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc DROP COLUMN turnover, MODIFY COLUMN isin"
                        + " FixedString(12) DEFAULT '', MODIFY SETTING"
                        + " non_replicated_deduplication_window = 0");
        warehouse.clickHouse.execute("DROP TABLE champion_commits");
        assertThatThrownBy(
                        () ->
                                TargetCheck.check(
                                        warehouse.clickHouse,
                                        Set.of(EQUITY.id(), "raw.index_ohlc")))
                .hasMessageContaining("champion_commits, does not exist")
                .hasMessageContaining("normalized_equity_ohlc has no column turnover")
                .hasMessageContaining("isin of table normalized_equity_ohlc is FixedString(12)")
                .hasMessageContaining("does not deduplicate")
                .hasMessageContaining("Table raw_index_ohlc does not exist")
                .hasMessageContaining("champion ddl apply");
        warehouse.recreate(EQUITY);
        TargetCheck.check(warehouse.clickHouse, Set.of(EQUITY.id(), REJECTS.id()));
    }

    @Test
    void blocksSurviveTheirSerializer() throws Exception {
        SealedBlock block =
                seal(writer(settings("1", ProtocolHook.NONE), 3), rows(0, 1)).iterator().next();
        SealedBlockSerializer serializer = new SealedBlockSerializer();
        assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(block)))
                .isEqualTo(block);
        assertThatThrownBy(() -> serializer.deserialize(99, new byte[0]))
                .hasMessageContaining("version 99");
    }
}
