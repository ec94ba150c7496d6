package io.champion.features;

import io.champion.model.record.Bar;
import io.champion.model.record.DailyBar;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.MinuteBar;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import org.apache.avro.specific.SpecificRecordBase;

/** Makes bars of the records that hold them. */
final class FeatureBars {
    private FeatureBars() {}

    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    /** When NSE and BSE close; special sessions of the evening are daily bars of their date too. */
    private static final LocalTime CLOSE = LocalTime.of(15, 30);

    /** When exchanges of the US close, on all days but a few. */
    private static final LocalTime US_CLOSE = LocalTime.of(16, 0);

    private static final long NANOS_PER_MILLI = 1_000_000;
    static final long MILLIS_PER_MINUTE = 60_000;
    static final long MILLIS_PER_DAY = 86_400_000;

    /**
     * The bar that a record holds.
     *
     * @param record of a contract of bars
     */
    static FeatureBar of(SpecificRecordBase record) {
        if (record instanceof EquityAdjusted row) {
            Double turnover = row.getTurnover();
            return daily(
                    row.getInstrumentId(),
                    row.getSymbol(),
                    row.getTradeDate(),
                    close(row.getTradeDate()),
                    row.getOpen(),
                    row.getHigh(),
                    row.getLow(),
                    row.getClose(),
                    row.getVolume(),
                    // At the bar's prices, which are adjusted for dividends too, unlike volumes.
                    turnover == null ? null : turnover / row.getDividendFactor());
        }
        if (record instanceof DailyBar row) {
            return daily(
                    row.getInstrumentId(),
                    row.getSymbol(),
                    row.getTradeDate(),
                    usClose(row.getTradeDate()),
                    row.getOpen(),
                    row.getHigh(),
                    row.getLow(),
                    row.getClose(),
                    row.getVolume(),
                    null);
        }
        if (record instanceof MinuteBar row) {
            long start = row.getWindowStart() / NANOS_PER_MILLI;
            return bar(
                    row.getInstrumentId(),
                    row.getSymbol(),
                    start,
                    start + MILLIS_PER_MINUTE,
                    row.getTradeDate(),
                    row.getOpen(),
                    row.getHigh(),
                    row.getLow(),
                    row.getClose(),
                    row.getVolume(),
                    null);
        }
        if (record instanceof EquityOhlc row) {
            Long volume = row.getVolume();
            return daily(
                    row.getInstrumentId(),
                    row.getSymbol(),
                    row.getTradeDate(),
                    close(row.getTradeDate()),
                    row.getOpen(),
                    row.getHigh(),
                    row.getLow(),
                    row.getClose(),
                    volume == null ? null : volume.doubleValue(),
                    row.getTurnover());
        }
        if (record instanceof IndexOhlc row) {
            // Of an index that is computed once a day there is a close alone.
            Double close = row.getClose();
            return daily(
                    row.getInstrumentId(),
                    row.getIndexName(),
                    row.getTradeDate(),
                    close(row.getTradeDate()),
                    close,
                    close,
                    close,
                    close,
                    null,
                    row.getTurnover());
        }
        if (record instanceof Bar row) {
            return ofWindow(row);
        }
        throw new IllegalArgumentException(record.getSchema().getName() + " is no bar.");
    }

    /** Whether a record is a bar of a length; datasets of days have no others. */
    static boolean isOf(SpecificRecordBase record, String interval) {
        return !(record instanceof Bar bar) || bar.getBarInterval().equals(interval);
    }

    private static FeatureBar daily(
            String instrument,
            String symbol,
            LocalDate session,
            long end,
            Double open,
            Double high,
            Double low,
            Double close,
            Double volume,
            Double turnover) {
        long start = session.toEpochDay() * MILLIS_PER_DAY;
        return bar(
                instrument, symbol, start, end, session, open, high, low, close, volume, turnover);
    }

    private static FeatureBar bar(
            String instrument,
            String symbol,
            long start,
            long end,
            LocalDate session,
            Double open,
            Double high,
            Double low,
            Double close,
            Double volume,
            Double turnover) {
        // Where nothing was traded there is no open, though some sources repeat the last close.
        boolean traded = open != null && high != null && low != null && close != null;
        return new FeatureBar(
                instrument,
                symbol,
                start,
                end,
                (int) session.toEpochDay(),
                1,
                traded ? open : Double.NaN,
                traded ? high : Double.NaN,
                traded ? low : Double.NaN,
                traded ? close : Double.NaN,
                volume == null ? Double.NaN : volume,
                turnover == null ? Double.NaN : turnover);
    }

    private static FeatureBar ofWindow(Bar row) {
        boolean traded = row.getOpen() != null;
        long start = row.getWindowStart() / NANOS_PER_MILLI;
        return new FeatureBar(
                row.getInstrumentId(),
                row.getSymbol(),
                start,
                row.getWindowEnd() / NANOS_PER_MILLI,
                session(row.getExchange(), start),
                row.getVersion(),
                traded ? row.getOpen() : Double.NaN,
                traded ? row.getHigh() : Double.NaN,
                traded ? row.getLow() : Double.NaN,
                traded ? row.getClose() : Double.NaN,
                row.getVolume(),
                row.getTurnover());
    }

    /** When a session's daily bars are complete, milliseconds since the epoch, UTC. */
    static long close(LocalDate session) {
        return session.atTime(CLOSE).atZone(INDIA).toInstant().toEpochMilli();
    }

    /** As {@link #close}, of exchanges of the US. */
    static long usClose(LocalDate session) {
        return session.atTime(US_CLOSE).atZone(NEW_YORK).toInstant().toEpochMilli();
    }

    /** Time zone of an exchange's sessions. */
    static ZoneId zone(String exchange) {
        return exchange.equals("NSE") || exchange.equals("BSE") ? INDIA : NEW_YORK;
    }

    /** The session of an instant, days since the epoch. */
    static int session(String exchange, long millis) {
        int offset =
                zone(exchange).getRules().getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds();
        return (int) Math.floorDiv(millis + offset * 1000L, MILLIS_PER_DAY);
    }
}
