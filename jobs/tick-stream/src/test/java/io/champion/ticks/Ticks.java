package io.champion.ticks;

import io.champion.model.ColumnBatch;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/** Messages for tests. */
final class Ticks {
    private Ticks() {}

    /** 2025-06-18 10:00 in India. */
    static final long TEN = 1_750_221_000_000L;

    static final String INFY = "NSE:INFY:EQ";

    static EquityTrade trade(
            String symbol, long sequence, long millis, Double price, Double size, TickKind kind) {
        return EquityTrade.newBuilder()
                .setEventId(sequence)
                .setEventTime(millis * 1_000_000)
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId("T" + sequence)
                .setSequenceNumber(sequence)
                .setKind(kind)
                .setPrice(price)
                .setSize(size)
                .setConditions(List.of())
                .build();
    }

    static EquityTrade trade(long sequence, long millis, double price, double size) {
        return trade("INFY", sequence, millis, price, size, TickKind.TRADE);
    }

    /** The rows of batches, as the records that they are. */
    static List<EquityTrade> rows(List<ColumnBatch> batches) {
        return batches.stream()
                .flatMap(batch -> IntStream.range(0, batch.rows()).mapToObj(batch::record))
                .map(EquityTrade.class::cast)
                .toList();
    }

    static TickMessage message(EquityTrade trade) {
        try {
            String instrument =
                    trade.getExchange() + ":" + trade.getSymbol() + ":" + trade.getSeries();
            return new TickMessage(
                    0,
                    trade.getSequenceNumber(),
                    trade.getEventTime() / 1_000_000,
                    instrument.getBytes(StandardCharsets.UTF_8),
                    trade.toByteBuffer().array(),
                    instrument);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
