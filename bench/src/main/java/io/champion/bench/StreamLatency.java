package io.champion.bench;

import io.champion.kafka.KafkaConfig;
import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import io.champion.model.record.Bar;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.ticks.TickStreamJob;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * How long after a bar could be known it is in Kafka, at a steady load: {@code StreamLatency FOLDER
 * TICKS-A-SECOND SECONDS SYMBOLS [OPTION=VALUE ...]}, options as in {@link StreamOptions}.
 *
 * <p>Ticks are sent at their event time. A bar can be known when the clock is at the end of its
 * window plus the out-of-orderness: that is when the tick is sent that lets the watermark pass. So
 * the producer's delay is in the latency. It ends when a consumer has the bar; one reads what is
 * committed, another also what is not yet.
 */
final class StreamLatency {
    private static final int PARTITIONS = 2;
    private static final Duration OUT_OF_ORDERNESS = Duration.ofMillis(500);
    private static final long WARM_UP_SECONDS = 20;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String TICKS = "ticks";
    private static final String BARS = "bars";

    private StreamLatency() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toAbsolutePath();
        int rate = Integer.parseInt(args[1]);
        int seconds = Integer.parseInt(args[2]);
        int symbols = Integer.parseInt(args[3]);
        StreamOptions given = StreamOptions.of(Arrays.asList(args).subList(4, args.length));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("engine"));
                LocalFlink cluster = LocalFlink.start(folder.resolve("flink"), given.cluster())) {
            kafka.createTopic(TICKS, PARTITIONS);
            kafka.createTopic(BARS, PARTITIONS);
            kafka.createTopic("ticks-dead-letters", 1);
            Migrations.of(ClickHouseConfig.of(engine.url()), null, Retention.FOREVER).apply();
            List<String> options =
                    new ArrayList<>(
                            List.of(
                                    "home=" + folder,
                                    "warehouse.url=" + engine.url(),
                                    "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                                    "ticks.out-of-orderness=" + OUT_OF_ORDERNESS.toMillis() + " ms",
                                    "bars.intervals=1 s"));
            options.addAll(given.job());
            JobConfig config = JobConfig.of(TickStreamJob.OPTIONS).arguments(options).load();
            StreamExecutionEnvironment env = cluster.environment();
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            TickStreamJob.build(env, config);
            JobClient job = env.executeAsync("tick-stream");
            OffsetDateTime open =
                    OffsetDateTime.now(ZoneOffset.UTC)
                            .plusSeconds(2)
                            .truncatedTo(ChronoUnit.SECONDS);
            long warm = open.plusSeconds(WARM_UP_SECONDS).toInstant().toEpochMilli();
            Observer emitted = new Observer(kafka, "read_uncommitted", warm);
            Observer committed = new Observer(kafka, "read_committed", warm);
            emitted.start();
            committed.start();
            produce(kafka, market(open, rate, seconds, symbols));
            emitted.finish();
            committed.finish();
            job.cancel().get();
            emitted.print("emitted");
            committed.print("committed");
        }
    }

    /** At noon, so that the session is within a day. */
    private static MarketSpec market(OffsetDateTime open, int rate, int seconds, int symbols) {
        ZoneOffset zone = ZoneOffset.ofHours(12 - open.getHour());
        OffsetDateTime local = open.withOffsetSameInstant(zone);
        return MarketSpec.faultless()
                .exchange("SIM")
                .zone(zone)
                .date(local.toLocalDate())
                .open(local.toLocalTime())
                .close(local.toLocalTime().plusSeconds(seconds))
                .uShape(1)
                .symbols(symbols)
                .ticks((long) rate * seconds)
                .build();
    }

    private static void produce(EmbeddedKafka kafka, MarketSpec market) {
        Properties properties = KafkaConfig.of(kafka.bootstrapServers()).clientProperties();
        properties.setProperty(ProducerConfig.LINGER_MS_CONFIG, "5");
        properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            MarketSimulator simulator = new MarketSimulator(market);
            long now = System.currentTimeMillis();
            while (simulator.hasNext()) {
                SimulatedMessage message = simulator.next();
                long millis = message.eventTime() / NANOS_PER_MILLI;
                while (now < millis) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis - now));
                    now = System.currentTimeMillis();
                }
                producer.send(
                        new ProducerRecord<>(
                                TICKS,
                                Utils.toPositive(Utils.murmur2(message.key())) % PARTITIONS,
                                now,
                                message.key(),
                                message.value()));
            }
            System.out.printf("behind=%d ms%n", System.currentTimeMillis() - now);
        }
    }

    /** Takes the times at which bars come. */
    private static final class Observer extends Thread {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final RecordDecoder<Bar> decoder =
                new RecordDecoder<>(Bar.class, WireSchemas.released());
        private final long warm;
        private long[] latencies = new long[1024];
        private int count;
        private volatile boolean finished;

        Observer(EmbeddedKafka kafka, String isolation, long warm) {
            Properties properties = KafkaConfig.of(kafka.bootstrapServers()).clientProperties();
            properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
            consumer =
                    new KafkaConsumer<>(
                            properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            List<TopicPartition> partitions =
                    List.of(new TopicPartition(BARS, 0), new TopicPartition(BARS, 1));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            this.warm = warm;
        }

        @Override
        public void run() {
            while (!finished) {
                for (ConsumerRecord<byte[], byte[]> message :
                        consumer.poll(Duration.ofMillis(100))) {
                    take(message, System.currentTimeMillis());
                }
            }
            consumer.close();
        }

        private void take(ConsumerRecord<byte[], byte[]> message, long now) {
            Bar bar;
            try {
                bar = decoder.decode(message.value(), new Bar());
            } catch (WireException e) {
                throw new IllegalStateException("A bar cannot be read.", e);
            }
            long due = bar.getWindowEnd() / NANOS_PER_MILLI + OUT_OF_ORDERNESS.toMillis();
            if (due >= warm && bar.getVersion() == 1) {
                if (count == latencies.length) {
                    latencies = Arrays.copyOf(latencies, 2 * count);
                }
                latencies[count++] = now - due;
            }
        }

        void finish() throws InterruptedException {
            finished = true;
            join();
        }

        void print(String what) {
            if (count == 0) {
                throw new IllegalStateException("No bar was " + what + ".");
            }
            long[] sorted = Arrays.copyOf(latencies, count);
            Arrays.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %d | %d | %d |%n",
                    what,
                    count,
                    sorted[count / 2],
                    sorted[(int) (count * 0.99)],
                    sorted[count - 1]);
        }
    }
}
