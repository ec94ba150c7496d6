package io.champion.local.market;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.SchemaNormalization;

/**
 * Writes ticks in Avro's single-object encoding, field by field in the order of the contract. A
 * test holds it against Avro's own decoder.
 */
final class TradeEncoder {

    /** Magic and fingerprint. */
    static final int HEADER = 10;

    private static final int KINDS = TickKind.values().length;

    private static final byte[] HEADER_BYTES =
            ByteBuffer.allocate(HEADER)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 0xC3)
                    .put((byte) 0x01)
                    .putLong(SchemaNormalization.parsingFingerprint64(EquityTrade.getClassSchema()))
                    .array();

    private byte[] buffer = new byte[512];
    private int end;

    /** The fields from source to series, which the messages of an instrument share. */
    static byte[] instrument(String source, String exchange, String symbol, String series) {
        TradeEncoder encoder = new TradeEncoder();
        encoder.string(source);
        encoder.string(
                EquityTrade.getClassSchema().getField("schema_version").defaultVal().toString());
        encoder.string(instrumentId(exchange, symbol, series));
        encoder.string(symbol);
        encoder.string(exchange);
        encoder.string(series);
        return Arrays.copyOf(encoder.buffer, encoder.end);
    }

    static String instrumentId(String exchange, String symbol, String series) {
        return exchange + ":" + symbol + (series.isEmpty() ? "" : ":" + series);
    }

    /** Begins a message. */
    TradeEncoder begin(long eventId, long eventTime, long ingestTime, byte[] instrument) {
        System.arraycopy(HEADER_BYTES, 0, buffer, 0, HEADER);
        end = HEADER;
        number(eventId);
        number(eventTime);
        number(ingestTime);
        ensure(instrument.length);
        System.arraycopy(instrument, 0, buffer, end, instrument.length);
        end += instrument.length;
        return this;
    }

    /** The trade's id: a number, as the exchanges have it. */
    TradeEncoder tradeId(long id) {
        int digits = 1;
        for (long rest = id / 10; rest > 0; rest /= 10) {
            digits++;
        }
        number(digits);
        ensure(digits);
        end += digits;
        long rest = id;
        for (int i = end - 1; digits > 0; i--, digits--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return this;
    }

    TradeEncoder noTradeId() {
        number(0);
        return this;
    }

    TradeEncoder sequence(long number) {
        number(number);
        return this;
    }

    TradeEncoder kind(TickKind kind) {
        number(kind.ordinal());
        return this;
    }

    TradeEncoder unknownKind() {
        number(KINDS);
        return this;
    }

    TradeEncoder receiveTime(long nanos) {
        number(1);
        number(nanos);
        return this;
    }

    /** A price or a size. */
    TradeEncoder amount(double amount) {
        number(1);
        ensure(Double.BYTES);
        long bits = Double.doubleToRawLongBits(amount);
        for (int i = 0; i < Double.BYTES; i++) {
            buffer[end++] = (byte) (bits >>> (8 * i));
        }
        return this;
    }

    /** No price, size or side. */
    TradeEncoder missing() {
        number(0);
        return this;
    }

    TradeEncoder side(byte[] text) {
        number(1);
        number(text.length);
        ensure(text.length);
        System.arraycopy(text, 0, buffer, end, text.length);
        end += text.length;
        return this;
    }

    /** The sale condition, if it is not 0, and the message's end. */
    byte[] end(int condition) {
        if (condition != 0) {
            number(1);
            number(condition);
        }
        number(0);
        return Arrays.copyOf(buffer, end);
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buffer, end, bytes.length);
        end += bytes.length;
    }

    /** Avro's int, long, length, union branch and enum symbol: zigzag, then seven bits a byte. */
    private void number(long value) {
        ensure(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            buffer[end++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[end++] = (byte) rest;
    }

    private void ensure(int more) {
        if (end + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, end + more));
        }
    }
}
