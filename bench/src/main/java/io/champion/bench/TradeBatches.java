package io.champion.bench;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Trades of the consolidated tape as a day's flat file has them, sorted by ticker and time: lots
 * and odd lots, prices in cents, a third reported through a facility, one to three conditions.
 * Batch {@code n} is always the same.
 */
final class TradeBatches {
    static final Dataset DATASET = Dataset.of("normalized.trades");
    static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    static final PartitionKey PARTITION = DATASET.partitionOf(DAY);

    /** Rows of a batch. */
    static final int ROWS = 32_768;

    private static final long OPEN = 1_750_253_400_000_000_000L;
    private static final int TICKER_ROWS = 9_000;
    private static final long[][] CONDITIONS = {{}, {37}, {12, 37}, {14, 41}, {14, 37, 41}, {10}};

    private TradeBatches() {}

    static ColumnBatch batch(long number) {
        SplittableRandom random = new SplittableRandom(number);
        long first = number * ROWS;
        long[] eventId = new long[ROWS];
        long[] sipTime = new long[ROWS];
        long[] participantTime = new long[ROWS];
        long[] trfTime = new long[ROWS];
        byte[] noTrf = new byte[ROWS];
        long[] sequence = new long[ROWS];
        long[] exchange = new long[ROWS];
        long[] price = new long[ROWS];
        long[] size = new long[ROWS];
        int[] conditionEnds = new int[ROWS];
        long[] conditions = new long[ROWS * 3];
        byte[] ids = new byte[ROWS * 11];
        int[] idStarts = new int[ROWS];
        int[] idEnds = new int[ROWS];
        int idLength = 0;
        byte[] symbols = new byte[ROWS];
        int[] symbolStarts = new int[ROWS];
        int[] symbolEnds = new int[ROWS];
        int symbolEnd = 0;
        int symbolStart = 0;
        int listEnd = 0;
        long cents = 5_000;
        for (int i = 0; i < ROWS; i++) {
            long row = first + i;
            long ofTicker = row % TICKER_ROWS;
            if (i == 0 || ofTicker == 0) {
                byte[] symbol =
                        ("T" + (10_000 + row / TICKER_ROWS)).getBytes(StandardCharsets.UTF_8);
                symbolStart = symbolEnd;
                System.arraycopy(symbol, 0, symbols, symbolStart, symbol.length);
                symbolEnd += symbol.length;
                cents = 1_000 + random.nextInt(50_000);
            }
            symbolStarts[i] = symbolStart;
            symbolEnds[i] = symbolEnd;
            cents = Math.max(100, cents + random.nextInt(5) - 2);
            boolean trf = random.nextInt(3) == 0;
            eventId[i] = row;
            sipTime[i] = OPEN + ofTicker * 2_600_000_000L + random.nextInt(2_000_000_000);
            participantTime[i] = sipTime[i] - 10_000 - random.nextInt(400_000);
            noTrf[i] = (byte) (trf ? 0 : 1);
            trfTime[i] = trf ? sipTime[i] - random.nextInt(20_000) : 0;
            sequence[i] = ofTicker * 700 + random.nextInt(600);
            exchange[i] = trf ? 4 : 1 + random.nextInt(18);
            price[i] = Double.doubleToRawLongBits(cents / 100.0);
            size[i] =
                    Double.doubleToRawLongBits(
                            random.nextInt(3) == 0 ? 100 : 1 + random.nextInt(200));
            long[] list = CONDITIONS[random.nextInt(CONDITIONS.length)];
            System.arraycopy(list, 0, conditions, listEnd, list.length);
            listEnd += list.length;
            conditionEnds[i] = listEnd;
            idStarts[i] = idLength;
            idLength = putNumber(ids, idLength, 52_983_525_000_000L % 1_000_000 + row);
            idEnds[i] = idLength;
        }
        Values symbol = new Texts(symbols, symbolStarts, symbolEnds, null);
        Values[] columns = {
            new Numbers(eventId, null),
            new Numbers(sipTime, null),
            new Constant(new Numbers(new long[] {1_750_300_000_000L}, null)),
            text("us_flat_file"),
            text("v1.0.0"),
            symbol,
            symbol,
            text("SIP"),
            new Constant(new Numbers(new long[] {DAY.toEpochDay()}, null)),
            new Numbers(participantTime, new byte[ROWS]),
            new Numbers(trfTime, noTrf),
            new Numbers(sequence, null),
            new Texts(Arrays.copyOf(ids, idLength), idStarts, idEnds, null),
            new Numbers(exchange, null),
            new Numbers(new long[ROWS], noTrf),
            new Constant(new Numbers(new long[] {1 + number % 3}, null)),
            new Numbers(price, null),
            new Numbers(size, null),
            new Constant(new Numbers(new long[1], new byte[] {1})),
            new NumberLists(conditions, conditionEnds),
            new Constant(new Numbers(new long[1], null))
        };
        return new ColumnBatch(DATASET, PARTITION, ROWS, columns);
    }

    private static Values text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return new Constant(new Texts(bytes, new int[1], new int[] {bytes.length}, null));
    }

    private static int putNumber(byte[] into, int start, long number) {
        byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, into, start, digits.length);
        return start + digits.length;
    }
}
