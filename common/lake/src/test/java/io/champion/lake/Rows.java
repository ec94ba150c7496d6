package io.champion.lake;

import io.champion.lake.test.EveryType;
import io.champion.lake.test.Four;
import io.champion.lake.test.Level;
import io.champion.lake.test.Money;
import io.champion.lake.test.Side;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.Reject;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Deterministic rows: the same arguments always give the same row. */
final class Rows {
    static final Instant RUN = Instant.parse("2025-06-20T13:00:00Z");

    private Rows() {}

    /** A daily bar; every seventh instrument did not trade, so that nulls occur. */
    static EquityOhlc bar(LocalDate day, int instrument) {
        boolean traded = instrument % 7 != 0;
        double close = 100 + instrument * 0.05;
        String symbol = "SYM" + instrument;
        return EquityOhlc.newBuilder()
                .setEventId("NSE:" + symbol + ":EQ:" + day)
                .setEventTime(day.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(RUN)
                .setSource("nse_udiff_cm")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setInstrumentId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setIsin(String.format("INE%06dA01", instrument))
                .setSeries("EQ")
                .setTradeDate(day)
                .setPrevClose(close - 1)
                .setOpen(traded ? close - 0.5 : null)
                .setHigh(traded ? close + 2 : null)
                .setLow(traded ? close - 2 : null)
                .setClose(close)
                .setVolume(traded ? 1000L * instrument : 0L)
                .setTurnover(traded ? 1000.0 * instrument * close : 0.0)
                .setIsTradingDay(true)
                .build();
    }

    static RawEquityOhlc rawBar(LocalDate day, int instrument) {
        return RawEquityOhlc.newBuilder()
                .setEventId("raw:" + instrument + ":" + day)
                .setEventTime(day.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(RUN)
                .setSource("nse_sec_bhavdata_full")
                .setEntityId("NSE:SYM" + instrument + ":EQ")
                .setSourceFile("sec_bhavdata_full.csv")
                .setSourceLine(instrument + 2L)
                .setTradDt(day)
                .setTckrSymb("SYM" + instrument)
                .setClsPric(100.0 + instrument)
                .setOtherColumns(new TreeMap<>(Map.of("DELIV_QTY", "-", "DELIV_PER", "12.50")))
                .build();
    }

    static Reject reject(LocalDate day, String dataset, int line) {
        return Reject.newBuilder()
                .setEventId("reject:" + line)
                .setEventTime(RUN)
                .setIngestTime(RUN)
                .setSource("nse_udiff_cm")
                .setEntityId("file.csv")
                .setDataset(dataset)
                .setDate(day)
                .setFile("file.csv")
                .setLine((long) line)
                .setField("ClsPric")
                .setValue("n/a")
                .setReason("not_a_number")
                .setMessage("'n/a' is no price.")
                .setRecord("RELIANCE,n/a")
                .build();
    }

    /** Row {@code i} of a schema with every type; optional fields are null in every odd row. */
    static EveryType everyType(int i) {
        boolean full = i % 2 == 0;
        Instant micros = Instant.parse("2025-06-18T03:45:00.123456Z").plusSeconds(i);
        long nanos = 1_750_218_300_123_456_789L + i;
        BigDecimal decimal = new BigDecimal("-12345678901234.5678").add(BigDecimal.valueOf(i));
        Money money = new Money(fixedDecimal(decimal, 8));
        Level level = new Level(101.25 + i, full ? (Long) (long) i : null, nanos);
        return EveryType.newBuilder()
                .setABoolean(full)
                .setAnInt(Integer.MIN_VALUE + i)
                .setALong(Long.MAX_VALUE - i)
                .setAFloat(1.5f * i)
                .setADouble(Math.PI * i)
                .setAString("text \u20b9 " + i % 3)
                .setSomeBytes(ByteBuffer.wrap(new byte[] {0, (byte) i, -1}))
                .setAFixed(new Four(new byte[] {1, 2, 3, (byte) i}))
                .setAnEnum(full ? Side.BUY : Side.SELL)
                .setADate(LocalDate.of(1994, 11, 3).plusDays(i))
                .setAMillis(Instant.ofEpochMilli(-1).plusMillis(i))
                .setAMicros(micros)
                .setANanos(nanos)
                .setADecimal(ByteBuffer.wrap(decimal.unscaledValue().toByteArray()))
                .setAFixedDecimal(money)
                .setMaybeBoolean(full ? true : null)
                .setMaybeInt(full ? i : null)
                .setMaybeLong(full ? (Long) (long) i : null)
                .setMaybeFloat(full ? (Float) (float) i : null)
                .setMaybeDouble(full ? (Double) (double) i : null)
                .setMaybeString(full ? "maybe " + i : null)
                .setMaybeBytes(full ? ByteBuffer.wrap(new byte[0]) : null)
                .setMaybeFixed(full ? new Four(new byte[4]) : null)
                .setMaybeEnum(full ? Side.SELL : null)
                .setMaybeDate(full ? LocalDate.of(1969, 12, 31) : null)
                .setMaybeMillis(full ? RUN : null)
                .setMaybeMicros(full ? micros : null)
                .setMaybeNanos(full ? (Long) nanos : null)
                .setMaybeDecimal(
                        full ? ByteBuffer.wrap(decimal.unscaledValue().toByteArray()) : null)
                .setMaybeFixedDecimal(full ? money : null)
                .setNumbers(full ? List.of(1L, -1L, nanos) : List.of())
                .setTexts(full ? java.util.Arrays.asList("a", null, "") : List.of())
                .setPrices(full ? Map.of("bid", 1.5) : Map.of())
                .setLabels(full ? new TreeMap<>(Map.of("k", "v")) : Map.of())
                .setLevel(level)
                .setLevels(full ? List.of(level, level) : List.of())
                .setLevelByVenue(full ? Map.of("NSE", level) : Map.of())
                .setLadders(full ? List.of(List.of(1, 2), List.of(), List.of(3)) : List.of())
                .build();
    }

    private static byte[] fixedDecimal(BigDecimal decimal, int size) {
        byte[] significant = decimal.unscaledValue().toByteArray();
        byte[] fixed = new byte[size];
        java.util.Arrays.fill(fixed, decimal.signum() < 0 ? (byte) -1 : 0);
        System.arraycopy(significant, 0, fixed, size - significant.length, significant.length);
        return fixed;
    }
}
