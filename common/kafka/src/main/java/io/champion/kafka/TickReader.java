package io.champion.kafka;

import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Reads ticks where they lie in their messages, without making objects of them: they come by the
 * million. Messages are those that {@link RecordDecoder} reads; one of another version of the
 * contract, or with texts that are not ASCII, is first written again as the contract has it. Not
 * thread-safe.
 */
public final class TickReader {

    /** The dataset of ticks. */
    public static final Dataset DATASET = Dataset.of(EquityTrade.getClassSchema());

    /** Fingerprint of the contract that this class knows. */
    static final long CONTRACT = 0xA820B2BF646BBA2EL;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private static final TickKind[] KINDS = TickKind.values();
    private static final byte[][] KIND_NAMES =
            Arrays.stream(KINDS)
                    .map(kind -> kind.name().getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);

    /** A text of a tick. */
    public enum Text {
        SOURCE,
        SCHEMA_VERSION,
        ENTITY_ID,
        SYMBOL,
        EXCHANGE,
        SERIES,
        TRADE_ID,

        /** May be null. */
        SIDE
    }

    private static final Text[] TEXTS = Text.values();

    private final RecordDecoder<EquityTrade> decoder;
    private final RecordEncoder<EquityTrade> encoder =
            RecordEncoder.singleObject(EquityTrade.class);
    private final PerSchema<Boolean> ofContract;
    private final AvroBytes in = new AvroBytes();

    private final int[] starts = new int[TEXTS.length];
    private final int[] ends = new int[TEXTS.length];
    private boolean isAscii;
    private long eventId;
    private long eventTime;
    private long ingestTime;
    private long sequenceNumber;
    private TickKind kind;
    private boolean hasReceiveTime;
    private long receiveTime;
    private boolean hasPrice;
    private double price;
    private boolean hasSize;
    private double size;
    private boolean hasSide;
    private long[] conditions = new long[8];
    private int conditionCount;

    /**
     * @param schemas those that messages may have been written with
     */
    public TickReader(WireSchemas schemas) {
        decoder = new RecordDecoder<>(EquityTrade.class, schemas);
        ofContract = new PerSchema<>(schemas, TickReader::isContract);
    }

    private static boolean isContract(Schema writer) {
        return SchemaNormalization.parsingFingerprint64(writer) == CONTRACT;
    }

    /**
     * Reads a message; the other methods say what was found until the next call.
     *
     * @param message the value of a Kafka record, not to be changed until the next call; null is
     *     {@link WireException.Reason#EMPTY}
     * @throws WireException if the message is no tick
     * @throws RegistryException if the registry has to be asked and does not answer
     */
    public void read(byte[] message) throws WireException {
        if (ofContract.of(message)) {
            readContract(message);
            if (isAscii) {
                return;
            }
        }
        readContract(encoder.encode(decoder.decode(message, new EquityTrade())));
    }

    private void readContract(byte[] message) throws WireException {
        in.wrap(message, WireSchemas.recordStart(message));
        eventId = in.readLong();
        eventTime = in.readLong();
        ingestTime = in.readLong();
        int firstText = in.position();
        for (int text = 0; text <= Text.TRADE_ID.ordinal(); text++) {
            readText(text);
        }
        isAscii = isAscii(message, firstText, in.position());
        sequenceNumber = in.readLong();
        kind = KINDS[in.readIndex(KINDS.length)];
        hasReceiveTime = isPresent();
        receiveTime = hasReceiveTime ? in.readLong() : 0;
        hasPrice = isPresent();
        price = hasPrice ? in.readDouble() : 0;
        hasSize = isPresent();
        size = hasSize ? in.readDouble() : 0;
        hasSide = isPresent();
        if (hasSide) {
            int start = in.position();
            readText(Text.SIDE.ordinal());
            isAscii &= isAscii(message, start, in.position());
        }
        readConditions();
        in.requireEnd();
    }

    private void readText(int text) throws WireException {
        int length = in.readLength();
        starts[text] = in.position();
        in.skip(length);
        ends[text] = in.position();
    }

    /** Of the unions here null is the first branch. */
    private boolean isPresent() throws WireException {
        return in.readIndex(2) == 1;
    }

    private void readConditions() throws WireException {
        conditionCount = 0;
        for (int count = in.readBlock(); count > 0; count = in.readBlock()) {
            if (conditions.length - conditionCount < count) {
                conditions = Arrays.copyOf(conditions, 2 * (conditionCount + count));
            }
            for (int i = 0; i < count; i++) {
                conditions[conditionCount++] = in.readInt();
            }
        }
    }

    /** Lengths between the texts are among the bytes; long ones look as if they were no ASCII. */
    private static boolean isAscii(byte[] bytes, int start, int end) {
        long all = 0;
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            all |= (long) LONGS.get(bytes, at);
        }
        for (; at < end; at++) {
            all |= bytes[at];
        }
        return (all & HIGH_BITS) == 0;
    }

    /** Nanoseconds since the epoch, UTC. */
    public long eventTime() {
        return eventTime;
    }

    public long sequenceNumber() {
        return sequenceNumber;
    }

    public TickKind kind() {
        return kind;
    }

    public boolean hasPrice() {
        return hasPrice;
    }

    /** 0 where there is none. */
    public double price() {
        return price;
    }

    public boolean hasSize() {
        return hasSize;
    }

    /** 0 where there is none. */
    public double size() {
        return size;
    }

    /** Where the texts lie, as UTF-8; not to be changed. */
    public byte[] bytes() {
        return in.array();
    }

    /** Where a text begins in the {@link #bytes}. */
    public int start(Text text) {
        return starts[text.ordinal()];
    }

    /** Where a text ends in the {@link #bytes}. */
    public int end(Text text) {
        return ends[text.ordinal()];
    }

    /** A text as a new String; not for the side. */
    public String string(Text text) {
        return new String(bytes(), start(text), end(text) - start(text), StandardCharsets.UTF_8);
    }

    /** Adds the tick as a row to a batch of {@link #DATASET}. */
    public void addTo(ColumnBatchBuilder rows) {
        rows.number(0, eventId);
        rows.number(1, eventTime);
        rows.number(2, ingestTime);
        for (int text = 0; text <= Text.TRADE_ID.ordinal(); text++) {
            rows.text(3 + text, in.array(), starts[text], ends[text]);
        }
        rows.number(10, sequenceNumber);
        byte[] name = KIND_NAMES[kind.ordinal()];
        rows.text(11, name, 0, name.length);
        number(rows, 12, hasReceiveTime, receiveTime);
        number(rows, 13, hasPrice, Double.doubleToRawLongBits(price));
        number(rows, 14, hasSize, Double.doubleToRawLongBits(size));
        if (hasSide) {
            rows.text(15, in.array(), start(Text.SIDE), end(Text.SIDE));
        } else {
            rows.none(15);
        }
        rows.list(16, conditions, 0, conditionCount);
        rows.endRow();
    }

    private static void number(ColumnBatchBuilder rows, int column, boolean isPresent, long value) {
        if (isPresent) {
            rows.number(column, value);
        } else {
            rows.none(column);
        }
    }
}
