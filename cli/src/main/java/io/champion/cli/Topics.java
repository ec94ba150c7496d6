package io.champion.cli;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Asks a Kafka about its topics. */
final class Topics {
    private Topics() {}

    private static final int TIMEOUT_MS = 10_000;

    /** A client that gives up as soon as a person would. */
    static Admin admin(Broker broker) {
        Properties properties = broker.client();
        properties.put(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(TIMEOUT_MS));
        properties.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString(TIMEOUT_MS / 2));
        return Admin.create(properties);
    }

    /**
     * Makes a topic, unless it is there.
     *
     * @param partitions null for what the brokers give to a new topic
     * @return how many partitions it has
     */
    static int make(Admin admin, String topic, Integer partitions)
            throws InterruptedException, ExecutionException {
        Optional<TopicDescription> found = find(admin, topic);
        if (found.isEmpty()) {
            NewTopic wanted =
                    new NewTopic(topic, Optional.ofNullable(partitions), Optional.empty());
            try {
                return admin.createTopics(List.of(wanted)).numPartitions(topic).get();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw e;
                }
                // Somebody else made it meanwhile.
                found = find(admin, topic);
            }
        }
        return found.orElseThrow().partitions().size();
    }

    /**
     * The positions after the last messages that a reader of committed ones can see now. Other than
     * the ends of a log, they pass over the marks of transactions, which no reader's committed
     * position does. Partitions without messages are left out.
     */
    static Map<TopicPartition, Long> ends(Broker broker, String topic) {
        Properties properties = broker.client();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> last = new HashMap<>();
            for (TopicPartition partition : partitions) {
                long begin = begins.get(partition);
                long after = afterLast(consumer, partition, begin, ends.get(partition));
                if (after > begin) {
                    last.put(partition, after);
                }
            }
            return last;
        } catch (KafkaException e) {
            throw broker.failed(e);
        }
    }

    /** Forgets a group's committed positions in a topic. */
    static void forget(Admin admin, String group, String topic)
            throws ExecutionException, InterruptedException {
        Set<TopicPartition> committed =
                admin
                        .listConsumerGroupOffsets(group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .keySet()
                        .stream()
                        .filter(partition -> partition.topic().equals(topic))
                        .collect(Collectors.toSet());
        if (!committed.isEmpty()) {
            admin.deleteConsumerGroupOffsets(group, committed).all().get();
        }
    }

    /** Whether a group's committed positions have reached these ends. */
    static boolean areTaken(
            Broker broker, Admin admin, String group, Map<TopicPartition, Long> ends) {
        try {
            Map<TopicPartition, OffsetAndMetadata> taken =
                    admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            return ends.entrySet().stream()
                    .allMatch(
                            end ->
                                    taken.get(end.getKey()) != null
                                            && taken.get(end.getKey()).offset() >= end.getValue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException(ExitCode.FAILED, "Interrupted.", e);
        } catch (ExecutionException e) {
            throw broker.failed(e.getCause());
        }
    }

    private static long afterLast(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long begin,
            long end) {
        consumer.assign(List.of(partition));
        for (long back = 1; ; back *= 2) {
            long from = Math.max(begin, end - back);
            consumer.seek(partition, from);
            long last = begin;
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> message :
                        consumer.poll(Duration.ofMillis(TIMEOUT_MS))) {
                    last = message.offset() + 1;
                }
            }
            if (last > begin || from == begin) {
                return last;
            }
        }
    }

    /** Empty if there is no such topic. */
    static Optional<TopicDescription> find(Admin admin, String topic)
            throws InterruptedException, ExecutionException {
        try {
            return Optional.of(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
