package io.champion.bench;

import io.champion.kafka.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A bare poll loop, one thread for each partition: what no job can be faster than. */
final class PlainConsumer {
    private PlainConsumer() {}

    /**
     * Reads the whole topic.
     *
     * @return how many messages it has
     */
    static long run(String servers) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(TickTopic.PARTITIONS);
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < TickTopic.PARTITIONS; i++) {
            TopicPartition partition = new TopicPartition(TickTopic.NAME, i);
            counts.add(threads.submit(() -> count(servers, List.of(partition))));
        }
        long sum = 0;
        for (Future<Long> count : counts) {
            sum += count.get();
        }
        threads.shutdown();
        return sum;
    }

    /** Committed messages of a topic, now. */
    static long committed(String servers, String topic) {
        List<TopicPartition> partitions;
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(servers)) {
            partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
        }
        return count(servers, partitions);
    }

    private static long count(String servers, List<TopicPartition> partitions) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(servers)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long count = 0;
            long bytes = 0;
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<byte[], byte[]> message :
                        consumer.poll(Duration.ofMillis(200))) {
                    count++;
                    bytes += message.value().length;
                }
            }
            if (bytes < count) {
                throw new IllegalStateException("There are messages without a value.");
            }
            return count;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String servers) {
        Properties properties = KafkaConfig.of(servers).clientProperties();
        properties.setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
