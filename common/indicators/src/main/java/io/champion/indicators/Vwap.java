package io.champion.indicators;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * VWAP: value traded by units traded, summed since the session began; or, anchored, since the bar
 * that {@code anchor} names: a session's date, or a time (UTC unless it says its offset); without
 * one, since the first bar. The value of a bar is its typical price times its volume with {@code
 * price: typical}, its close times its volume with {@code close}, and with {@code traded} its
 * turnover, or the typical one where that is not known. Price; not known before anything was
 * traded.
 *
 * <p>Source: StockCharts ChartSchool, "Volume-Weighted Average Price"; Skender's Stock Indicators,
 * "VWAP".
 *
 * <p>Slice: whether there was a bar; its session; value and units, as {@link DoubleDouble}s.
 */
final class Vwap implements Indicator {

    /** What a bar's units were traded at. */
    enum Value {
        TRADED,
        TYPICAL,
        CLOSE
    }

    /**
     * Where the sums begin.
     *
     * @param session days since the epoch; {@link Integer#MIN_VALUE} for any
     * @param time nanoseconds since the epoch; {@link Long#MIN_VALUE} for any
     */
    private record Anchor(int session, long time, String text) {

        static final Anchor FIRST = new Anchor(Integer.MIN_VALUE, Long.MIN_VALUE, "first");

        static Anchor parse(String text) {
            if (text.equals(FIRST.text())) {
                return FIRST;
            }
            if (!text.contains("T")) {
                LocalDate date = LocalDate.parse(text);
                return new Anchor(
                        Math.toIntExact(date.toEpochDay()), Long.MIN_VALUE, date.toString());
            }
            Instant instant =
                    text.matches(".*T.*([Zz]|[+-][\\d:]+)")
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            long nanos =
                    Math.addExact(
                            Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L),
                            instant.getNano());
            return new Anchor(Integer.MIN_VALUE, nanos, instant.toString());
        }

        boolean isReached(Bar bar) {
            return bar.session >= session && bar.time >= time;
        }
    }

    private final Value value;
    private final Anchor anchor;

    private Vwap(Value value, Anchor anchor) {
        this.value = value;
        this.anchor = anchor;
    }

    static Vwap session(Parameters parameters) {
        return new Vwap(parameters.choice("price", Value.TRADED), null);
    }

    static Vwap anchored(Parameters parameters) {
        Anchor anchor =
                parameters.ask(
                        "anchor",
                        Anchor.FIRST,
                        "a date such as 2025-06-18, a time such as 2025-06-18T09:15:00+05:30, or"
                                + " first",
                        Anchor::parse,
                        Anchor::text);
        return new Vwap(parameters.choice("price", Value.TRADED), anchor);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 6;
    }

    @Override
    public int warmUp() {
        return 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        double traded = valueOf(bar);
        if (!Numbers.known(traded, bar.volume)) {
            return;
        }
        if (anchor != null) {
            if (!anchor.isReached(bar)) {
                return;
            }
        } else if (state[at] == 0 || state[at + 1] != bar.session) {
            state[at] = 1;
            state[at + 1] = bar.session;
            for (int i = at + 2; i < at + 6; i++) {
                state[i] = 0;
            }
        }
        DoubleDouble.add(traded, state, at + 2);
        DoubleDouble.add(bar.volume, state, at + 4);
        out[outAt] = Numbers.ratio(state[at + 2], state[at + 4]);
    }

    private double valueOf(Bar bar) {
        if (value == Value.TRADED && !Double.isNaN(bar.turnover)) {
            return bar.turnover;
        }
        return bar.volume * (value == Value.CLOSE ? bar.close : Price.TYPICAL.of(bar));
    }
}
