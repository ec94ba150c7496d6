package io.champion.features;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import io.champion.kafka.RecordEncoder;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedKafka;
import io.champion.local.FaultProxy;
import io.champion.local.faults.FaultStage;
import io.champion.model.Dataset;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityIndicators;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the job hangs on is killed under it, in real processes, while bars and corrections come; the
 * rows of lake and warehouse are those of the plain computation all the same, version for version.
 */
final class FeatureComputeFaultsTest {
    private static final FeatureSet SET = FeatureSet.standard();
    private static final Duration REPEAT_EVERY = Duration.ofSeconds(5);
    private static final int INSTRUMENTS = 4;
    private static final int DAYS_OF_A_ROUND = 5;
    private static final int CORRECTED_BACK = 7;

    @TempDir Path home;

    /** All bars, as they are after their corrections. */
    private final List<List<FeatureBar>> bars = new ArrayList<>();

    /** The version of the features of each instrument's bars, by day. */
    private final List<List<Integer>> versions = new ArrayList<>();

    /** What there has to be, by id. */
    private final Map<String, String> expected = new TreeMap<>();

    private ClickHouseConfig warehouse;
    private int published;
    private int computed;

    @Test
    void everyVersionIsRightAfterKillsAndRescaling() throws Exception {
        for (int i = 0; i < INSTRUMENTS; i++) {
            bars.add(Bars.walk("NSE:S" + i + ":EQ", 100, i));
            versions.add(new ArrayList<>());
        }
        try (FaultStage stage = FaultStage.set(home.resolve("stage"));
                EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            kafka.createTopic("bars", 2);
            warehouse = ClickHouseConfig.of(stage.warehouseWithoutFaults());
            Migrations.of(warehouse, null, Retention.FOREVER).apply();
            JobConfig config = config(stage, kafka);
            String job = submit(stage, config, 2, null);
            publish(kafka, 30, false);
            awaitRows(stage, kafka);

            round(stage, kafka, () -> stage.killTaskManager(0, 2));
            round(stage, kafka, () -> stage.killJobManager(3));
            job =
                    submit(
                            stage,
                            config,
                            1,
                            stage.stopWithSavepoint(job, home.resolve("savepoints")));
            round(stage, kafka, () -> stage.killClickHouse(2, 2));
            round(stage, kafka, () -> stage.breakInserts(1, FaultProxy.Fault.dropResponse()));
            job =
                    submit(
                            stage,
                            config,
                            2,
                            stage.stopWithSavepoint(job, home.resolve("savepoints")));
            round(stage, kafka, () -> stage.killTaskManager(1, 4));
            stage.stopWithSavepoint(job, home.resolve("savepoints"));

            // The lake's last partition is complete when the watermark has passed its end.
            long end = (computed - 1) * Bars.DAY;
            assertThat(lake(end))
                    .hasSizeGreaterThan(INSTRUMENTS * SET.features().size())
                    .containsExactlyElementsOf(
                            expected.entrySet().stream()
                                    .filter(row -> time(row.getKey()) < end)
                                    .map(Map.Entry::getValue)
                                    .toList());
            assertThat(stored()).containsExactlyElementsOf(expected.keySet());
        }
    }

    private JobConfig config(FaultStage stage, EmbeddedKafka kafka) {
        return JobConfig.of(FeatureComputeJob.OPTIONS)
                .arguments(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + stage.warehouse(),
                                "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                                "features.input=kafka",
                                "features.interval=1d",
                                "features.out-of-orderness=0 s",
                                "features.idleness=0 s",
                                "features.horizon=20",
                                "execution.checkpointing.interval=300 ms",
                                "execution.checkpointing.min-pause=0 ms"))
                .load();
    }

    private static String submit(
            FaultStage stage, JobConfig config, int parallelism, String savepoint)
            throws Exception {
        return stage.submit(
                env -> {
                    JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
                    env.setParallelism(parallelism);
                    FeatureComputeJob.build(env, config);
                },
                savepoint);
    }

    /** Something that goes wrong at a request of the job's, and is mended. */
    private interface Fault {
        void befall() throws Exception;
    }

    /** A correction of each instrument and some more days, while a fault befalls the job. */
    private void round(FaultStage stage, EmbeddedKafka kafka, Fault fault) throws Exception {
        FutureTask<Void> publishing =
                new FutureTask<>(
                        () -> {
                            publish(kafka, DAYS_OF_A_ROUND, true);
                            return null;
                        });
        new Thread(publishing, "publishing").start();
        fault.befall();
        publishing.get();
        awaitRows(stage, kafka);
    }

    /**
     * Publishes the bars of the next days, each partition in their order; the last of them only
     * moves the watermark on. A correction is there before the watermark moves, so that it meets
     * features that are out, and versions do not depend on time.
     */
    private void publish(EmbeddedKafka kafka, int days, boolean corrections) throws Exception {
        RecordEncoder<Bar> encoder = RecordEncoder.singleObject(Bar.class);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
            for (int i = 0; corrections && i < INSTRUMENTS; i++) {
                int day = computed - CORRECTED_BACK + i;
                FeatureBar bar = bars.get(i).get(day);
                FeatureBar corrected = Bars.corrected(bar, bar.version + 1, 1.01 + i);
                bars.get(i).set(day, corrected);
                sent.add(send(producer, encoder, i, corrected));
                compute(i, day, computed);
            }
            for (int day = published; day < published + days; day++) {
                for (int i = 0; i < INSTRUMENTS; i++) {
                    sent.add(send(producer, encoder, i, bars.get(i).get(day)));
                }
            }
        }
        for (Future<RecordMetadata> message : sent) {
            message.get();
        }
        published += days;
        for (int i = 0; i < INSTRUMENTS; i++) {
            compute(i, computed, published - 1);
        }
        computed = published - 1;
    }

    private void repeatLastBars(EmbeddedKafka kafka) throws Exception {
        RecordEncoder<Bar> encoder = RecordEncoder.singleObject(Bar.class);
        try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
            for (int i = 0; i < INSTRUMENTS; i++) {
                send(producer, encoder, i, bars.get(i).get(published - 1)).get();
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka kafka) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static Future<RecordMetadata> send(
            KafkaProducer<byte[], byte[]> producer,
            RecordEncoder<Bar> encoder,
            int instrument,
            FeatureBar bar) {
        return producer.send(
                new ProducerRecord<>(
                        "bars", instrument % 2, null, encoder.encode(Bars.message(bar))));
    }

    /** Adds what the bars of some days of an instrument come to, from scratch. */
    private void compute(int instrument, int from, int to) {
        SortedMap<Long, double[]> features =
                Bars.features(SET, bars.get(instrument).subList(0, to));
        for (int day = from; day < to; day++) {
            List<Integer> counted = versions.get(instrument);
            if (day < counted.size()) {
                counted.set(day, counted.get(day) + 1);
            } else {
                counted.add(1);
            }
            FeatureBar bar = bars.get(instrument).get(day);
            double[] values = features.get(bar.time);
            for (String group : SET.features().stream().map(Feature::group).distinct().toList()) {
                String id =
                        String.join(
                                ":",
                                bar.instrument,
                                "1d",
                                String.valueOf(bar.time),
                                group,
                                SET.version(),
                                String.valueOf(counted.get(day)));
                StringBuilder row = new StringBuilder(id);
                int at = 0;
                for (Feature feature : SET.features()) {
                    for (String column : feature.columns()) {
                        double value = values[at++];
                        row.append(' ')
                                .append(
                                        feature.group().equals(group)
                                                ? FeatureComputeJobTest.text(column, value)
                                                : "null");
                    }
                }
                expected.put(id, row.toString());
            }
        }
    }

    /**
     * Waits until the warehouse has as many rows as there have to be, at least. Meanwhile the last
     * bars come again and again, which changes nothing: a source that was restarted behind them
     * knows of no watermark until the next message, as on a market that goes on.
     */
    private void awaitRows(FaultStage stage, EmbeddedKafka kafka) throws Exception {
        long[] next = {System.nanoTime() + REPEAT_EVERY.toNanos()};
        until(
                "the features of " + computed + " days",
                () -> {
                    // One that loses its neighbour may end with it, by Flink's own rules.
                    stage.replaceTaskManagers();
                    if (System.nanoTime() - next[0] > 0) {
                        repeatLastBars(kafka);
                        next[0] = System.nanoTime() + REPEAT_EVERY.toNanos();
                    }
                    try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
                        return clickHouse.queryLong(
                                        "SELECT toInt64(count()) FROM "
                                                + clickHouse.table("features_equity_indicators"))
                                >= expected.size();
                    }
                });
    }

    private static long time(String id) {
        return Long.parseLong(id.split(":", -1)[4]);
    }

    private List<String> lake(long end) throws Exception {
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(home.resolve("lake").toUri()));
        List<String> rows = new ArrayList<>();
        try (CloseableIterator<SpecificRecordBase> found =
                reader.read(reader.partitions(Dataset.of(EquityIndicators.getClassSchema())))) {
            found.forEachRemaining(
                    row -> {
                        String id = ((EquityIndicators) row).getEventId();
                        if (time(id) >= end) {
                            return;
                        }
                        StringBuilder text = new StringBuilder(id);
                        for (String column : SET.columns()) {
                            text.append(' ')
                                    .append(row.get(row.getSchema().getField(column).pos()));
                        }
                        rows.add(text.toString());
                    });
        }
        rows.sort(null);
        return rows;
    }

    private List<String> stored() {
        List<String> ids = new ArrayList<>();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT event_id FROM "
                                    + clickHouse.table("features_equity_indicators"))) {
                ids.add(row.getString("event_id"));
            }
        }
        ids.sort(null);
        return ids;
    }
}
