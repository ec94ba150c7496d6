package io.champion.features;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.indicators.FeatureSet;
import io.champion.kafka.RecordEncoder;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.DailyBar;
import io.champion.model.record.EquityIndicators;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.MinuteBar;
import io.champion.model.record.Reject;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarksWithIdleness;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.flink.util.clock.SystemClock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job in both its forms, into a lake and a real ClickHouse. */
final class FeatureComputeJobTest {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Dataset FEATURES = Dataset.of(EquityIndicators.getClassSchema());

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;

    @TempDir Path home;
    private ClickHouseConfig warehouse;

    @BeforeAll
    static void startEngine() throws Exception {
        engine = EmbeddedClickHouse.start(store);
    }

    @AfterAll
    static void stopEngine() throws Exception {
        engine.close();
    }

    @BeforeEach
    void freshDatabase() throws Exception {
        warehouse =
                ClickHouseConfig.of(engine.url())
                        .withDatabase("features_" + DATABASES.incrementAndGet());
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
    }

    private JobConfig config(String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + engine.url(),
                                "warehouse.database=" + warehouse.database()));
        arguments.addAll(List.of(options));
        return JobConfig.of(FeatureComputeJob.OPTIONS).arguments(arguments).load();
    }

    private FeatureReport runOverLake(String... options) throws Exception {
        JobConfig config = config(options);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return FeatureComputeJob.run(env, config);
    }

    @Test
    void theLakesBarsBecomeFeatures() throws Exception {
        List<FeatureBar> bars = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            bars.addAll(Bars.walk("NSE:S" + i + ":EQ", 60, i));
        }
        writeDaily(bars);
        FeatureReport report = runOverLake("features.prices=raw");

        FeatureSet set = FeatureSet.standard();
        int groups = (int) set.features().stream().map(f -> f.group()).distinct().count();
        assertThat(report.barsRead()).isEqualTo(600);
        assertThat(report.barsComputed()).isEqualTo(600);
        assertThat(report.rows()).isEqualTo(600L * groups);
        assertThat(report.inputs()).hasSize(60);
        assertThat(report.features()).hasSameSizeAs(set.features());
        assertThat(home.resolve("runs").resolve(report.runId()).resolve("features.json"))
                .content()
                .isEqualTo(report.toJson());
        Map<String, SortedMap<Long, double[]>> expected = expected(set, bars);
        assertThat(values(set, lake())).isEqualTo(text(expected));
        assertThat(warehouse()).hasSize(600 * groups).isEqualTo(text(lake()));

        assertIsOnRecord(set, expected);

        // The same again changes nothing; a part of it replaces that part alone.
        runOverLake("features.prices=raw");
        assertThat(values(set, lake())).isEqualTo(text(expected));
        writeDaily(bars.stream().map(bar -> Bars.corrected(bar, 1, 2)).toList());
        FeatureReport part =
                runOverLake(
                        "features.prices=raw",
                        "features.from=" + LocalDate.ofEpochDay(50),
                        "features.to=" + LocalDate.ofEpochDay(54));
        assertThat(part.barsRead()).isEqualTo(550);
        assertThat(part.rows()).isEqualTo(50L * groups);
        Map<String, SortedMap<Long, double[]>> doubled =
                expected(set, bars.stream().map(bar -> Bars.corrected(bar, 1, 2)).toList());
        expected.forEach(
                (instrument, features) ->
                        features.replaceAll(
                                (time, values) ->
                                        time >= 50 * Bars.DAY && time <= 54 * Bars.DAY
                                                ? doubled.get(instrument).get(time)
                                                : values));
        assertThat(values(set, lake())).isEqualTo(text(expected));
        assertThat(warehouse()).isEqualTo(text(lake()));
    }

    private void assertIsOnRecord(FeatureSet set, Map<String, SortedMap<Long, double[]>> features)
            throws Exception {
        TrackedRun run = Tracker.runs(config(), List.of(Experiments.FEATURES), 1).get(0);
        for (int column = 0; column < set.columns().size(); column++) {
            String name = set.columns().get(column);
            int at = column;
            double[] values =
                    features.values().stream()
                            .flatMap(times -> times.values().stream())
                            .mapToDouble(row -> row[at])
                            .toArray();
            double[] known = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
            assertThat(run.metrics())
                    .containsEntry(
                            "null_share." + name,
                            (values.length - known.length) / (double) values.length);
            if (known.length == 0) {
                assertThat(run.metrics()).doesNotContainKey("mean." + name);
            } else {
                double mean = Arrays.stream(known).average().orElseThrow();
                assertThat(run.metrics().get("mean." + name))
                        .isCloseTo(mean, withinPercentage(1e-6));
            }
        }
        Path artifacts;
        try (Stream<Path> files = Files.walk(home.resolve("mlflow/runs"), 2)) {
            artifacts =
                    files.filter(file -> file.endsWith(run.id()))
                            .findAny()
                            .orElseThrow()
                            .resolve("artifacts");
        }
        assertThat(ImageIO.read(artifacts.resolve("correlation.png").toFile()).getWidth())
                .isPositive();
        assertThat(artifacts.resolve("correlation.csv"))
                .content()
                .startsWith("feature," + set.columns().get(0));
        assertThat(artifacts.resolve("features.json")).isNotEmptyFile();
        assertThat(artifacts.resolve("statistics.json")).isNotEmptyFile();
        assertThat(artifacts.resolve("sample/features.equity_indicators.parquet")).isNotEmptyFile();
    }

    @Test
    void aYearFromKafkaGivesTheFeaturesOfTheLakeBitForBit() throws Exception {
        List<FeatureBar> bars =
                RealBars.between(LocalDate.of(2024, 1, 1), LocalDate.of(2024, 12, 31));
        assertThat(bars).hasSizeGreaterThan(900);
        FeatureSet set = FeatureSet.standard();
        writeDaily(bars);
        FeatureReport report = runOverLake("features.prices=raw");
        Map<String, Map<Long, List<String>>> fromLake = values(set, lake());
        assertThat(report.barsComputed()).isEqualTo(bars.size());
        assertThat(fromLake).isEqualTo(text(expected(set, bars)));

        home = Files.createDirectory(home.resolve("stream"));
        freshDatabase();
        List<FeatureBar> shuffled = shuffled(bars);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            kafka.createTopic("bars", 2);
            JobConfig config =
                    config(
                            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                            "features.input=kafka",
                            "features.interval=1d",
                            "features.out-of-orderness=5 d",
                            "features.idleness=0 s",
                            "features.horizon=20",
                            "execution.checkpointing.interval=1 s",
                            "execution.checkpointing.min-pause=0 ms");
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            FeatureComputeJob.build(env, config);
            JobClient job = env.executeAsync();
            // In parts, so that features are out before the bars that change them come.
            int parts = 4;
            for (int part = 0; part < parts; part++) {
                List<FeatureBar> some =
                        shuffled.subList(
                                shuffled.size() * part / parts,
                                shuffled.size() * (part + 1) / parts);
                publish(kafka, some);
                LocalDate reached =
                        LocalDate.ofEpochDay(
                                some.stream().mapToInt(bar -> bar.session).max().orElseThrow()
                                        - 12);
                until("features of " + reached, () -> !lastSession().isBefore(reached));
            }
            job.stopWithSavepoint(
                            true, home.resolve("savepoints").toString(), SavepointFormatType.NATIVE)
                    .get();
        }
        List<EquityIndicators> rows = lake();
        assertThat(values(set, rows)).isEqualTo(fromLake);
        assertThat(rows.stream().filter(row -> row.getVersion() > 1).count()).isPositive();
        assertThat(warehouse()).isEqualTo(text(rows));
        TrackedRun interval = Tracker.runs(config(), List.of(Experiments.FEATURES), 1).get(0);
        assertThat(interval.name()).startsWith("feature-compute champion-feature-compute ");
        assertThat(interval.metrics())
                .containsEntry("bars_read", (double) shuffled.size())
                .containsEntry("messages_read", shuffled.size() + 4.0)
                .containsEntry("rows_written", (double) rows.size());
        assertThat(
                        interval.metrics().entrySet().stream()
                                .filter(metric -> metric.getKey().startsWith("rejected."))
                                .mapToDouble(Map.Entry::getValue)
                                .sum())
                .isEqualTo(4);
        // What was no bar is kept.
        assertThat(read(Dataset.of(Reject.getClassSchema())))
                .hasSize(4)
                .allSatisfy(row -> assertThat(((Reject) row).getFile()).isEqualTo("bars-0"));
    }

    /** A feature set of nothing else. */
    private Path betaAlone() throws IOException {
        return Files.writeString(
                home.resolve("set.yaml"),
                """
                name: mine
                version: v1
                features:
                  - {name: beta_5, indicator: beta, window: 5, group: trend}
                """);
    }

    @Test
    void betaIsThatToTheIndexInBothForms() throws Exception {
        Path file = betaAlone();
        FeatureSet set = FeatureSet.read(file);
        List<FeatureBar> index = new ArrayList<>(Bars.walk("NSE:NIFTY 50:", 40, 99));
        FeatureBar missing = index.remove(20);
        List<FeatureBar> bars = new ArrayList<>();
        Map<String, List<FeatureBar>> joined = new HashMap<>();
        for (int i = 0; i < 3; i++) {
            for (FeatureBar bar : Bars.walk("NSE:S" + i + ":EQ", 40, i)) {
                bars.add(bar);
                double close =
                        bar.time == missing.time
                                ? Double.NaN
                                : index.stream()
                                        .filter(each -> each.time == bar.time)
                                        .findAny()
                                        .orElseThrow()
                                        .close;
                joined.computeIfAbsent(bar.instrument, key -> new ArrayList<>())
                        .add(bar.withBenchmark(close));
            }
        }
        bars.sort(Comparator.comparingLong(bar -> bar.time));
        Map<String, Map<Long, List<String>>> expected = new TreeMap<>();
        joined.forEach(
                (instrument, its) ->
                        Bars.features(set, its)
                                .forEach(
                                        (time, values) ->
                                                expected.computeIfAbsent(
                                                                instrument, key -> new TreeMap<>())
                                                        .put(
                                                                time,
                                                                List.of(
                                                                        text(
                                                                                "beta_5",
                                                                                values[0])))));
        assertThat(expected.get("NSE:S0:EQ").get(missing.time)).containsExactly("null");
        assertThat(expected.get("NSE:S0:EQ").get(39 * Bars.DAY)).doesNotContain("null");

        writeDaily(bars);
        write(
                Dataset.of(IndexOhlc.getClassSchema()),
                index.stream().<SpecificRecordBase>map(FeatureComputeJobTest::index).toList());
        String[] options = {"features.set=" + file, "features.prices=raw"};
        runOverLake(options[0], options[1], "features.benchmark=nifty 50");
        assertThat(values(set, lake())).isEqualTo(expected);
        assertThatThrownBy(() -> runOverLake(options[0], options[1], "features.benchmark=NIFTY"))
                .isInstanceOf(FeatureInputException.class)
                .hasMessageContaining("There is no index 'NIFTY'")
                .hasMessageContaining("there are NIFTY 50.");

        home = Files.createDirectory(home.resolve("stream"));
        freshDatabase();
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            kafka.createTopic("bars", 2);
            List<FeatureBar> all = new ArrayList<>(bars);
            all.addAll(index);
            // Within five days, in any order.
            Random random = new Random(1);
            Map<FeatureBar, Double> arrival = new HashMap<>();
            all.forEach(bar -> arrival.put(bar, bar.session + 4 * random.nextDouble()));
            all.sort(Comparator.comparingDouble(arrival::get));
            publish(kafka, all);
            JobConfig config =
                    config(
                            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                            options[0],
                            "features.input=kafka",
                            "features.interval=1d",
                            "features.bounded=true",
                            "features.out-of-orderness=5 d",
                            "features.benchmark=NIFTY 50");
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            FeatureComputeJob.build(env, config);
            env.execute();
        }
        Map<String, Map<Long, List<String>>> fromKafka = values(set, lake());
        // The index is an instrument of its own there.
        fromKafka.keySet().retainAll(expected.keySet());
        assertThat(fromKafka).isEqualTo(expected);
    }

    /** Features of US equities come and go without those of NSE. */
    @Test
    void barsOfFlatFilesHaveGroupsOfTheirOwn() throws Exception {
        List<FeatureBar> indian = Bars.walk("NSE:S:EQ", 60, 1);
        writeDaily(indian);
        runOverLake("features.prices=raw");
        List<FeatureBar> days = new ArrayList<>();
        List<FeatureBar> minutes = new ArrayList<>();
        long open = Instant.parse("2026-03-02T14:30:00Z").toEpochMilli();
        int session = (int) LocalDate.of(2026, 3, 2).toEpochDay();
        for (String instrument : List.of("SIP:AAPL", "SIP:BRK.B")) {
            for (FeatureBar bar : Bars.walk(instrument, 60, instrument.hashCode())) {
                days.add(published(bar, bar.time, bar.session));
                minutes.add(published(bar, open + 60_000L * bar.session, session));
            }
        }
        write(
                Dataset.of(DailyBar.getClassSchema()),
                days.stream().map(bar -> filled(new DailyBar(), bar)).toList());
        write(
                Dataset.of(MinuteBar.getClassSchema()),
                minutes.stream().map(bar -> filled(new MinuteBar(), bar)).toList());
        FeatureSet set = FeatureSet.standard();

        FeatureReport report = runOverLake("features.prices=flat_files");
        assertThat(report.dataset()).isEqualTo("normalized.bars_1d");
        assertThat(report.barsComputed()).isEqualTo(120);
        runOverLake("features.prices=flat_files", "features.interval=1m");

        List<FeatureBar> all = new ArrayList<>(indian);
        all.addAll(days);
        Map<String, SortedMap<Long, double[]>> expected = expected(set, all);
        expected(set, minutes).forEach((instrument, rows) -> expected.get(instrument).putAll(rows));
        assertThat(values(set, lake())).isEqualTo(text(expected));
        assertThat(warehouse()).isEqualTo(text(lake()));
        assertThat(lake())
                .filteredOn(row -> row.getInstrumentId().startsWith("SIP:"))
                .isNotEmpty()
                .allMatch(
                        row ->
                                row.getFeatureGroup()
                                        .endsWith(
                                                row.getBarInterval().equals("1d")
                                                        ? "_us"
                                                        : "_1m_us"));
        assertThatThrownBy(() -> runOverLake("features.prices=flat_files", "features.interval=5m"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("bars of flat files are of 1d or of 1m");
    }

    /** Of an exchange that never closes, a session goes from midnight to midnight in New York. */
    @Test
    void sessionsAreWholeWhereTheyAreNotThoseOfPartitions() throws Exception {
        LocalDate day = LocalDate.of(2026, 6, 10);
        List<SpecificRecordBase> hours = new ArrayList<>();
        for (FeatureBar bar : Bars.walk("BINANCE:BTCUSDT", 48, 1)) {
            long start = day.toEpochDay() * Bars.DAY + bar.session * 3_600_000L;
            Bar message = Bars.message(published(bar, start, 0));
            message.setExchange("BINANCE");
            message.setBarInterval("1h");
            message.setWindowEnd(message.getWindowStart() + 3_600_000_000_000L);
            message.setTurnover(bar.turnover);
            hours.add(message);
        }
        write(Dataset.of(Bar.getClassSchema()), hours);
        assertThat(runOverLake("features.interval=1h").barsRead()).isEqualTo(48);
        Map<LocalDate, Long> bars = new TreeMap<>();
        bars.put(day.minusDays(1), 4L);
        bars.put(day, 24L);
        bars.put(day.plusDays(1), 20L);
        assertThat(barsBySession()).isEqualTo(bars);
        List<String> rows = warehouse();
        assertThat(rows).isEqualTo(text(lake()));

        FeatureReport part = runOverLake("features.interval=1h", "features.to=" + day);
        assertThat(part.barsRead()).isEqualTo(28);
        assertThat(part.to()).isEqualTo(day.toString());
        assertThat(barsBySession()).isEqualTo(bars);
        assertThat(warehouse()).isEqualTo(rows);
        FeatureReport later =
                runOverLake("features.interval=1h", "features.from=" + day, "features.to=" + day);
        assertThat(later.rows()).isEqualTo(part.rows() * 24 / 28);
        assertThat(warehouse()).isEqualTo(rows);
    }

    private Map<LocalDate, Long> barsBySession() throws Exception {
        return lake().stream()
                .filter(row -> row.getFeatureGroup().startsWith("trend"))
                .collect(
                        Collectors.groupingBy(
                                EquityIndicators::getTradeDate,
                                TreeMap::new,
                                Collectors.counting()));
    }

    @Test
    void betaOfFlatFilesIsToASymbolAmongThem() throws Exception {
        Path file = betaAlone();
        List<FeatureBar> market = Bars.walk("SIP:SPY", 40, 1);
        List<FeatureBar> stock = Bars.walk("SIP:AAPL", 40, 2);
        List<FeatureBar> joined = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            double close = market.get(day).close;
            joined.add(stock.get(day).withBenchmark(close));
            joined.add(market.get(day).withBenchmark(close));
        }
        write(
                Dataset.of(DailyBar.getClassSchema()),
                joined.stream().map(bar -> filled(new DailyBar(), bar)).toList());
        runOverLake("features.set=" + file, "features.prices=flat_files", "features.benchmark=SPY");
        FeatureSet set = FeatureSet.read(file);
        Map<String, SortedMap<Long, double[]>> expected = expected(set, joined);
        List<EquityIndicators> rows = lake();
        assertThat(rows).hasSize(80);
        for (EquityIndicators row : rows) {
            double beta =
                    expected.get(row.getInstrumentId()).get(row.getEventTime().toEpochMilli())[0];
            assertThat(row.getFeatures().get("beta_5")).isEqualTo(Double.isNaN(beta) ? null : beta);
        }
        assertThat(rows).anyMatch(row -> row.getFeatures().get("beta_5") != null);
    }

    /** Flat files know no turnover. */
    private static FeatureBar published(FeatureBar bar, long time, int session) {
        return new FeatureBar(
                bar.instrument,
                bar.symbol,
                time,
                time,
                session,
                1,
                bar.open,
                bar.high,
                bar.low,
                bar.close,
                bar.volume,
                Double.NaN);
    }

    /** The contracts of days and of minutes have the same fields. */
    private static SpecificRecordBase filled(SpecificRecordBase row, FeatureBar bar) {
        Map<String, Object> values = new HashMap<>();
        values.put("event_id", bar.instrument + bar.time);
        values.put("event_time", bar.time * 1_000_000);
        values.put("ingest_time", Instant.EPOCH);
        values.put("source", "test");
        values.put("schema_version", "v1.0.0");
        values.put("entity_id", bar.instrument);
        values.put("symbol", bar.symbol);
        values.put("exchange", "SIP");
        values.put("series", "");
        values.put("instrument_id", bar.instrument);
        values.put("trade_date", LocalDate.ofEpochDay(bar.session));
        values.put("window_start", bar.time * 1_000_000);
        values.put("open", bar.open);
        values.put("high", bar.high);
        values.put("low", bar.low);
        values.put("close", bar.close);
        values.put("volume", bar.volume);
        values.forEach((field, value) -> row.put(row.getSchema().getField(field).pos(), value));
        return row;
    }

    private LocalDate lastSession() {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            return LocalDate.ofEpochDay(
                    clickHouse.queryLong(
                            "SELECT toInt64(max(trade_date)) FROM "
                                    + clickHouse.table("features_equity_indicators")));
        }
    }

    @Test
    void aSavepointMadeOfTheLakeGoesOnAsIfTheJobHadRunAllAlong() throws Exception {
        List<FeatureBar> bars = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            bars.addAll(Bars.walk("NSE:S" + i + ":EQ", 260, i));
        }
        bars.sort(Comparator.comparingLong(bar -> bar.time));
        writeDaily(bars.stream().filter(bar -> bar.session < 230).toList());
        Path savepoint = home.resolve("bootstrapped");
        StreamExecutionEnvironment maker =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobConfig bootstrap =
                config("features.prices=raw", "features.interval=1d", "features.horizon=20");
        JobEnvironment.configure(maker, bootstrap, Boundedness.BOUNDED);
        FeatureBootstrap.Result made =
                FeatureBootstrap.run(
                        maker, bootstrap, LocalDate.ofEpochDay(219), savepoint.toString());
        assertThat(made)
                .isEqualTo(
                        new FeatureBootstrap.Result(
                                savepoint.toString(), LocalDate.ofEpochDay(219), 1100));

        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            kafka.createTopic("bars", 2);
            // The last of these bars were in the lake; one of them is corrected.
            List<FeatureBar> late =
                    new ArrayList<>(bars.stream().filter(bar -> bar.session >= 210).toList());
            publish(kafka, late);
            FeatureBar corrected = Bars.corrected(bars.get(215 * 5), 2, 1.5);
            publish(kafka, List.of(corrected));
            bars.set(215 * 5, corrected);
            JobConfig config =
                    config(
                            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                            "features.input=kafka",
                            "features.interval=1d",
                            "features.bounded=true",
                            "features.horizon=20");
            Configuration flink = new Configuration();
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint.toString());
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.createLocalEnvironment(2, flink);
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            FeatureComputeJob.build(env, config);
            env.execute();
        }
        FeatureSet set = FeatureSet.standard();
        Map<String, SortedMap<Long, double[]>> expected = expected(set, bars);
        expected.replaceAll(
                (instrument, features) ->
                        features.tailMap(
                                instrument.equals(bars.get(215 * 5).instrument)
                                        ? 215 * Bars.DAY
                                        : 220 * Bars.DAY));
        assertThat(values(set, lake())).isEqualTo(text(expected));
        assertThatThrownBy(
                        () ->
                                FeatureBootstrap.run(
                                        maker,
                                        bootstrap,
                                        LocalDate.ofEpochDay(219),
                                        savepoint.toString()))
                .hasMessageContaining("exists already");
    }

    @Test
    void aSavepointHasBarsOfTheLengthThatTheJobTakesFromKafka() throws Exception {
        writeDaily(Bars.walk("NSE:S:EQ", 10, 1));
        JobConfig config = config("features.prices=raw");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        assertThatThrownBy(
                        () ->
                                FeatureBootstrap.run(
                                        env,
                                        config,
                                        LocalDate.ofEpochDay(9),
                                        home.resolve("savepoint").toString()))
                .isInstanceOf(FeatureInputException.class)
                .hasMessageContaining("has no normalized.bars up to")
                .hasMessageContaining("features.interval=1d");
    }

    @Test
    void aRunOverTheLakeLeavesTheRejectsOfKafkaAlone() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            kafka.createTopic("bars", 2);
            publish(kafka, Bars.walk("NSE:S:EQ", 3, 1));
            JobConfig config =
                    config(
                            "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                            "features.input=kafka",
                            "features.interval=1d",
                            "features.bounded=true");
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            FeatureComputeJob.build(env, config);
            env.execute();
        }
        Dataset rejects = Dataset.of(Reject.getClassSchema());
        List<SpecificRecordBase> refused = read(rejects);
        assertThat(refused).hasSize(1);
        int session = (int) ((Reject) refused.get(0)).getDate().toEpochDay();

        writeDaily(List.of(Bars.bar("NSE:S:EQ", session, 1, 10, 12, 9, 11, 1_000)));
        runOverLake("features.prices=raw");
        assertThat(read(rejects)).isEqualTo(refused);
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            assertThat(
                            clickHouse.queryLong(
                                    "SELECT count() FROM " + clickHouse.table(rejects.table())))
                    .isEqualTo(1);
        }
    }

    @Test
    void aPartitionIsNotReadFarAheadOfTheSlowest() {
        WatermarkAlignmentParams usual = FeatureComputeJob.times(config()).getAlignmentParameters();
        assertThat(usual.isEnabled()).isTrue();
        assertThat(usual.getMaxAllowedWatermarkDrift()).isEqualTo(3_600_000);
        assertThat(
                        FeatureComputeJob.times(config("features.alignment.max-drift=0 s"))
                                .getAlignmentParameters()
                                .isEnabled())
                .isFalse();
    }

    @Test
    void aBoundedRunWaitsForASlowPartition() {
        WatermarkGeneratorSupplier.Context context =
                new WatermarkGeneratorSupplier.Context() {
                    @Override
                    public MetricGroup getMetricGroup() {
                        return new UnregisteredMetricsGroup();
                    }

                    @Override
                    public RelativeClock getInputActivityClock() {
                        return SystemClock.getInstance();
                    }
                };
        assertThat(FeatureComputeJob.times(config()).createWatermarkGenerator(context))
                .isInstanceOf(WatermarksWithIdleness.class);
        assertThat(
                        FeatureComputeJob.times(config("features.bounded=true"))
                                .createWatermarkGenerator(context))
                .isNotInstanceOf(WatermarksWithIdleness.class);
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> runOverLake())
                .isInstanceOf(FeatureInputException.class)
                .hasMessageContaining("has no normalized.equity_adjusted")
                .hasMessageContaining("features.prices=raw");
        assertThatThrownBy(() -> runOverLake("features.set=/nowhere.yaml"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/nowhere.yaml does not exist");
        assertThatThrownBy(() -> runOverLake("features.from=yesterday"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'features.from' is 'yesterday', which is no date");
    }

    /** Within five days, some twice, and some first wrong and corrected within twelve days. */
    private static List<FeatureBar> shuffled(List<FeatureBar> bars) {
        Random random = new Random(1);
        record Arrival(double day, FeatureBar bar) {}
        List<Arrival> arrivals = new ArrayList<>();
        for (FeatureBar bar : bars) {
            double soon = bar.session + random.nextDouble() * 4;
            if (random.nextInt(20) == 0) {
                arrivals.add(new Arrival(soon, Bars.corrected(bar, 0, 1.1)));
                arrivals.add(new Arrival(bar.session + 12 * random.nextDouble(), bar));
            } else {
                arrivals.add(new Arrival(soon, bar));
            }
            if (random.nextInt(20) == 0) {
                arrivals.add(new Arrival(soon, bar));
            }
        }
        arrivals.sort(Comparator.comparingDouble(Arrival::day));
        return arrivals.stream().map(Arrival::bar).toList();
    }

    private static void publish(EmbeddedKafka kafka, List<FeatureBar> bars) throws Exception {
        RecordEncoder<Bar> encoder = RecordEncoder.singleObject(Bar.class);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            int partition = 0;
            for (FeatureBar bar : bars) {
                partition = 1 - partition;
                byte[] value = encoder.encode(Bars.message(bar));
                producer.send(new ProducerRecord<>("bars", partition, null, value));
            }
            producer.send(new ProducerRecord<>("bars", 0, null, new byte[] {1, 2, 3})).get();
        }
    }

    private void writeDaily(List<FeatureBar> bars) throws Exception {
        write(
                Dataset.of(EquityOhlc.getClassSchema()),
                bars.stream().<SpecificRecordBase>map(FeatureComputeJobTest::daily).toList());
    }

    private void write(Dataset dataset, List<SpecificRecordBase> rows) throws Exception {
        TreeSet<PartitionKey> partitions = new TreeSet<>();
        rows.forEach(row -> partitions.add(dataset.partitionOf(row)));
        JobConfig config = config();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        env.fromData(rows, ContractTypeInfo.INSTANCE)
                .uid("rows")
                .sinkTo(
                        LakeSink.builder(path("lake"))
                                .replacing(partitions)
                                .maxOpenFiles(partitions.size())
                                .build())
                .uid("lake");
        env.execute();
    }

    private static IndexOhlc index(FeatureBar bar) {
        return IndexOhlc.newBuilder()
                .setEventId(bar.instrument + bar.time)
                .setEventTime(Instant.ofEpochMilli(bar.time))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId(bar.instrument)
                .setInstrumentId(bar.instrument)
                .setIndexName(bar.symbol)
                .setExchange("NSE")
                .setTradeDate(LocalDate.ofEpochDay(bar.session))
                .setClose(bar.close)
                .setIsTradingDay(true)
                .build();
    }

    private static EquityOhlc daily(FeatureBar bar) {
        return EquityOhlc.newBuilder()
                .setEventId(bar.instrument + bar.time)
                .setEventTime(Instant.ofEpochMilli(bar.time))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId(bar.instrument)
                .setInstrumentId(bar.instrument)
                .setSymbol(bar.symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeDate(LocalDate.ofEpochDay(bar.session))
                .setOpen(bar.open)
                .setHigh(bar.high)
                .setLow(bar.low)
                .setClose(bar.close)
                .setVolume((long) bar.volume)
                .setTurnover(bar.turnover)
                .setIsTradingDay(true)
                .build();
    }

    private org.apache.flink.core.fs.Path path(String name) {
        return new org.apache.flink.core.fs.Path(home.resolve(name).toUri());
    }

    private List<SpecificRecordBase> read(Dataset dataset) throws Exception {
        LakeReader reader = new LakeReader(path("lake"));
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (CloseableIterator<SpecificRecordBase> found =
                reader.read(reader.partitions(dataset))) {
            found.forEachRemaining(rows::add);
        }
        return rows;
    }

    private List<EquityIndicators> lake() throws Exception {
        return read(FEATURES).stream().map(EquityIndicators.class::cast).toList();
    }

    private static Map<String, SortedMap<Long, double[]>> expected(
            FeatureSet set, List<FeatureBar> bars) {
        Map<String, List<FeatureBar>> instruments = new HashMap<>();
        bars.forEach(
                bar ->
                        instruments
                                .computeIfAbsent(bar.instrument, i -> new ArrayList<>())
                                .add(bar));
        Map<String, SortedMap<Long, double[]>> expected = new HashMap<>();
        instruments.forEach((instrument, its) -> expected.put(instrument, Bars.features(set, its)));
        return expected;
    }

    private static Map<String, Map<Long, List<String>>> text(
            Map<String, SortedMap<Long, double[]>> features) {
        FeatureSet set = FeatureSet.standard();
        Map<String, Map<Long, List<String>>> text = new TreeMap<>();
        features.forEach(
                (instrument, rows) ->
                        rows.forEach(
                                (time, values) -> {
                                    List<String> row = new ArrayList<>();
                                    for (int i = 0; i < values.length; i++) {
                                        row.add(text(set.columns().get(i), values[i]));
                                    }
                                    text.computeIfAbsent(instrument, key -> new TreeMap<>())
                                            .put(time, row);
                                }));
        return text;
    }

    static String text(String column, double value) {
        if (Double.isNaN(value)) {
            return "null";
        }
        return column.equals("obv") ? String.valueOf(Math.round(value)) : String.valueOf(value);
    }

    /** Values of the last versions, by instrument and time, in the order of the set's columns. */
    private static Map<String, Map<Long, List<String>>> values(
            FeatureSet set, List<EquityIndicators> rows) {
        Map<String, EquityIndicators> last = new HashMap<>();
        for (EquityIndicators row : rows) {
            last.merge(
                    row.getInstrumentId() + row.getEventTime() + row.getFeatureGroup(),
                    row,
                    (a, b) -> a.getVersion() > b.getVersion() ? a : b);
        }
        Map<String, Map<Long, Map<String, String>>> byColumn = new TreeMap<>();
        for (EquityIndicators row : last.values()) {
            Map<String, String> values =
                    byColumn.computeIfAbsent(row.getInstrumentId(), key -> new TreeMap<>())
                            .computeIfAbsent(
                                    row.getEventTime().toEpochMilli(), key -> new HashMap<>());
            for (String column : set.columns()) {
                Object value =
                        row.getSchema().getField(column) == null
                                ? row.getFeatures().get(column)
                                : row.get(row.getSchema().getField(column).pos());
                if (value != null) {
                    values.put(column, value.toString());
                }
            }
        }
        Map<String, Map<Long, List<String>>> values = new TreeMap<>();
        byColumn.forEach(
                (instrument, times) ->
                        times.forEach(
                                (time, columns) ->
                                        values.computeIfAbsent(instrument, key -> new TreeMap<>())
                                                .put(
                                                        time,
                                                        set.columns().stream()
                                                                .map(
                                                                        column ->
                                                                                columns
                                                                                        .getOrDefault(
                                                                                                column,
                                                                                                "null"))
                                                                .toList())));
        return values;
    }

    /** Some columns of rows, sorted. */
    private static List<String> text(List<EquityIndicators> rows) {
        return rows.stream()
                .map(
                        row ->
                                row.getEventId()
                                        + " "
                                        + row.getSma5()
                                        + " "
                                        + row.getMacd()
                                        + " "
                                        + row.getRsi14()
                                        + " "
                                        + row.getObv())
                .sorted()
                .toList();
    }

    private List<String> warehouse() {
        List<String> rows = new ArrayList<>();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT event_id, sma_5, macd, rsi_14, obv FROM "
                                    + clickHouse.table("features_equity_indicators"))) {
                rows.add(
                        row.getString("event_id")
                                + " "
                                + row.getObject("sma_5")
                                + " "
                                + row.getObject("macd")
                                + " "
                                + row.getObject("rsi_14")
                                + " "
                                + row.getObject("obv"));
            }
        }
        rows.sort(null);
        return rows;
    }
}
