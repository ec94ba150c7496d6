package io.champion.bench;

import io.champion.kafka.KafkaConfig;
import io.champion.local.EmbeddedKafka;
import io.champion.local.market.Fault;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * A broker's folder with half an hour of a simulated market on a topic of two partitions: {@code
 * TickTopic FOLDER MESSAGES SYMBOLS CODEC}. Nothing is malformed or late, so that a plain job can
 * read it too.
 */
final class TickTopic {
    static final String NAME = "ticks";
    static final int PARTITIONS = 2;

    private static final String FACTS = "topic.properties";
    private static final double DUPLICATE_RATE = 0.001;

    private TickTopic() {}

    /**
     * What is on the topic.
     *
     * @param distinct messages without their duplicates
     * @param bytes of all values
     */
    record Facts(long messages, long distinct, long bytes) {

        static Facts of(Path folder) throws IOException {
            Properties facts = new Properties();
            try (Reader in = Files.newBufferedReader(folder.resolve(FACTS))) {
                facts.load(in);
            }
            return new Facts(
                    Long.parseLong(facts.getProperty("messages")),
                    Long.parseLong(facts.getProperty("distinct")),
                    Long.parseLong(facts.getProperty("bytes")));
        }

        void write(Path folder) throws IOException {
            Properties facts = new Properties();
            facts.setProperty("messages", String.valueOf(messages));
            facts.setProperty("distinct", String.valueOf(distinct));
            facts.setProperty("bytes", String.valueOf(bytes));
            try (Writer out = Files.newBufferedWriter(folder.resolve(FACTS))) {
                facts.store(out, null);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        long messages = Long.parseLong(args[1]);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            kafka.createTopic(NAME, PARTITIONS);
            MarketSpec market =
                    MarketSpec.builder()
                            .ticks(messages)
                            .symbols(Integer.parseInt(args[2]))
                            .open(LocalTime.of(9, 15))
                            .close(LocalTime.of(9, 45))
                            .uShape(1)
                            .outsideSession(0)
                            .duplicateRate(DUPLICATE_RATE)
                            .lateRate(0)
                            .malformedRate(0)
                            .build();
            Facts facts = produce(kafka, market, messages, args[3]);
            facts.write(folder);
            System.out.println(facts);
        }
    }

    private static Facts produce(
            EmbeddedKafka kafka, MarketSpec market, long messages, String codec) throws Exception {
        Properties properties = KafkaConfig.of(kafka.bootstrapServers()).clientProperties();
        properties.setProperty(ProducerConfig.LINGER_MS_CONFIG, "20");
        properties.setProperty(ProducerConfig.BATCH_SIZE_CONFIG, "262144");
        properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, codec);
        AtomicReference<Exception> failure = new AtomicReference<>();
        long distinct = 0;
        long bytes = 0;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            MarketSimulator simulator = new MarketSimulator(market);
            for (long i = 0; i < messages; i++) {
                SimulatedMessage message = simulator.next();
                if (message.fault() != Fault.DUPLICATE) {
                    distinct++;
                }
                bytes += message.value().length;
                producer.send(
                        new ProducerRecord<>(
                                NAME,
                                Utils.toPositive(Utils.murmur2(message.key())) % PARTITIONS,
                                message.eventTime() / 1_000_000,
                                message.key(),
                                message.value()),
                        (done, e) -> failure.compareAndSet(null, e));
            }
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return new Facts(messages, distinct, bytes);
    }
}
