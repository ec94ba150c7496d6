package io.champion.ticks;

import org.apache.avro.SchemaNormalization;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Takes messages from Kafka as they are. Of the value no more is read than the event time and the
 * instrument; where that cannot be done, the message goes to any engine, which finds out why.
 */
final class TickMessages implements KafkaRecordDeserializationSchema<TickMessage> {
    private static final long serialVersionUID = 1L;

    private static final int HEADER = 10;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long maxAhead;

    private transient long fingerprint;
    private transient Names names;
    private transient byte[] id;
    private transient byte[] bytes;
    private transient int position;

    /**
     * @param maxAhead milliseconds by which an event time may lie after the message's timestamp to
     *     move the watermark
     */
    TickMessages(long maxAhead) {
        this.maxAhead = maxAhead;
    }

    @Override
    public void open(
            org.apache.flink.api.common.serialization.DeserializationSchema.InitializationContext
                    context) {
        fingerprint =
                SchemaNormalization.parsingFingerprint64(
                        io.champion.model.record.EquityTrade.getClassSchema());
        names = new Names();
        id = new byte[64];
    }

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> message, Collector<TickMessage> messages) {
        TickMessage tick =
                new TickMessage(
                        message.partition(),
                        message.offset(),
                        message.timestamp(),
                        message.key(),
                        message.value(),
                        null);
        try {
            peek(tick);
        } catch (ArrayIndexOutOfBoundsException e) {
            // The value ends too early, or is something else.
            tick.instrument = null;
        }
        if (tick.instrument == null) {
            tick.instrument = "?" + message.partition();
            tick.eventMillis = TickMessage.NO_TIME;
        }
        messages.collect(tick);
    }

    private void peek(TickMessage tick) {
        bytes = tick.value;
        if (bytes == null || bytes.length < HEADER || bytes[0] != (byte) 0xC3 || bytes[1] != 1) {
            return;
        }
        long found = 0;
        for (int i = HEADER - 1; i >= 2; i--) {
            found = found << 8 | bytes[i] & 0xFF;
        }
        if (found != fingerprint) {
            return;
        }
        position = HEADER;
        number();
        long time = number() / NANOS_PER_MILLI;
        number();
        text();
        text();
        text();
        int symbolLength = text();
        int symbolEnd = position;
        int exchangeLength = text();
        int exchangeEnd = position;
        int seriesLength = text();
        int length = exchangeLength + 1 + symbolLength + (seriesLength == 0 ? 0 : 1 + seriesLength);
        if (length > id.length) {
            id = new byte[length * 2];
        }
        System.arraycopy(bytes, exchangeEnd - exchangeLength, id, 0, exchangeLength);
        id[exchangeLength] = ':';
        System.arraycopy(bytes, symbolEnd - symbolLength, id, exchangeLength + 1, symbolLength);
        if (seriesLength > 0) {
            id[length - seriesLength - 1] = ':';
            System.arraycopy(
                    bytes, position - seriesLength, id, length - seriesLength, seriesLength);
        }
        tick.instrument = names.of(id, 0, length);
        tick.eventMillis = time <= tick.timestamp + maxAhead ? time : TickMessage.NO_TIME;
    }

    private long number() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[position++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
    }

    /** Goes past a text and says how many bytes it has. */
    private int text() {
        long length = number();
        if (length < 0 || length > bytes.length - position) {
            throw new ArrayIndexOutOfBoundsException();
        }
        position += (int) length;
        return (int) length;
    }

    @Override
    public TypeInformation<TickMessage> getProducedType() {
        return TickMessageSerializer.TYPE;
    }
}
