package io.champion.ticks;

import io.champion.kafka.KafkaConfig;
import io.champion.local.market.Fault;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Puts a simulated market on a topic: the next part of it at once, or in a thread at a steady rate.
 * It knows where each message lies, because the producer is idempotent and alone.
 */
final class MarketFeed implements AutoCloseable {
    static final int PARTITIONS = 4;

    private static final int SLICES_PER_SECOND = 50;

    private final MarketSpec market;
    private final String topic;
    private final long closing;
    private final MarketSimulator messages;
    private final KafkaProducer<byte[], byte[]> producer;

    /** Of each partition, how many messages were put there. */
    private final long[] sent = new long[PARTITIONS];

    /** What must come back as a dead letter, by partition and offset. */
    private final Map<String, byte[]> faulty = new HashMap<>();

    private Thread thread;
    private volatile boolean hurry;
    private volatile Throwable failure;

    MarketFeed(MarketSpec market, String topic, KafkaConfig kafka) {
        this.market = market;
        this.topic = topic;
        messages = new MarketSimulator(market);
        closing =
                market.date()
                        .plusDays(1)
                        .atTime(market.close().plusHours(4))
                        .atZone(market.zone())
                        .toInstant()
                        .toEpochMilli();
        Properties properties = kafka.clientProperties();
        properties.setProperty("linger.ms", "20");
        properties.setProperty("enable.idempotence", "true");
        // The broker may be away for a while.
        properties.setProperty("delivery.timeout.ms", "600000");
        producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Puts the next so many messages on the topic; fewer where the market ends. */
    void produce(long number) {
        send(number);
        producer.flush();
        check();
    }

    private void send(long number) {
        for (long i = 0; i < number && messages.hasNext(); i++) {
            SimulatedMessage message = messages.next();
            int partition = Utils.toPositive(Utils.murmur2(message.key())) % PARTITIONS;
            if (message.fault().isMalformed() || message.fault() == Fault.LATE) {
                faulty.put(partition + "@" + sent[partition], message.value());
            }
            send(partition, message.eventTime() / 1_000_000, message.key(), message.value());
        }
    }

    private void send(int partition, long millis, byte[] key, byte[] value) {
        sent[partition]++;
        producer.send(
                new ProducerRecord<>(topic, partition, millis, key, value),
                (done, exception) -> {
                    if (exception != null) {
                        failure = exception;
                    }
                });
    }

    private void check() {
        if (failure != null) {
            throw new IllegalStateException("The market was not produced.", failure);
        }
    }

    /** Begins to put the rest of the market on the topic, at a steady rate. */
    void start(int messagesPerSecond) {
        thread = new Thread(() -> run(messagesPerSecond / SLICES_PER_SECOND), "market-feed");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((ended, exception) -> failure = exception);
        thread.start();
    }

    private void run(int slice) {
        long next = System.nanoTime();
        while (messages.hasNext()) {
            send(slice);
            next += TimeUnit.SECONDS.toNanos(1) / SLICES_PER_SECOND;
            while (!hurry && System.nanoTime() < next) {
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }

    /** Whether there is more to come from the thread. */
    boolean isRunning() {
        check();
        return thread.isAlive();
    }

    /**
     * Puts the rest of the market on the topic as fast as possible, and ends it with a tick in each
     * partition, long after all others and of no session.
     */
    void finish() throws InterruptedException {
        hurry = true;
        if (thread != null) {
            thread.join();
        }
        send(Long.MAX_VALUE);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            send(partition, closing, null, closingMessage(partition));
        }
        producer.flush();
        check();
    }

    private byte[] closingMessage(int partition) {
        EquityTrade last =
                Ticks.trade("CLOSING" + partition, partition, closing, 1.0, 1.0, TickKind.TRADE);
        return Ticks.message(last).value();
    }

    /** Time of the last ticks, in milliseconds since the epoch. */
    long closing() {
        return closing;
    }

    /** Of each partition, how many messages are there. */
    long[] sent() {
        return sent;
    }

    /** The message that must come back as a dead letter; null if this one need not. */
    byte[] faulty(int partition, long offset) {
        return faulty.get(partition + "@" + offset);
    }

    /** The values of the finished feed once more. */
    Iterator<byte[]> again() {
        MarketSimulator again = new MarketSimulator(market);
        return Stream.concat(
                        Stream.generate(() -> again.hasNext() ? again.next().value() : null)
                                .takeWhile(value -> value != null),
                        IntStream.range(0, PARTITIONS).mapToObj(this::closingMessage))
                .iterator();
    }

    @Override
    public void close() throws InterruptedException {
        if (thread != null) {
            // Its last sends fail, if it still runs.
            thread.interrupt();
            thread.join();
        }
        producer.close();
    }
}
