package io.champion.cli.replay;

import io.champion.model.record.EquityTrade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A tick as it is put on a topic.
 *
 * @param eventTime nanoseconds since the epoch, UTC
 * @param sequence the tick's sequence number, which orders ticks of one time
 * @param key {@code exchange:symbol:series} in UTF-8; not to be altered
 * @param value an {@code EquityTrade} in Avro's single-object encoding; not to be altered
 */
@SuppressWarnings("ArrayRecordComponent")
public record Tick(long eventTime, long sequence, byte[] key, byte[] value) {

    static Tick of(EquityTrade trade) throws IOException {
        ByteBuffer encoded = EquityTrade.getEncoder().encode(trade);
        byte[] value = new byte[encoded.remaining()];
        encoded.get(value);
        return new Tick(
                trade.getEventTime(),
                trade.getSequenceNumber(),
                instrument(trade).getBytes(StandardCharsets.UTF_8),
                value);
    }

    static String instrument(EquityTrade trade) {
        return instrument(trade.getExchange(), trade.getSymbol(), trade.getSeries());
    }

    static String instrument(String exchange, String symbol, String series) {
        return exchange + ":" + symbol + (series.isEmpty() ? "" : ":" + series);
    }
}
