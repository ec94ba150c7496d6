package io.champion.bench;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Trade;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/**
 * Deterministic trades of a month of 21 days, sorted by symbol and time, as flat files are. Of the
 * 2,000 symbols, {@code BIG} has a twentieth of all trades, {@code MID} a two hundredth, and each
 * other, such as {@code S0700}, its share of the rest.
 */
final class TradeRows implements GeneratorFunction<Long, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final Dataset DATASET = Dataset.of("normalized.trades");
    static final LocalDate FIRST_DAY = LocalDate.of(2025, 6, 2);
    static final LocalDate END_DAY = LocalDate.of(2025, 7, 1);

    private static final int DAYS = 21;
    private static final int SYMBOLS = 2_000;
    private static final long SESSION_NANOS = 57_600_000_000_000L;

    private final long perDay;
    private transient Trade trade;
    private transient List<LocalDate> days;
    private transient int symbol;
    private transient long first;
    private transient long count;
    private transient long day;
    private transient long open;
    private transient long price;

    TradeRows(long rows) {
        this.perDay = rows / DAYS;
    }

    static List<LocalDate> days() {
        List<LocalDate> days = new ArrayList<>();
        for (LocalDate day = FIRST_DAY; days.size() < DAYS; day = day.plusDays(1)) {
            if (day.getDayOfWeek() != DayOfWeek.SATURDAY
                    && day.getDayOfWeek() != DayOfWeek.SUNDAY) {
                days.add(day);
            }
        }
        return days;
    }

    static List<PartitionKey> partitions() {
        return days().stream().map(DATASET::partitionOf).toList();
    }

    private static String name(int symbol) {
        return symbol == 0 ? "BIG" : symbol == 1 ? "MID" : String.format("S%04d", symbol);
    }

    private long first(int which) {
        long big = perDay / 20;
        long mid = perDay / 200;
        return which == 0
                ? 0
                : which == 1 ? big : big + mid + (perDay - big - mid) * (which - 2) / (SYMBOLS - 2);
    }

    private void begin(int which) {
        symbol = which;
        first = first(which);
        count = first(which + 1) - first;
        price = 1_000 + which * 7_919L % 50_000;
        trade.setSymbol(name(which));
        trade.setEntityId("SIP:" + name(which));
    }

    @Override
    public SpecificRecordBase map(Long index) {
        long d = index / perDay;
        long i = index % perDay;
        if (trade == null) {
            days = days();
            trade = new Trade();
            trade.setIngestTime(Instant.parse("2026-01-01T00:00:00Z"));
            trade.setSource("flat_file");
            trade.setSchemaVersion("v1.0.0");
            trade.setExchange("SIP");
            day = -1;
        }
        if (d != day) {
            day = d;
            LocalDate date = days.get((int) d);
            open = date.atTime(8, 0).toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
            trade.setTradeDate(date);
            begin(0);
        }
        while (i >= first + count) {
            begin(symbol + 1);
        }
        long k = i - first;
        long h = index * 2_654_435_761L & 0xffff_ffffL;
        price = Math.max(100, price + h / 7 % 5 - 2);
        long time = open + k * (SESSION_NANOS / count) + h % 1_000;
        boolean facility = h % 3 == 0;
        trade.setEventId(index);
        trade.setEventTime(time);
        trade.setParticipantTime(time - 20_000 - h % 400_000);
        trade.setTrfTime(facility ? (Long) (time - 10_000) : null);
        trade.setSequenceNumber(k * 5 + h % 5);
        trade.setTradeId(Long.toString(k + 1));
        trade.setExchangeId((int) (h % 21));
        trade.setTrfId(facility ? (Integer) 202 : null);
        trade.setTape(1 + symbol % 3);
        trade.setPrice(price / 100.0);
        trade.setSize((double) (h / 11 % 20 == 0 ? 1 + h % 997 : 100));
        trade.setCorrection(null);
        trade.setConditions(h % 4 == 0 ? List.of() : h % 4 == 1 ? List.of(37) : List.of(12, 37));
        trade.setIsOutlier(false);
        return trade;
    }
}
