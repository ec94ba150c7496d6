package io.champion.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * What is said of a message that a job did not take: where it came from and why. It travels as the
 * headers of a dead letter, whose key and value are the original bytes.
 *
 * @param topic where the message came from
 * @param timestamp the message's own, milliseconds since the epoch, UTC
 * @param kind whether it could not be taken, or came too late
 * @param reason code, for counting
 * @param message sentence, for people
 * @param field the field that is wrong; empty if it is none in particular
 * @param value what stands in the field; empty if it is none in particular
 * @param job the job that did not take it
 */
public record DeadLetter(
        String topic,
        int partition,
        long offset,
        long timestamp,
        Kind kind,
        String reason,
        String message,
        String field,
        String value,
        String job) {

    /** Why it is dead. */
    public enum Kind {
        REJECT,
        LATE
    }

    /** Longer values are cut: the original bytes are there. */
    private static final int LONGEST_VALUE = 256;

    private static final int LONGEST_MESSAGE = 1024;

    /** Of key and value; brokers and producers take 1 MiB with headers, unless told otherwise. */
    private static final int LARGEST = 1_000_000;

    private static final String TOPIC = "champion.topic";
    private static final String PARTITION = "champion.partition";
    private static final String OFFSET = "champion.offset";
    private static final String TIMESTAMP = "champion.timestamp";
    private static final String KIND = "champion.kind";
    private static final String REASON = "champion.reason";
    private static final String MESSAGE = "champion.message";
    private static final String FIELD = "champion.field";
    private static final String VALUE = "champion.value";
    private static final String JOB = "champion.job";
    private static final String LEFT_OUT = "champion.left-out";

    public DeadLetter {
        Objects.requireNonNull(topic);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(reason);
        Objects.requireNonNull(message);
        Objects.requireNonNull(field);
        Objects.requireNonNull(job);
        value = cut(value, LONGEST_VALUE);
        message = cut(message, LONGEST_MESSAGE);
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }

    /**
     * The letter. Where key and value are more than a topic takes they are left out; the message is
     * where it came from for as long as its topic keeps it.
     *
     * @param key of the message, may be null
     * @param bytes the message's value, may be null
     */
    public ProducerRecord<byte[], byte[]> record(String to, byte[] key, byte[] bytes) {
        long size = (key == null ? 0L : key.length) + (bytes == null ? 0L : bytes.length);
        if (size <= LARGEST) {
            return new ProducerRecord<>(to, null, key, bytes, headers());
        }
        List<Header> headers = headers();
        add(headers, LEFT_OUT, Long.toString(size));
        return new ProducerRecord<byte[], byte[]>(to, null, null, null, headers);
    }

    /** Bytes of the message that its letter is without; 0 where it has all of them. */
    public static long leftOut(ConsumerRecord<byte[], byte[]> letter) {
        return letter.headers().lastHeader(LEFT_OUT) == null
                ? 0
                : Long.parseLong(text(letter.headers(), LEFT_OUT));
    }

    /** All of it as headers. */
    public List<Header> headers() {
        List<Header> headers = new ArrayList<>(11);
        add(headers, TOPIC, topic);
        add(headers, PARTITION, Integer.toString(partition));
        add(headers, OFFSET, Long.toString(offset));
        add(headers, TIMESTAMP, Long.toString(timestamp));
        add(headers, KIND, kind.name().toLowerCase(Locale.ROOT));
        add(headers, REASON, reason);
        add(headers, MESSAGE, message);
        add(headers, FIELD, field);
        add(headers, VALUE, value);
        add(headers, JOB, job);
        return headers;
    }

    private static void add(List<Header> headers, String key, String value) {
        headers.add(new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads the headers of a dead letter.
     *
     * @throws IllegalArgumentException if the record is no dead letter; the message says which
     *     record and what it lacks
     */
    public static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        try {
            Headers headers = record.headers();
            return new DeadLetter(
                    text(headers, TOPIC),
                    Integer.parseInt(text(headers, PARTITION)),
                    Long.parseLong(text(headers, OFFSET)),
                    Long.parseLong(text(headers, TIMESTAMP)),
                    Kind.valueOf(text(headers, KIND).toUpperCase(Locale.ROOT)),
                    text(headers, REASON),
                    text(headers, MESSAGE),
                    text(headers, FIELD),
                    text(headers, VALUE),
                    text(headers, JOB));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Record "
                            + record.offset()
                            + " of "
                            + record.topic()
                            + " partition "
                            + record.partition()
                            + " is no dead letter: "
                            + e.getMessage()
                            + ".",
                    e);
        }
    }

    private static String text(Headers headers, String key) {
        Header header = headers.lastHeader(key);
        if (header == null || header.value() == null) {
            throw new IllegalArgumentException("it has no header " + key);
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
