package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.kafka.KafkaConfig;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.local.faults.Until;
import io.champion.local.market.ExpectedBar;
import io.champion.local.market.ExpectedMarket;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.ticks.ReprocessReport.Difference;
import io.champion.ticks.ReprocessReport.State;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseGeneration;
import io.champion.warehouse.WarehouseGeneration.Step;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three days are computed again while the live job goes on with the fourth: its bars were made of
 * the sessions alone, and some ticks had come too late for it. All of it with a real broker, lake
 * and warehouse.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ReprocessingTest {
    private static final LocalDate FIRST = LocalDate.of(2025, 6, 16);
    private static final LocalDate LAST = FIRST.plusDays(2);
    private static final LocalDate LIVE = FIRST.plusDays(3);
    private static final DayRange DAYS = new DayRange(FIRST, LAST);
    private static final List<String> SYMBOLS = List.of("INFY", "TCS", "WIPRO");
    private static final Duration NEVER_LATE = Duration.ofDays(365);
    private static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());
    private static final Dataset BARS = Dataset.of(Bar.getClassSchema());

    /** 09:15 in India. */
    private static final long OPENING = Duration.ofMinutes(225).toMillis();

    @TempDir private static Path home;

    private static EmbeddedKafka kafka;
    private static EmbeddedClickHouse engine;
    private static LocalFlink cluster;
    private static ClickHouse clickHouse;
    private static KafkaProducer<byte[], byte[]> producer;
    private static JobClient job;

    /** Of the days as they are, and stale since; of all ticks, and other bars. */
    private static ReprocessReport lakeGeneration;

    private static ReprocessReport kafkaGeneration;

    private static final Map<String, Long> SEQUENCES = new HashMap<>();
    private static final List<byte[]> IN_TIME = new ArrayList<>();
    private static final List<byte[]> LATE = new ArrayList<>();
    private static final List<byte[]> LIVE_DAY = new ArrayList<>();

    @BeforeAll
    static void runTheLiveJob() throws Exception {
        kafka = EmbeddedKafka.start(home.resolve("kafka"));
        // One partition: what was sent first is read first.
        kafka.createTopic("ticks", 1);
        kafka.createTopic("bars", 1);
        kafka.createTopic("ticks-dead-letters", 1);
        engine = EmbeddedClickHouse.start(home.resolve("engine"));
        ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url()).withDatabase("market");
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        clickHouse = ClickHouse.connect(warehouse);
        Configuration flink = new Configuration();
        flink.set(TaskManagerOptions.NUM_TASK_SLOTS, 4);
        flink.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        flink.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        cluster = LocalFlink.start(home.resolve("flink"), flink);
        Properties properties = KafkaConfig.of(kafka.bootstrapServers()).clientProperties();
        producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());

        StreamExecutionEnvironment env = cluster.environment();
        JobConfig config =
                JobConfig.of(TickStreamJob.OPTIONS)
                        .arguments(
                                arguments(
                                        "execution.checkpointing.interval=300 ms",
                                        "execution.checkpointing.min-pause=0 ms",
                                        "ticks.alignment.max-drift=0 s",
                                        // A task without a partition would hold back all others.
                                        "parallelism.default=1",
                                        "bars.intervals=1 min;15 min"))
                        .load();
        JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
        TickStreamJob.build(env, config);
        job = env.executeAsync();
        for (LocalDate day : DAYS.days()) {
            produceDay(day);
        }
        // The watermark passes the days, so whatever comes of them now is late.
        produce(LIVE_DAY, trade("INFY", millis(LIVE, OPENING), 100, 1));
        until("the days are complete", () -> new LakeReader(lake()).exists(bars(LAST)));
        for (LocalDate day : DAYS.days()) {
            for (String symbol : SYMBOLS) {
                produce(LATE, trade(symbol, millis(day, OPENING + 61_000), 250.05, 7));
            }
        }
        produce(LIVE_DAY, trade("TCS", millis(LIVE, OPENING + 1), 200, 1));
        awaitRows(LIVE, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        if (job != null) {
            job.cancel().get();
        }
        for (AutoCloseable open :
                new AutoCloseable[] {producer, cluster, clickHouse, engine, kafka}) {
            if (open != null) {
                open.close();
            }
        }
    }

    @Test
    @Order(1)
    void daysThatMayStillChangeAreLeftAlone() throws Exception {
        assertThatThrownBy(() -> stage("lake", "reprocess.quiet=1 h"))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("A job wrote to 2025-06-16 to 2025-06-18 at");
        assertThatThrownBy(() -> stage("lake", "reprocess.to=" + LocalDate.now(ZoneOffset.UTC)))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("is not over");
        // The live job has not completed the first hour of the fourth day.
        assertThatThrownBy(() -> stage("lake", "reprocess.to=" + LIVE))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("which no reader sees yet");

        // Five days that begin with the last day but one end with the one after the fourth.
        assertThatThrownBy(() -> stage("lake", "bars.intervals=1 min;5 d"))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("which no reader sees yet");

        ReprocessReport stale = stage("lake");
        assertThat(stale.isDifferent()).isFalse();
        clickHouse.execute(
                "INSERT INTO bars SELECT * REPLACE (version + 1 AS version) FROM bars WHERE"
                        + " toDate(event_time) = '2025-06-17' LIMIT 1");
        assertThatThrownBy(() -> reprocessing().apply(stale.id()))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("Somebody wrote to bars/20250617 since");
        clickHouse.execute(
                "INSERT INTO champion_commits (sink, epoch, block, state, table_name,"
                        + " partition_id) VALUES ('test', '1', 'b', 'intended', 'bars',"
                        + " '20250617')");
        assertThatThrownBy(() -> reprocessing().apply(stale.id()))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("1 blocks of 2025-06-16 to 2025-06-18");
        clickHouse.execute(
                "INSERT INTO champion_commits (sink, epoch, block, state, table_name,"
                        + " partition_id) VALUES ('test', '1', 'b', 'written', 'bars',"
                        + " '20250617')");
        lakeGeneration = stale;
    }

    @Test
    @Order(2)
    void whatIsDifferentIsCountedAndNobodySeesIt() throws Exception {
        Map<String, String> before = contents();
        ReprocessReport report = stage("kafka", "bars.outside-session=true");

        assertThat(report.state()).isEqualTo(State.STAGED);
        ExpectedMarket all = ExpectedMarket.of(wanted().iterator(), NEVER_LATE);
        assertThat(report.rowsRead()).isEqualTo(all.read());
        assertThat(report.rowsDuplicate()).isEqualTo(all.duplicates()).isPositive();
        assertThat(report.rejected()).isEqualTo(Map.of("unknown_format", all.rejected()));
        assertThat(report.rowsWritten()).containsEntry(TICKS.id(), all.accepted());
        assertThat(report.barVersion()).isGreaterThan(1);
        assertThat(differences(report)).isEqualTo(expectedDifferences());
        assertThat(report.examples())
                .extracting(ReprocessReport.Example::kind)
                .contains("only new", "changed");
        assertThat(report.examples())
                .anySatisfy(
                        example -> {
                            assertThat(example.kind()).isEqualTo("changed");
                            assertThat(example.instrument()).isEqualTo("NSE:INFY:EQ");
                            assertThat(example.at()).isEqualTo("2025-06-16 03:46:00.000000000");
                            assertThat(example.values()).contains("high ", "→ 250.05", "trades ");
                        });
        assertThat(contents()).isEqualTo(before);
        assertThat(reprocessing().list()).containsExactly(lakeGeneration, report);
        assertThat(home.resolve("runs/" + report.id() + "/report.json"))
                .content()
                .contains("\"status\" : \"STAGED\"");
        TrackedRun run = Tracker.runs(config(), List.of(Experiments.INGESTION), 1).get(0);
        assertThat(run.name()).isEqualTo("tick-reprocess " + report.id());
        assertThat(run.metrics()).containsEntry("rows_read", (double) report.rowsRead());

        kafkaGeneration = report;
    }

    @Test
    @Order(3)
    void readersSeeAllDaysAsTheyWereOrAsTheyAreThroughCrashesAndBesideTheLiveJob()
            throws Exception {
        Map<String, String> before = contents();
        ReprocessReport report = kafkaGeneration;
        ReprocessReport other = lakeGeneration;
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Onlooker onlooker = new Onlooker(threads)) {
            onlooker.start();
            Future<?> live = threads.submit(ReprocessingTest::produceTheLiveDay);
            crash(report, Step.VIEW_SWITCHED, 2);
            assertThatThrownBy(() -> reprocessing().discard(report.id()))
                    .isInstanceOf(ReprocessException.class)
                    .hasMessageContaining("is half applied");
            assertThatThrownBy(() -> reprocessing().apply(other.id()))
                    .isInstanceOf(ReprocessException.class)
                    .hasMessageContaining(report.id() + " was not applied to its end");
            crash(report, Step.PARTITION_REPLACED, 5);
            crash(report, Step.VIEW_RESTORED, 1);
            assertThat(reprocessing().find(report.id()).state()).isEqualTo(State.APPLYING);
            assertThat(reprocessing().apply(report.id()).state()).isEqualTo(State.APPLIED);
            assertThat(reprocessing().apply(report.id()).state()).isEqualTo(State.APPLIED);
            live.get();
            Map<String, String> after = contents();
            onlooker.stop();
            before.forEach(
                    (what, content) ->
                            assertThat(onlooker.seen(what))
                                    .as(what)
                                    .containsExactly(content, after.get(what)));
        } finally {
            threads.shutdownNow();
        }

        ExpectedMarket all = ExpectedMarket.of(wanted().iterator(), NEVER_LATE);
        Map<String, String> bars = expectedBars(all, time -> true);
        assertThat(barsOfWarehouse(DAYS)).isEqualTo(bars);
        assertThat(barsOfLake(DAYS)).isEqualTo(bars);
        assertThat(clickHouse.queryLong("SELECT count() FROM bars WHERE " + ofDays(DAYS)))
                .isEqualTo(bars.size());
        assertThat(
                        clickHouse.queryLong(
                                "SELECT countIf(version != "
                                        + report.barVersion()
                                        + ") FROM bars WHERE "
                                        + ofDays(DAYS)))
                .isZero();
        assertThat(
                        clickHouse.queryLong(
                                "SELECT count() FROM raw_equity_trade WHERE " + ofDays(DAYS)))
                .isEqualTo(all.accepted());
        assertThat(rows(DAYS.partitions(TICKS))).isEqualTo(all.accepted());
        // The roll-up was made of the new ticks too: it agrees with all bars.
        assertThat(
                        clickHouse.queryLong(
                                "SELECT count() FROM trades_1m_differences WHERE"
                                        + " toDate(window_start) <= '"
                                        + LAST
                                        + "'"))
                .isZero();
        assertNothingIsLeft(report.id(), "generation.json", "published");
        assertThatThrownBy(() -> reprocessing().apply(other.id()))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("Somebody wrote to");
        assertThat(reprocessing().discard(other.id()).state()).isEqualTo(State.DISCARDED);
        assertNothingIsLeft(other.id(), "generation.json");
        assertThatThrownBy(() -> reprocessing().apply(other.id()))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("is discarded");
        assertThatThrownBy(() -> reprocessing().apply("none"))
                .isInstanceOf(ReprocessException.class)
                .hasMessageContaining("has no generation 'none'");

        // What the live job wrote meanwhile is there once, and it went on.
        DayRange live = new DayRange(LIVE, LIVE);
        awaitRows(LIVE, LIVE_DAY.size());
        assertThat(
                        clickHouse.queryLong(
                                "SELECT uniqExact(symbol, sequence_number) FROM raw_equity_trade"
                                        + " WHERE "
                                        + ofDays(live)))
                .isEqualTo(LIVE_DAY.size());
    }

    @Test
    @Order(4)
    void barsThatWereLostComeBackFromTheTicksOfTheLake() throws Exception {
        Map<String, String> bars = barsOfWarehouse(DAYS);
        clickHouse.execute("ALTER TABLE bars DROP PARTITION ID '20250617'");
        LocalDate gone = FIRST.plusDays(1);
        try (Stream<Path> files = Files.list(home.resolve("lake").resolve(bars(gone).location()))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        ReprocessReport report = stage("lake", "bars.outside-session=true");
        assertThat(report.datasets()).containsExactly(BARS.id());
        for (Difference difference : report.differences()) {
            boolean lost = difference.day().equals(gone.toString());
            assertThat(difference.onlyNew()).isEqualTo(lost ? difference.after() : 0);
            assertThat(difference.same())
                    .isEqualTo(lost ? 0 : difference.after())
                    .isEqualTo(difference.before());
        }
        long ticks = rows(DAYS.partitions(TICKS));
        reprocessing().apply(report.id());
        assertThat(barsOfWarehouse(DAYS)).isEqualTo(bars);
        assertThat(barsOfLake(DAYS)).isEqualTo(bars);
        assertThat(rows(DAYS.partitions(TICKS))).isEqualTo(ticks);
    }

    private static void crash(ReprocessReport report, Step step, int occurrence) {
        int[] left = {occurrence};
        WarehouseGeneration.Listener dying =
                reached -> {
                    if (reached == step && --left[0] == 0) {
                        throw new IllegalStateException("crash after " + reached);
                    }
                };
        assertThatThrownBy(() -> new Reprocessing(config(), dying).apply(report.id()))
                .hasMessage("crash after " + step);
    }

    private static List<String> arguments(String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + engine.url(),
                                "warehouse.database=market",
                                "kafka.bootstrap-servers=" + kafka.bootstrapServers()));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static JobConfig config(String... more) {
        List<String> arguments =
                arguments(
                        "bars.intervals=1 min;15 min",
                        "reprocess.from=" + FIRST,
                        "reprocess.to=" + LAST,
                        "reprocess.quiet=0 s");
        arguments.addAll(List.of(more));
        return JobConfig.of(Reprocessing.OPTIONS).arguments(arguments).load();
    }

    private static Reprocessing reprocessing() {
        return new Reprocessing(config());
    }

    private static ReprocessReport stage(String source, String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of(more));
        all.add("reprocess.source=" + source);
        JobConfig config = config(all.toArray(String[]::new));
        StreamExecutionEnvironment env = cluster.environment();
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return new Reprocessing(config).stage(env);
    }

    private static long millis(LocalDate day, long ofDay) {
        return Duration.ofDays(day.toEpochDay()).toMillis() + ofDay;
    }

    private static EquityTrade trade(String symbol, long millis, double price, double size) {
        return Ticks.trade(symbol, next(symbol, millis), millis, price, size, TickKind.TRADE);
    }

    private static EquityTrade amendment(EquityTrade of, Double price, Double size, TickKind kind) {
        return EquityTrade.newBuilder(of)
                .setSequenceNumber(next(of.getSymbol(), of.getEventTime() / 1_000_000))
                .setKind(kind)
                .setPrice(price)
                .setSize(size)
                .build();
    }

    /** A feed counts each symbol's messages anew each day. */
    private static long next(String symbol, long millis) {
        return SEQUENCES.merge(symbol + " " + millis / 86_400_000, 1L, Long::sum);
    }

    /** Trades before the session and in it, amendments, duplicates, disorder, and noise. */
    private static void produceDay(LocalDate day) {
        Random random = new Random(day.toEpochDay());
        List<EquityTrade> ticks = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            String symbol = SYMBOLS.get(i % SYMBOLS.size());
            // The first ten minutes are before the opening.
            EquityTrade trade =
                    trade(
                            symbol,
                            millis(day, OPENING - 600_000 + i * 10_000L),
                            100 + random.nextInt(200) * 0.05,
                            1 + random.nextInt(50));
            ticks.add(trade);
            if (i % 17 == 0) {
                ticks.add(amendment(trade, 99.95, 3.0, TickKind.CORRECTION));
            } else if (i % 23 == 0) {
                ticks.add(amendment(trade, null, null, TickKind.CANCELLATION));
            } else if (i % 11 == 0) {
                ticks.add(trade);
            }
        }
        for (int i = 0; i + 3 < ticks.size(); i += 5) {
            Collections.swap(ticks, i, i + 3);
        }
        ticks.forEach(tick -> produce(IN_TIME, tick));
        byte[] noise = {1, 2, 3};
        IN_TIME.add(noise);
        producer.send(new ProducerRecord<>("ticks", 0, millis(day, OPENING), null, noise));
    }

    private static void produceTheLiveDay() {
        for (int i = 0; i < 500; i++) {
            produce(
                    LIVE_DAY,
                    trade(
                            SYMBOLS.get(i % SYMBOLS.size()),
                            millis(LIVE, OPENING + 1_000 + i * 100L),
                            100 + i % 7,
                            1));
        }
    }

    private static void produce(List<byte[]> to, EquityTrade tick) {
        try {
            byte[] value = tick.toByteBuffer().array();
            to.add(value);
            producer.send(
                    new ProducerRecord<>("ticks", 0, tick.getEventTime() / 1_000_000, null, value));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All messages of the days. */
    private static List<byte[]> wanted() {
        return Stream.concat(IN_TIME.stream(), LATE.stream()).toList();
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        producer.flush();
        Until.until(what, condition);
    }

    private static void awaitRows(LocalDate day, long rows) throws Exception {
        DayRange range = new DayRange(day, day);
        until(
                rows + " ticks of " + day,
                () ->
                        clickHouse.queryLong(
                                        "SELECT count() FROM raw_equity_trade WHERE "
                                                + ofDays(range))
                                == rows);
    }

    private static String ofDays(DayRange days) {
        return "toDate(event_time) BETWEEN '" + days.from() + "' AND '" + days.to() + "'";
    }

    private static org.apache.flink.core.fs.Path lake() {
        return new org.apache.flink.core.fs.Path(home.resolve("lake").toUri());
    }

    private static PartitionKey bars(LocalDate day) {
        return BARS.partitionOf(day);
    }

    private static long rows(Collection<PartitionKey> partitions) throws IOException {
        long rows = 0;
        for (PartitionKey partition : partitions) {
            rows += new LakeReader(lake()).rows(partition);
        }
        return rows;
    }

    private static void assertNothingIsLeft(String id, String... but) {
        assertThat(
                        clickHouse.queryLong(
                                "SELECT count() FROM system.databases WHERE name = 'market__"
                                        + id
                                        + "'"))
                .isZero();
        assertThat(home.resolve("lake/.generations/" + id).toFile().list())
                .containsExactlyInAnyOrder(but);
    }

    private static boolean inSession(long nanos) {
        long ofDay = Math.floorMod(nanos / 1_000_000, Duration.ofDays(1).toMillis());
        return ofDay >= OPENING && ofDay < OPENING + Duration.ofMinutes(375).toMillis();
    }

    private static Map<String, Map<String, String>> expectedByDay(Map<String, String> bars) {
        return bars.entrySet().stream()
                .collect(
                        Collectors.groupingBy(
                                e -> e.getKey().split(" ")[1] + " " + e.getKey().split(" ")[3],
                                TreeMap::new,
                                Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Counts of only old, only new, changed and same, by what they are of. */
    private static Map<String, List<Long>> expectedDifferences() {
        Map<String, Map<String, String>> old =
                expectedByDay(
                        expectedBars(
                                ExpectedMarket.of(IN_TIME.iterator(), NEVER_LATE),
                                ReprocessingTest::inSession));
        Map<String, Map<String, String>> now =
                expectedByDay(
                        expectedBars(
                                ExpectedMarket.of(wanted().iterator(), NEVER_LATE), time -> true));
        Map<String, List<Long>> differences = new TreeMap<>();
        now.forEach(
                (day, bars) -> {
                    Map<String, String> before = old.get(day);
                    long onlyNew =
                            bars.keySet().stream().filter(key -> !before.containsKey(key)).count();
                    long onlyOld =
                            before.keySet().stream().filter(key -> !bars.containsKey(key)).count();
                    long same =
                            bars.entrySet().stream()
                                    .filter(e -> e.getValue().equals(before.get(e.getKey())))
                                    .count();
                    assertThat(onlyNew).isPositive();
                    differences.put(
                            BARS.id() + " " + day,
                            List.of(onlyOld, onlyNew, bars.size() - onlyNew - same, same));
                });
        for (LocalDate day : DAYS.days()) {
            DayRange only = new DayRange(day, day);
            long before =
                    ExpectedMarket.of(IN_TIME.iterator(), NEVER_LATE)
                            .rows()
                            .filter(row -> only.contains(row.eventTime()))
                            .count();
            differences.put(
                    TICKS.id() + "  " + day, List.of(0L, (long) SYMBOLS.size(), 0L, before));
        }
        return differences;
    }

    private static Map<String, List<Long>> differences(ReprocessReport report) {
        Map<String, List<Long>> differences = new TreeMap<>();
        for (Difference d : report.differences()) {
            differences.put(
                    d.dataset() + " " + d.interval() + " " + d.day(),
                    List.of(d.onlyOld(), d.onlyNew(), d.changed(), d.same()));
        }
        return differences;
    }

    /** Values, to the last bit, by instrument, interval, start and day. */
    private static Map<String, String> expectedBars(ExpectedMarket market, LongPredicate counted) {
        Map<String, String> bars = new TreeMap<>();
        Map.of("1m", Duration.ofMinutes(1), "15m", Duration.ofMinutes(15))
                .forEach(
                        (name, length) ->
                                market.bars(length, counted)
                                        .forEach(
                                                bar ->
                                                        bars.put(
                                                                key(
                                                                        bar.instrumentId(),
                                                                        name,
                                                                        bar.windowStart()),
                                                                values(bar))));
        return bars;
    }

    private static String key(String instrument, String interval, long start) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(start, Duration.ofDays(1).toNanos()));
        return instrument + " " + interval + " " + start + " " + day;
    }

    private static String values(ExpectedBar bar) {
        return Stream.of(
                                bar.open(),
                                bar.high(),
                                bar.low(),
                                bar.close(),
                                bar.volume(),
                                bar.turnover())
                        .map(value -> Long.toString(Double.doubleToLongBits(value)))
                        .collect(Collectors.joining(" "))
                + " "
                + bar.trades();
    }

    private static Map<String, String> barsOfWarehouse(DayRange days) {
        Map<String, String> bars = new TreeMap<>();
        clickHouse
                .query(
                        "SELECT instrument_id, bar_interval, toUnixTimestamp64Nano(window_start) AS"
                                + " start, arrayStringConcat([toString(reinterpretAsInt64("
                                + "assumeNotNull(open))), toString(reinterpretAsInt64("
                                + "assumeNotNull(high))), toString(reinterpretAsInt64("
                                + "assumeNotNull(low))), toString(reinterpretAsInt64("
                                + "assumeNotNull(close))), toString(reinterpretAsInt64(volume)),"
                                + " toString(reinterpretAsInt64(turnover)), toString(trades)],"
                                + " ' ') AS text FROM bars_latest WHERE trades > 0 AND "
                                + ofDays(days))
                .forEach(
                        row ->
                                bars.put(
                                        key(
                                                row.getString("instrument_id"),
                                                row.getString("bar_interval"),
                                                row.getLong("start")),
                                        row.getString("text")));
        return bars;
    }

    private static Map<String, String> barsOfLake(DayRange days) throws Exception {
        Map<String, String> bars = new TreeMap<>();
        try (CloseableIterator<SpecificRecordBase> rows =
                new LakeReader(lake()).read(days.partitions(BARS))) {
            while (rows.hasNext()) {
                Bar bar = (Bar) rows.next();
                String values =
                        Stream.of(
                                                bar.getOpen(),
                                                bar.getHigh(),
                                                bar.getLow(),
                                                bar.getClose(),
                                                bar.getVolume(),
                                                bar.getTurnover())
                                        .map(value -> Long.toString(Double.doubleToLongBits(value)))
                                        .collect(Collectors.joining(" "))
                                + " "
                                + bar.getTrades();
                assertThat(
                                bars.put(
                                        key(
                                                bar.getInstrumentId(),
                                                bar.getBarInterval(),
                                                bar.getWindowStart()),
                                        values))
                        .as("one bar a window")
                        .isNull();
            }
        }
        return bars;
    }

    /** What readers of all three days see, of each thing that they can read at once. */
    private static Map<String, String> contents() throws Exception {
        Map<String, String> contents = new LinkedHashMap<>();
        for (Map.Entry<String, Callable<String>> read : READS.entrySet()) {
            contents.put(read.getKey(), read.getValue().call());
        }
        return contents;
    }

    private static final Map<String, Callable<String>> READS =
            Map.of(
                    "ticks",
                    () -> view("ticks", "event_time", "symbol, event_time, trade_id, price, size"),
                    "bars_latest",
                    () ->
                            view(
                                    "bars_latest",
                                    "event_time",
                                    "symbol, bar_interval, window_start, open, high, volume,"
                                            + " trades"),
                    "trades_1m",
                    () ->
                            view(
                                    "trades_1m",
                                    "window_start",
                                    "symbol, window_start, open, high, volume, trades"),
                    "ticks of the lake",
                    () -> lake(TICKS),
                    "bars of the lake",
                    () -> lake(BARS));

    private static String view(String view, String time, String columns) {
        return clickHouse
                .query(
                        "SELECT concat(toString(count()), ' ', toString(groupBitXor(cityHash64("
                                + "toString(("
                                + columns
                                + ")))))) FROM "
                                + view
                                + " WHERE toDate("
                                + time
                                + ") BETWEEN '"
                                + FIRST
                                + "' AND '"
                                + LAST
                                + "'")
                .get(0)
                .getString(1);
    }

    private static String lake(Dataset dataset) throws Exception {
        long rows = 0;
        long hash = 0;
        try (CloseableIterator<SpecificRecordBase> all =
                new LakeReader(lake()).read(DAYS.partitions(dataset))) {
            while (all.hasNext()) {
                rows++;
                hash ^= all.next().toString().hashCode() * 31L;
            }
        }
        return rows + " " + hash;
    }

    /** Reads everything again and again, each by a thread of its own. */
    private static final class Onlooker implements AutoCloseable {
        private final ExecutorService threads;
        private final Map<String, List<String>> seen = new ConcurrentHashMap<>();
        private final List<Future<?>> looking = new ArrayList<>();
        private volatile boolean enough;

        Onlooker(ExecutorService threads) {
            this.threads = threads;
        }

        void start() throws Exception {
            contents().forEach((what, content) -> look(what, content));
            READS.forEach(
                    (what, read) ->
                            looking.add(
                                    threads.submit(
                                            () -> {
                                                while (!enough) {
                                                    look(what, read.call());
                                                    LockSupport.parkNanos(20_000_000);
                                                }
                                                return null;
                                            })));
        }

        private void look(String what, String content) {
            List<String> all = seen.computeIfAbsent(what, key -> new ArrayList<>());
            if (all.isEmpty() || !all.get(all.size() - 1).equals(content)) {
                all.add(content);
            }
        }

        /** What was seen, without repetitions. */
        List<String> seen(String what) {
            return seen.get(what);
        }

        void stop() throws Exception {
            enough = true;
            for (Future<?> thread : looking) {
                thread.get();
            }
        }

        @Override
        public void close() {
            enough = true;
        }
    }
}
