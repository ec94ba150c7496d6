package io.champion.cli;

import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends messages to a topic at a pace, each one once: by an idempotent producer, or in transactions
 * that are committed once a second.
 */
final class TickPublisher implements AutoCloseable {

    static final int DEFAULT_PARTITIONS = 4;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SHOW_EVERY = SECOND / 4;

    /** How often the clock is looked at while messages are sent flat out. */
    private static final int CLOCK_MASK = 0xFF;

    private final Console console;
    private final String topic;
    private final int partitions;
    private final boolean transactional;
    private final KafkaProducer<byte[], byte[]> producer;
    private final long started = System.nanoTime();
    private long sent;
    private long bytes;
    private long transactionBegan;
    private long shownAt = started;
    private long shownSent;
    private volatile Exception failure;

    private TickPublisher(
            Console console,
            String topic,
            int partitions,
            boolean transactional,
            KafkaProducer<byte[], byte[]> producer) {
        this.console = console;
        this.topic = topic;
        this.partitions = partitions;
        this.transactional = transactional;
        this.producer = producer;
    }

    /**
     * Connects, and makes the topic if there is none.
     *
     * @param partitions of the topic; null for {@link #DEFAULT_PARTITIONS} or what it has
     * @throws UserException if Kafka cannot be reached, or the topic has other partitions
     */
    static TickPublisher open(
            Console console,
            Broker broker,
            String topic,
            Integer partitions,
            boolean transactional) {
        int found = prepare(broker, topic, partitions);
        Properties properties = broker.client();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, "20");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "262144");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        if (transactional) {
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "champion-" + UUID.randomUUID());
        }
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
        TickPublisher publisher = new TickPublisher(console, topic, found, transactional, producer);
        try {
            if (transactional) {
                producer.initTransactions();
                publisher.begin();
            }
            return publisher;
        } catch (KafkaException e) {
            publisher.close();
            throw broker.failed(e);
        }
    }

    private static int prepare(Broker broker, String topic, Integer wanted) {
        try (Admin admin = Topics.admin(broker)) {
            int found = Topics.make(admin, topic, wanted == null ? DEFAULT_PARTITIONS : wanted);
            if (wanted != null && found != wanted) {
                throw new UserException(
                        ExitCode.USAGE,
                        "The topic '"
                                + topic
                                + "' has "
                                + found
                                + " partitions, not "
                                + wanted
                                + "; leave --partitions out, or name another --topic.");
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserException(ExitCode.FAILED, "Interrupted while connecting to Kafka.", e);
        } catch (ExecutionException e) {
            throw broker.failed(e.getCause());
        } catch (KafkaException e) {
            throw broker.failed(e);
        }
    }

    /**
     * Sends a message when it is due.
     *
     * @param due nanoseconds after the publisher was opened
     * @param where what the progress line says of the message
     */
    void publish(byte[] key, byte[] value, long due, Supplier<String> where) {
        await(due, where);
        if (failure != null) {
            throw failed(failure);
        }
        try {
            producer.send(
                    new ProducerRecord<>(topic, key, value),
                    (position, problem) -> {
                        if (problem != null && failure == null) {
                            failure = problem;
                        }
                    });
            sent++;
            bytes += key.length + value.length;
            if ((sent & CLOCK_MASK) == 0) {
                look(System.nanoTime(), where);
            }
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private void await(long due, Supplier<String> where) {
        if (due == 0) {
            return;
        }
        for (long now = System.nanoTime(); now - started < due; now = System.nanoTime()) {
            look(now, where);
            LockSupport.parkNanos(Math.min(due - (now - started), SHOW_EVERY));
            if (Thread.interrupted()) {
                throw new UserException(ExitCode.FAILED, "Interrupted.");
            }
        }
    }

    /** Does what is due by the clock. */
    private void look(long now, Supplier<String> where) {
        if (transactional && now - transactionBegan >= SECOND) {
            producer.commitTransaction();
            begin();
        }
        if (now - shownAt >= SHOW_EVERY) {
            console.progress(
                    Text.count(sent, "message")
                            + ", "
                            + Text.number(rate(sent - shownSent, now - shownAt))
                            + " a second, "
                            + where.get());
            shownAt = now;
            shownSent = sent;
        }
    }

    private void begin() {
        producer.beginTransaction();
        transactionBegan = System.nanoTime();
    }

    private UserException failed(Exception cause) {
        return new UserException(
                ExitCode.FAILED,
                "Kafka did not take message "
                        + sent
                        + " or one of the last before it: "
                        + Failures.explain(cause)
                        + (transactional ? " What was not committed is not visible." : ""),
                cause);
    }

    /** Waits until Kafka has all messages; says how many and how fast. */
    String finish() {
        try {
            if (transactional) {
                producer.commitTransaction();
            } else {
                producer.flush();
            }
        } catch (KafkaException e) {
            throw failed(e);
        }
        if (failure != null) {
            throw failed(failure);
        }
        console.endProgress();
        long took = System.nanoTime() - started;
        return "%s in topic %s, %s, in %s: %s messages and %s a second."
                .formatted(
                        Text.count(sent, "message"),
                        topic,
                        Text.count(partitions, "partition"),
                        Text.seconds(took),
                        Text.number(rate(sent, took)),
                        Text.bytes(rate(bytes, took)));
    }

    private static long rate(long number, long nanos) {
        return Math.round(number / Math.max(nanos / 1e9, 1e-9));
    }

    @Override
    public void close() {
        // After a failure nothing is waited for; an open transaction is aborted by the broker.
        producer.close(Duration.ZERO);
    }
}
