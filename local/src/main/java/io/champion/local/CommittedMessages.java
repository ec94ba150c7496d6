package io.champion.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What readers of committed messages find in a topic. */
public final class CommittedMessages {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private CommittedMessages() {}

    /**
     * Reads a topic from its beginning to where it ends now, each partition in its order.
     *
     * <p>The end is that of all messages, not of the committed ones: a broker writes the marks of a
     * commit after it has told the producer that the commit is done, so the last messages that were
     * committed may become readable a moment later. They are waited for.
     *
     * @param brokers host and port of a broker without security
     * @throws IllegalStateException if a transaction stays open for two minutes
     */
    public static void read(
            String brokers, String topic, Consumer<ConsumerRecord<byte[], byte[]>> action) {
        try (KafkaConsumer<byte[], byte[]> all = consumer(brokers, "read_uncommitted");
                KafkaConsumer<byte[], byte[]> committed = consumer(brokers, "read_committed")) {
            Map<TopicPartition, Long> ends =
                    all.endOffsets(
                            all.partitionsFor(topic).stream()
                                    .map(p -> new TopicPartition(topic, p.partition()))
                                    .toList());
            committed.assign(ends.keySet());
            committed.seekToBeginning(ends.keySet());
            Map<TopicPartition, Long> before = positions(committed);
            long advanced = System.nanoTime();
            while (ends.entrySet().stream()
                    .anyMatch(end -> committed.position(end.getKey()) < end.getValue())) {
                committed.poll(Duration.ofMillis(100)).forEach(action);
                Map<TopicPartition, Long> now = positions(committed);
                if (!now.equals(before)) {
                    before = now;
                    advanced = System.nanoTime();
                } else if (System.nanoTime() - advanced > PATIENCE.toNanos()) {
                    throw new IllegalStateException(
                            "A transaction stays open: readers are at "
                                    + now
                                    + ", messages end at "
                                    + ends);
                }
            }
        }
    }

    /** As {@link #read}, all at once. */
    public static List<ConsumerRecord<byte[], byte[]>> of(EmbeddedKafka kafka, String topic) {
        List<ConsumerRecord<byte[], byte[]>> messages = new ArrayList<>();
        read(kafka.bootstrapServers(), topic, messages::add);
        return messages;
    }

    private static Map<TopicPartition, Long> positions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.assignment().stream()
                .collect(Collectors.toMap(Function.identity(), consumer::position));
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String brokers, String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        brokers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
