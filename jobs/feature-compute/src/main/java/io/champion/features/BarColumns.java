package io.champion.features;

import io.champion.lake.RowGroup;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.TextDictionary;
import io.champion.model.record.Bar;
import io.champion.model.record.DailyBar;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.MinuteBar;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Makes bars of the columns of row groups: the bars that {@link FeatureBars} makes of records.
 * Names are made once, and not for every bar.
 */
final class BarColumns {
    private static final Set<String> DAILY =
            Set.of("instrument_id", "symbol", "trade_date", "open", "high", "low", "close");

    /** What turnover of adjusted bars is divided by, as prices were. */
    private static final String DIVIDEND_FACTOR = "dividend_factor";

    private static final Set<String> OF_WINDOWS =
            Set.of(
                    "instrument_id",
                    "symbol",
                    "exchange",
                    "bar_interval",
                    "window_start",
                    "window_end",
                    "version",
                    "open",
                    "high",
                    "low",
                    "close");
    private static final Set<String> OF_FLAT_FILES =
            Set.of(
                    "instrument_id",
                    "symbol",
                    "trade_date",
                    "window_start",
                    "open",
                    "high",
                    "low",
                    "close");

    /** Which datasets have bars. */
    private enum Form {
        DAILY,
        OF_WINDOWS,
        DAILY_OF_FLAT_FILES,
        MINUTES_OF_FLAT_FILES
    }

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Form form;
    private final byte[] interval;
    private final TreeSet<String> fields;
    private final Set<String> whole;
    private final Names instruments = new Names();
    private final Names symbols = new Names();

    private RowGroup rows;
    private Texts instrument;
    private Texts symbol;
    private Texts exchange;
    private Texts barInterval;
    private Numbers date;
    private Numbers start;
    private Numbers end;
    private Numbers version;
    private Numbers open;
    private Numbers high;
    private Numbers low;
    private Numbers close;
    private Numbers volume;
    private Numbers turnover;

    /** Null where prices are not adjusted. */
    private Numbers dividendFactor;

    /** The day whose end was looked up last. */
    private long day = Long.MIN_VALUE;

    private long dayEnd;

    /**
     * @param bars the dataset of the row groups
     * @param interval length of the bars that are wanted of a dataset with several
     */
    BarColumns(Dataset bars, String interval) {
        this.form = form(bars);
        this.interval = interval.getBytes(StandardCharsets.UTF_8);
        this.fields =
                new TreeSet<>(
                        switch (form) {
                            case DAILY -> DAILY;
                            case OF_WINDOWS -> OF_WINDOWS;
                            case DAILY_OF_FLAT_FILES, MINUTES_OF_FLAT_FILES -> OF_FLAT_FILES;
                        });
        this.fields.add("volume");
        if (!isOfFlatFiles()) {
            this.fields.add("turnover");
        }
        if (bars.id().equals(Dataset.of(EquityAdjusted.getClassSchema()).id())) {
            this.fields.add(DIVIDEND_FACTOR);
        }
        this.whole =
                bars.columns().stream()
                        .filter(column -> column.type().kind() == ColumnType.Kind.LONG)
                        .map(ColumnType.Column::name)
                        .collect(Collectors.toSet());
    }

    private static Form form(Dataset bars) {
        if (bars.id().equals(Dataset.of(Bar.getClassSchema()).id())) {
            return Form.OF_WINDOWS;
        }
        if (bars.id().equals(Dataset.of(DailyBar.getClassSchema()).id())) {
            return Form.DAILY_OF_FLAT_FILES;
        }
        return bars.id().equals(Dataset.of(MinuteBar.getClassSchema()).id())
                ? Form.MINUTES_OF_FLAT_FILES
                : Form.DAILY;
    }

    private boolean isOfFlatFiles() {
        return form == Form.DAILY_OF_FLAT_FILES || form == Form.MINUTES_OF_FLAT_FILES;
    }

    /** The fields that are needed. */
    Set<String> fields() {
        return fields;
    }

    /** Takes a row group, of which rows are asked for then. */
    void take(RowGroup group) {
        rows = group;
        instrument = group.texts("instrument_id");
        symbol = group.texts("symbol");
        if (form == Form.OF_WINDOWS) {
            exchange = group.texts("exchange");
            barInterval = group.texts("bar_interval");
            end = group.numbers("window_end");
            version = group.numbers("version");
        } else {
            date = group.numbers("trade_date");
        }
        if (form != Form.DAILY) {
            start = group.numbers("window_start");
        }
        open = group.numbers("open");
        high = group.numbers("high");
        low = group.numbers("low");
        close = group.numbers("close");
        volume = group.numbers("volume");
        turnover = isOfFlatFiles() ? null : group.numbers("turnover");
        dividendFactor = fields.contains(DIVIDEND_FACTOR) ? group.numbers(DIVIDEND_FACTOR) : null;
    }

    /** Rows of the row group. */
    int rows() {
        return rows.rows();
    }

    /** Whether a row is a bar of the length that is wanted. */
    boolean isWanted(int row) {
        return form != Form.OF_WINDOWS
                || Arrays.equals(
                        barInterval.bytes(),
                        barInterval.starts()[row],
                        barInterval.ends()[row],
                        interval,
                        0,
                        interval.length);
    }

    /** The number of a row's instrument, from 0, in the order in which they were seen first. */
    int instrument(int row) {
        return instruments.idOf(instrument, row);
    }

    /** The name of an instrument with a number. */
    String name(int instrument) {
        return instruments.texts.get(instrument);
    }

    /** The bar of a row. */
    FeatureBar bar(int row) {
        return switch (form) {
            case DAILY, DAILY_OF_FLAT_FILES -> daily(row);
            case OF_WINDOWS -> ofWindow(row);
            case MINUTES_OF_FLAT_FILES -> ofMinute(row);
        };
    }

    private boolean isTraded(int row) {
        // Where nothing was traded there is no open, though some sources repeat the last close.
        return isKnown(open, row) && isKnown(high, row) && isKnown(low, row) && isKnown(close, row);
    }

    private FeatureBar ofMinute(int row) {
        long from = start.values()[row] / NANOS_PER_MILLI;
        return bar(
                row,
                from,
                from + FeatureBars.MILLIS_PER_MINUTE,
                (int) date.values()[row],
                1,
                isTraded(row));
    }

    private FeatureBar daily(int row) {
        long session = date.values()[row];
        if (session != day) {
            day = session;
            LocalDate of = LocalDate.ofEpochDay(session);
            dayEnd = form == Form.DAILY ? FeatureBars.close(of) : FeatureBars.usClose(of);
        }
        return bar(
                row, session * FeatureBars.MILLIS_PER_DAY, dayEnd, (int) session, 1, isTraded(row));
    }

    private FeatureBar ofWindow(int row) {
        long from = start.values()[row] / NANOS_PER_MILLI;
        String place =
                new String(
                        exchange.bytes(),
                        exchange.starts()[row],
                        exchange.ends()[row] - exchange.starts()[row],
                        StandardCharsets.UTF_8);
        return bar(
                row,
                from,
                end.values()[row] / NANOS_PER_MILLI,
                FeatureBars.session(place, from),
                (int) version.values()[row],
                isKnown(open, row));
    }

    private FeatureBar bar(
            int row, long time, long barEnd, int session, int barVersion, boolean traded) {
        return new FeatureBar(
                name(instrument(row)),
                symbols.texts.get(symbols.idOf(symbol, row)),
                time,
                barEnd,
                session,
                barVersion,
                traded ? real(open, row) : Double.NaN,
                traded ? real(high, row) : Double.NaN,
                traded ? real(low, row) : Double.NaN,
                traded ? real(close, row) : Double.NaN,
                sum("volume", volume, row),
                turnover(row));
    }

    private double turnover(int row) {
        if (turnover == null) {
            return Double.NaN;
        }
        double traded = sum("turnover", turnover, row);
        return dividendFactor == null ? traded : traded / real(dividendFactor, row);
    }

    private static boolean isKnown(Numbers column, int row) {
        return column.nulls() == null || column.nulls()[row] == 0;
    }

    private static double real(Numbers column, int row) {
        return Double.longBitsToDouble(column.values()[row]);
    }

    private double sum(String name, Numbers column, int row) {
        if (!isKnown(column, row)) {
            return Double.NaN;
        }
        return whole.contains(name) ? column.values()[row] : real(column, row);
    }

    /** Texts by a number, and numbers by their texts. */
    private static final class Names {
        private final TextDictionary dictionary = new TextDictionary(Integer.MAX_VALUE);
        private final List<String> texts = new ArrayList<>();

        int idOf(Texts column, int row) {
            int id = dictionary.idOf(column.bytes(), column.starts()[row], column.ends()[row]);
            if (id == texts.size()) {
                texts.add(dictionary.text(id));
            }
            return id;
        }
    }
}
