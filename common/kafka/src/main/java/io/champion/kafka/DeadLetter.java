package io.champion.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

    public DeadLetter {
        Objects.requireNonNull(topic);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(reason);
        Objects.requireNonNull(message);
        Objects.requireNonNull(field);
        Objects.requireNonNull(job);
        value = value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value;
    }

    /** All of it as headers. */
    public List<Header> headers() {
        List<Header> headers = new ArrayList<>(10);
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
