package io.champion.cli;

import io.champion.kafka.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic of dead letters, and what was sent back of it. Only committed records are read.
 *
 * <p>What was sent back is remembered in a compacted topic beside it, {@code <topic>-resent}, with
 * a record for each letter that is written in one transaction with the message itself; so a letter
 * is sent back once, whatever is sent back together and however a command ends. Two commands do not
 * overlap: they have the same transactional id, and the one that begins later fences off the other.
 */
final class DeadLetterTopic implements AutoCloseable {

    private static final String RESENT = "-resent";
    private static final Duration POLL = Duration.ofMillis(200);

    /** Less than the broker's patience with an open transaction, which is a minute. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private static final long COMMIT_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final Broker broker;
    private final String topic;
    private final Admin admin;
    private final TopicDescription description;
    private Set<String> resent;
    private long foreign;
    private String firstForeign;

    /**
     * A dead letter.
     *
     * @param record key and value are those of the message
     * @param resent whether it was sent back
     */
    record Letter(ConsumerRecord<byte[], byte[]> record, DeadLetter about, boolean resent) {

        /** Whether it is still to be sent back, and has what to send. */
        boolean canBeSent() {
            return !resent && DeadLetter.leftOut(record) == 0;
        }
    }

    private DeadLetterTopic(Broker broker, String topic, Admin admin) {
        this.broker = broker;
        this.topic = topic;
        this.admin = admin;
        this.description =
                find(topic)
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                ExitCode.INPUT,
                                                "There is no topic '"
                                                        + topic
                                                        + "' at "
                                                        + broker.servers()
                                                        + ": name another with --topic."));
        this.resent = readResent();
    }

    /**
     * Connects.
     *
     * @throws UserException if Kafka cannot be reached, or has no such topic
     */
    static DeadLetterTopic open(Broker broker, String topic) {
        Admin admin;
        try {
            admin = Topics.admin(broker);
        } catch (KafkaException e) {
            throw broker.failed(e);
        }
        try {
            return new DeadLetterTopic(broker, topic, admin);
        } catch (RuntimeException e) {
            admin.close(Duration.ZERO);
            throw e;
        }
    }

    /** Hands on the letters that there are now, each partition's in their order. */
    void read(Consumer<Letter> reader) {
        foreign = 0;
        scan(
                description,
                record -> {
                    DeadLetter about;
                    try {
                        about = DeadLetter.of(record);
                    } catch (IllegalArgumentException e) {
                        if (foreign++ == 0) {
                            firstForeign = e.getMessage();
                        }
                        return;
                    }
                    reader.accept(new Letter(record, about, resent.contains(name(record))));
                });
    }

    /** What to say of records that {@link #read} found to be no dead letters; empty if none. */
    Optional<String> complaint() {
        return foreign == 0
                ? Optional.empty()
                : Optional.of(
                        Text.count(foreign, "record")
                                + " of "
                                + topic
                                + " left out, no dead letters. The first: "
                                + firstForeign);
    }

    /**
     * One letter.
     *
     * @throws UserException if there is none at that place
     */
    Letter at(int partition, long offset) {
        TopicPartition place = new TopicPartition(topic, partition);
        if (partition < description.partitions().size()) {
            try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                consumer.assign(List.of(place));
                long first = consumer.beginningOffsets(List.of(place)).get(place);
                long end = consumer.endOffsets(List.of(place)).get(place);
                if (offset >= first && offset < end) {
                    consumer.seek(place, offset);
                    ConsumerRecord<byte[], byte[]> found = null;
                    Patience patience = new Patience();
                    while (found == null && consumer.position(place) <= offset) {
                        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                            found = found == null ? record : found;
                        }
                        patience.check();
                    }
                    if (found != null && found.offset() == offset) {
                        return new Letter(
                                found, DeadLetter.of(found), resent.contains(name(found)));
                    }
                }
            } catch (IllegalArgumentException e) {
                throw new UserException(ExitCode.INPUT, e.getMessage(), e);
            } catch (KafkaException e) {
                throw broker.failed(e);
            }
        }
        throw new UserException(
                ExitCode.INPUT,
                topic + " has no record " + partition + ":" + offset + ": take one from the list.");
    }

    /**
     * Sends letters back where they came from, with their keys and values as they were, unless they
     * were sent back before.
     *
     * @param wanted which
     * @return how many, by topic
     * @throws UserException if one of the topics is not there or Kafka fails; what was committed
     *     until then is remembered, and is not sent again
     */
    Map<String, Long> resend(LetterFilter wanted) {
        createResent();
        Properties properties = broker.client();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "champion-deadletters-" + topic);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            // What another command had committed until it was fenced off.
            resent = readResent();
            Resend resend = new Resend(producer, wanted);
            try {
                read(resend);
                resend.commit();
            } catch (RuntimeException e) {
                // Else closing would wait for what is to be sent.
                producer.close(Duration.ZERO);
                throw e;
            }
            return resend.sent;
        } catch (KafkaException e) {
            throw broker.failed(e);
        }
    }

    /** Sends in transactions of about a second. */
    private final class Resend implements Consumer<Letter> {

        private final KafkaProducer<byte[], byte[]> producer;
        private final LetterFilter wanted;
        private final Map<String, Long> sent = new TreeMap<>();
        private boolean open;
        private long began;

        Resend(KafkaProducer<byte[], byte[]> producer, LetterFilter wanted) {
            this.producer = producer;
            this.wanted = wanted;
        }

        @Override
        public void accept(Letter letter) {
            if (open && System.nanoTime() - began > COMMIT_EVERY) {
                commit();
            }
            if (!letter.canBeSent() || !wanted.matches(letter.about())) {
                return;
            }
            String target = letter.about().topic();
            if (!sent.containsKey(target)) {
                requireTarget(target);
            }
            if (!open) {
                producer.beginTransaction();
                open = true;
                began = System.nanoTime();
            }
            ConsumerRecord<byte[], byte[]> record = letter.record();
            // A failure of either fails the commit.
            producer.send(new ProducerRecord<>(target, record.key(), record.value()));
            producer.send(new ProducerRecord<>(topic + RESENT, bytes(name(record)), bytes(target)));
            sent.merge(target, 1L, Long::sum);
        }

        void commit() {
            if (open) {
                producer.commitTransaction();
                open = false;
            }
        }
    }

    private void requireTarget(String target) {
        if (target.equals(topic) || target.equals(topic + RESENT)) {
            throw new UserException(
                    ExitCode.INPUT,
                    "A letter of "
                            + topic
                            + " says that it came from there; leave it out by --of.");
        }
        if (find(target).isEmpty()) {
            throw new UserException(
                    ExitCode.INPUT,
                    "There is no topic '"
                            + target
                            + "' to send back to: make it, or choose others by --of.");
        }
    }

    /**
     * What a letter is called in the topic of those sent back. A topic that is made anew begins
     * with its old offsets again, but has another id.
     */
    private String name(ConsumerRecord<byte[], byte[]> record) {
        return description.topicId() + ":" + record.partition() + ":" + record.offset();
    }

    private Set<String> readResent() {
        Set<String> names = new HashSet<>();
        find(topic + RESENT)
                .ifPresent(
                        found ->
                                scan(
                                        found,
                                        record ->
                                                names.add(
                                                        new String(
                                                                record.key(),
                                                                StandardCharsets.UTF_8))));
        return names;
    }

    private void createResent() {
        if (find(topic + RESENT).isPresent()) {
            return;
        }
        NewTopic compacted =
                new NewTopic(topic + RESENT, Optional.of(1), Optional.empty())
                        .configs(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        try {
            admin.createTopics(List.of(compacted)).all().get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            // Somebody else may have made it meanwhile.
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw broker.failed(e);
            }
        }
    }

    private Optional<TopicDescription> find(String name) {
        try {
            return Topics.find(admin, name);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException | KafkaException e) {
            throw broker.failed(e);
        }
    }

    private static UserException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UserException(ExitCode.FAILED, "Interrupted while waiting for Kafka.", e);
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Properties properties = broker.client();
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads from the beginnings to what are the ends now. */
    private void scan(TopicDescription from, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        List<TopicPartition> partitions =
                IntStream.range(0, from.partitions().size())
                        .mapToObj(partition -> new TopicPartition(from.name(), partition))
                        .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Patience patience = new Patience();
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    patience.renew();
                    TopicPartition place = new TopicPartition(record.topic(), record.partition());
                    if (record.offset() < ends.get(place)) {
                        reader.accept(record);
                    }
                }
                patience.check();
            }
        } catch (KafkaException e) {
            throw broker.failed(e);
        }
    }

    /** How long Kafka may give nothing although there is something. */
    private final class Patience {

        private long since = System.nanoTime();

        void renew() {
            since = System.nanoTime();
        }

        void check() {
            if (System.nanoTime() - since > PATIENCE) {
                throw new UserException(
                        ExitCode.UNAVAILABLE,
                        "Kafka at "
                                + broker.servers()
                                + " has given nothing for "
                                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE)
                                + " s.");
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
