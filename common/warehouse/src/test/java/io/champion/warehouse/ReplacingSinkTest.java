package io.champion.warehouse;

import static io.champion.warehouse.TestWarehouse.DAY;
import static io.champion.warehouse.TestWarehouse.EQUITY;
import static io.champion.warehouse.TestWarehouse.KEPT_FOR_GOOD;
import static io.champion.warehouse.TestWarehouse.MASTER;
import static io.champion.warehouse.TestWarehouse.REJECTS;
import static io.champion.warehouse.TestWarehouse.equity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.ContractTypeInfo;
import io.champion.local.FaultProxy;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.Reject;
import io.champion.model.record.SymbolMaster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bounded runs replace partitions as a whole, whatever interrupts them. */
class ReplacingSinkTest {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir static Path directory;

    private static TestWarehouse warehouse;
    private Path blocks;
    private int runs;

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
        warehouse.recreate(EQUITY, MASTER);
        this.blocks = blocks;
    }

    private static Set<PartitionKey> days(LocalDate... days) {
        return Arrays.stream(days).map(EQUITY::partitionOf).collect(Collectors.toSet());
    }

    private static List<EquityOhlc> rows(LocalDate day, int from, int to) {
        return IntStream.range(from, to).mapToObj(n -> equity(day, n)).toList();
    }

    private SinkSettings settings(ClickHouseConfig config, ProtocolHook hook) {
        return new SinkSettings(
                config,
                "test-sink",
                "run-" + runs++,
                blocks.toUri().toString(),
                Set.of(EQUITY.id(), MASTER.id(), REJECTS.id()),
                100,
                64 << 20,
                128 << 20,
                2,
                100,
                hook);
    }

    private static List<ReplacementPart> write(
            SinkSettings settings,
            Set<PartitionKey> listed,
            Collection<? extends SpecificRecordBase> rows)
            throws Exception {
        List<ReplacementPart> parts = new ArrayList<>();
        List<SpecificRecordBase> all = new ArrayList<>(rows);
        for (int subtask = 0; subtask < 2; subtask++) {
            try (ReplacingWriter<SpecificRecordBase> writer =
                    new ReplacingWriter<>(
                            new BlockWriter(
                                    settings,
                                    subtask,
                                    0,
                                    listed,
                                    KEPT_FOR_GOOD,
                                    new UnregisteredMetricsGroup()),
                            BlockWriter::write)) {
                for (int i = subtask; i < all.size(); i += 2) {
                    writer.write(all.get(i), null);
                }
                writer.flush(true);
                parts.addAll(writer.prepareCommit());
            }
        }
        return parts;
    }

    private static void commit(
            SinkSettings settings, Set<PartitionKey> listed, List<ReplacementPart> parts)
            throws Exception {
        try (ReplacingCommitter committer =
                new ReplacingCommitter(
                        settings,
                        listed,
                        ClickHouse.connect(settings.config()),
                        new CommitterMetrics(new UnregisteredMetricsGroup()))) {
            committer.commit(Requests.asRequests(Requests.of(parts)));
        }
    }

    private void run(Set<PartitionKey> listed, Collection<? extends SpecificRecordBase> rows)
            throws Exception {
        SinkSettings settings = settings(warehouse.config(), ProtocolHook.NONE);
        commit(settings, listed, write(settings, listed, rows));
    }

    @SafeVarargs
    private static void assertRows(List<EquityOhlc>... expected) {
        assertThat(warehouse.ids(EQUITY))
                .isEqualTo(
                        Arrays.stream(expected)
                                .flatMap(List::stream)
                                .map(EquityOhlc::getEventId)
                                .sorted()
                                .toList());
    }

    private void assertNothingLeft() throws IOException {
        assertThat(
                        warehouse.clickHouse.query(
                                "SELECT name FROM system.tables WHERE name LIKE 'champion_stage%'"
                                        + " OR name LIKE 'champion_lock%' OR name LIKE"
                                        + " 'champion_poison%'"))
                .isEmpty();
        try (Stream<Path> all = Files.walk(blocks)) {
            assertThat(all.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void listedDaysAreReplacedAndOthersKept() throws Exception {
        LocalDate next = DAY.plusDays(1);
        LocalDate july = DAY.plusDays(20);
        run(
                days(DAY, next, july),
                Stream.of(rows(DAY, 0, 300), rows(next, 0, 200), rows(july, 0, 50))
                        .flatMap(List::stream)
                        .toList());
        assertRows(rows(DAY, 0, 300), rows(next, 0, 200), rows(july, 0, 50));
        // The day shrinks, the one in July goes, the other one is not this run's.
        for (int again = 0; again < 2; again++) {
            run(days(DAY, july), rows(DAY, 100, 150));
            assertRows(rows(DAY, 100, 150), rows(next, 0, 200));
            assertNothingLeft();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolStep.class,
            names = {
                "AFTER_LOCK",
                "AFTER_STAGED",
                "AFTER_COPIED",
                "AFTER_VERIFIED",
                "AFTER_SWAP",
                "AFTER_REPLACED"
            })
    void aCrashAtAnyStepIsMendedByAnotherCommit(ProtocolStep step) throws Exception {
        LocalDate next = DAY.plusDays(1);
        LocalDate july = DAY.plusDays(20);
        run(
                days(DAY, next, july),
                Stream.of(rows(DAY, 0, 40), rows(next, 0, 30), rows(july, 0, 20))
                        .flatMap(List::stream)
                        .toList());
        AtomicInteger reached = new AtomicInteger();
        SinkSettings settings =
                settings(
                        warehouse.config(),
                        (at, table) -> {
                            if (at == step && reached.incrementAndGet() == 1) {
                                throw new IOException("killed at " + at);
                            }
                        });
        Set<PartitionKey> listed = days(DAY, july);
        List<EquityOhlc> rows = new ArrayList<>(rows(DAY, 500, 510));
        rows.addAll(rows(july, 500, 505));
        List<ReplacementPart> parts = write(settings, listed, rows);
        assertThatThrownBy(() -> commit(settings, listed, parts)).hasMessageContaining("killed at");
        commit(settings, listed, parts);
        assertRows(rows, rows(next, 0, 30));
        assertNothingLeft();
        // Nothing but the ledger is left of the run, and that is enough.
        commit(settings, listed, parts);
        assertRows(rows, rows(next, 0, 30));
    }

    @Test
    void faultsOfTheNetworkAtAnyStatementChangeNothing() throws Exception {
        LocalDate next = DAY.plusDays(1);
        run(
                days(DAY, next),
                Stream.concat(rows(DAY, 0, 40).stream(), rows(next, 0, 30).stream()).toList());
        try (FaultProxy proxy = FaultProxy.start(warehouse.engine.url())) {
            for (int seed = 0; seed < 3; seed++) {
                FaultProxy.Plan faults =
                        FaultProxy.Plan.random(
                                seed,
                                0.05,
                                FaultProxy.Fault.dropResponse(),
                                FaultProxy.Fault.reset(),
                                FaultProxy.Fault.status(503, 0));
                // A lock that could not be released is waited for until its lease ends.
                proxy.plan(
                        request ->
                                request.contains("champion_lock") ? null : faults.faultOf(request));
                SinkSettings settings =
                        settings(TestWarehouse.config(proxy.url()), ProtocolHook.NONE);
                List<EquityOhlc> rows = rows(DAY, seed, seed + 250);
                commit(settings, days(DAY), write(settings, days(DAY), rows));
                assertRows(rows, rows(next, 0, 30));
            }
            assertThat(proxy.faults()).isPositive();
        }
    }

    @Test
    void rowsThatAreAppendedMeanwhileAreNotLost() throws Exception {
        EquityOhlc appended = equity(DAY.plusDays(2), 1);
        AtomicInteger times = new AtomicInteger();
        SinkSettings other = settings(warehouse.config(), ProtocolHook.NONE);
        ProtocolHook append =
                (step, table) -> {
                    if (step == ProtocolStep.AFTER_COPIED && times.incrementAndGet() == 1) {
                        BlockWriter writer =
                                new BlockWriter(
                                        other,
                                        0,
                                        0,
                                        null,
                                        KEPT_FOR_GOOD,
                                        new UnregisteredMetricsGroup());
                        writer.write(appended);
                        for (SealedBlock block : writer.sealAll()) {
                            new BlockTarget(warehouse.clickHouse, block.table())
                                    .insert(
                                            BlockFile.read(block),
                                            block.id().toString(),
                                            block.partition());
                            BlockFile.delete(block);
                        }
                    }
                };
        SinkSettings settings = settings(warehouse.config(), append);
        commit(settings, days(DAY), write(settings, days(DAY), rows(DAY, 0, 10)));
        assertThat(times.get()).isEqualTo(2);
        assertRows(rows(DAY, 0, 10), List.of(appended));
        assertNothingLeft();
    }

    @Test
    void blocksOfDeadAttemptsAndOfRunsThatDiedLongAgoAreDeleted() throws Exception {
        SinkSettings settings = settings(warehouse.config(), ProtocolHook.NONE);
        Path sink = blocks.resolve("test-sink");
        Path dead = sink.resolve("1." + UUID.randomUUID()).resolve("0-0-0-a.block");
        Path alive = sink.resolve("1." + UUID.randomUUID()).resolve("0-0-0-b.block");
        Path stream = sink.resolve("1").resolve("0-0-0-c.block");
        for (Path file : List.of(dead, alive, stream)) {
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        FileTime old = FileTime.from(Instant.now().minus(OrphanBlocks.KEPT.plusHours(1)));
        for (Path file : List.of(dead, dead.getParent(), alive.getParent(), stream)) {
            Files.setLastModifiedTime(file, old);
        }
        write(settings, days(DAY), rows(DAY, 0, 300));
        commit(settings, days(DAY), write(settings, days(DAY), rows(DAY, 0, 300)));
        assertRows(rows(DAY, 0, 300));
        try (Stream<Path> all = Files.walk(blocks)) {
            assertThat(all.filter(Files::isRegularFile)).containsExactlyInAnyOrder(alive, stream);
        }
    }

    @Test
    void aRowThatNoColumnCanHoldIsRejectedWhereRejectsAreReplacedToo() throws Exception {
        EquityOhlc bad = equity(DAY, 1);
        bad.setAdjustmentDate(LocalDate.of(1950, 1, 1));
        PartitionKey rejects =
                new PartitionKey(REJECTS.id(), "quarantine/equity_ohlc", "date=" + DAY);
        Set<PartitionKey> listed = new HashSet<>(days(DAY));
        listed.add(rejects);
        for (int again = 0; again < 2; again++) {
            run(listed, List.of(bad, equity(DAY, 2)));
            assertRows(rows(DAY, 2, 3));
            assertThat(warehouse.count(REJECTS)).isEqualTo(1);
        }
        SinkSettings settings = settings(warehouse.config(), ProtocolHook.NONE);
        assertThatThrownBy(() -> write(settings, days(DAY), List.of(bad)))
                .hasMessageContaining("adjustment_date")
                .hasMessageContaining("1950-01-01")
                .hasMessageContaining("quarantine/equity_ohlc/date=" + DAY)
                .hasMessageContaining("It would be a reject");
    }

    @Test
    void aRowOfAnotherPartitionIsAnError() {
        SinkSettings settings = settings(warehouse.config(), ProtocolHook.NONE);
        assertThatThrownBy(() -> write(settings, days(DAY), rows(DAY.plusDays(1), 0, 1)))
                .hasMessageContaining("year=2025/month=06/day=19")
                .hasMessageContaining("not among the partitions that this run replaces");
    }

    @Test
    void aCheckpointBeforeTheEndIsAnError() throws Exception {
        SinkSettings settings = settings(warehouse.config(), ProtocolHook.NONE);
        try (ReplacingWriter<SpecificRecordBase> writer =
                new ReplacingWriter<>(
                        new BlockWriter(
                                settings,
                                0,
                                0,
                                days(DAY),
                                KEPT_FOR_GOOD,
                                new UnregisteredMetricsGroup()),
                        BlockWriter::write)) {
            assertThatThrownBy(writer::prepareCommit).hasMessageContaining("BATCH");
        }
    }

    @Test
    void anUndatedTableIsReplacedAsAWhole() throws Exception {
        Set<PartitionKey> all = Set.of(MASTER.partitionOf(master("A")));
        run(all, List.of(master("A"), master("B")));
        assertThat(warehouse.ids(MASTER)).containsExactly("A", "B");
        run(all, List.of(master("C")));
        assertThat(warehouse.ids(MASTER)).containsExactly("C");
        run(all, List.of());
        assertThat(warehouse.ids(MASTER)).isEmpty();
    }

    private static SymbolMaster master(String symbol) {
        return SymbolMaster.newBuilder()
                .setEventId(symbol)
                .setEventTime(Instant.EPOCH)
                .setIngestTime(Instant.EPOCH)
                .setSource("nse_equity_l")
                .setEntityId("NSE:" + symbol)
                .setInstrumentId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setIsin("INE" + symbol)
                .setCompanyName(symbol)
                .setInstrumentType("STK")
                .setSeries("EQ")
                .build();
    }

    private static Reject reject(String dataset, LocalDate day, String id) {
        return Reject.newBuilder()
                .setEventId(id)
                .setEventTime(Instant.EPOCH)
                .setIngestTime(Instant.EPOCH)
                .setSource("s")
                .setEntityId("e")
                .setDataset(dataset)
                .setDate(day)
                .setFile("f")
                .setReason("r")
                .setMessage("m")
                .setRecord("l")
                .build();
    }

    @Test
    void rejectsAreReplacedByDatasetAndDay() throws Exception {
        List<Reject> first =
                List.of(
                        reject("equity_ohlc", DAY, "1"),
                        reject("index_ohlc", DAY, "2"),
                        reject("equity_ohlc", DAY.plusDays(1), "3"));
        run(first.stream().map(REJECTS::partitionOf).collect(Collectors.toSet()), first);
        Reject again = reject("equity_ohlc", DAY, "4");
        run(Set.of(REJECTS.partitionOf(again)), List.of(again));
        assertThat(warehouse.ids(REJECTS)).containsExactly("2", "3", "4");
    }

    /** ClickHouse takes no more than a hundred partitions in a block, unless it is told to. */
    @Test
    void rowsAreKeptInAnyNumberOfPartitions() throws Exception {
        List<Reject> all = new ArrayList<>();
        for (int month = 0; month < 110; month++) {
            all.add(reject("equity_ohlc", DAY.minusMonths(month), "equity " + month));
            all.add(reject("index_ohlc", DAY.minusMonths(month), "index " + month));
        }
        run(all.stream().map(REJECTS::partitionOf).collect(Collectors.toSet()), all);
        List<Reject> equities =
                all.stream().filter(row -> row.getEventId().startsWith("equity")).toList();
        run(equities.stream().map(REJECTS::partitionOf).collect(Collectors.toSet()), equities);
        assertThat(warehouse.ids(REJECTS))
                .hasSize(220)
                .containsAll(all.stream().map(Reject::getEventId).toList());
    }

    @Test
    void aRefusedRowIsRejectedOnceHoweverOftenTheRunIsDone() throws Exception {
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc ADD CONSTRAINT fair CHECK open != 105");
        for (int again = 0; again < 2; again++) {
            run(days(DAY), rows(DAY, 0, 30));
            assertRows(rows(DAY, 0, 30).stream().filter(row -> row.getOpen() != 105).toList());
            assertThat(warehouse.ids(REJECTS)).containsExactly(DAY + ":5:refused");
        }
        assertNothingLeft();
    }

    @Test
    void aBatchJobReplaces() throws Exception {
        for (int again = 0; again < 2; again++) {
            Configuration configuration = new Configuration();
            configuration.set(PipelineOptions.GENERIC_TYPES, false);
            configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.getExecutionEnvironment(configuration);
            env.setParallelism(2);
            List<SpecificRecordBase> rows = new ArrayList<>(rows(DAY, 0, 500));
            rows.addAll(rows(DAY.plusDays(20), 0, 300));
            env.fromData(rows, ContractTypeInfo.INSTANCE)
                    .rebalance()
                    .sinkTo(
                            WarehouseSink.builder(warehouse.config())
                                    .uid("batch")
                                    .blocks(new org.apache.flink.core.fs.Path(blocks.toUri()))
                                    .replacing(days(DAY, DAY.plusDays(1), DAY.plusDays(20)))
                                    .build())
                    .uid("warehouse");
            env.execute();
            assertRows(rows(DAY, 0, 500), rows(DAY.plusDays(20), 0, 300));
        }
        assertNothingLeft();
    }
}
