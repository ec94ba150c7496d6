package io.champion.flatfile;

import io.champion.quality.Violation;

/**
 * What holds for every sound row of a kind, once its fields are decoded, and what tells it from
 * other rows. Violations do not say the value: whoever has the line does.
 */
abstract class RowRules {

    final Columns columns;
    final Session session;
    private final FlatFileKind kind;
    private final int time;

    private RowRules(FlatFileKind kind, Columns columns, Session session) {
        this.kind = kind;
        this.columns = columns;
        this.session = session;
        this.time = kind.timeField();
    }

    /** The rules of a kind, for the rows of a session. */
    static RowRules of(FlatFileKind kind, Columns columns, Session session) {
        return switch (kind) {
            case TRADES -> new Trades(columns, session);
            case QUOTES -> new Quotes(columns, session);
            case MINUTE_BARS, DAY_BARS -> new Bars(kind, columns, session);
        };
    }

    /** Time of the row, nanoseconds since the epoch. */
    final long time() {
        return columns.number(time);
    }

    /** What is wrong with the row, or null. The row may be made tidy. */
    Violation check() {
        long at = time();
        if (at < session.start() || at >= session.end()) {
            return violation(
                    time,
                    "other_day",
                    "The row is not of " + session.day() + " (New York), as its file is.");
        }
        return null;
    }

    /** Order of the row among those of its ticker; never negative. */
    abstract long order();

    /** What else tells the row from those of the same order. */
    abstract long identity();

    /** The price to judge, or NaN where the row has none. */
    abstract double price();

    /** Trades that the row stands for, 0 where that is not known or not all of the day's. */
    abstract long trades();

    /** Whether {@link #trades} adds up to those of the day. */
    abstract boolean countsTrades();

    final Violation violation(int field, String reason, String message) {
        return new Violation(kind.fields().get(field).name(), null, reason, message);
    }

    private static final class Trades extends RowRules {

        private final int price;
        private final int size;
        private final int correction;
        private final int sequence;
        private final int exchange;

        Trades(Columns columns, Session session) {
            super(FlatFileKind.TRADES, columns, session);
            price = FlatFileKind.TRADES.field("price");
            size = FlatFileKind.TRADES.field("size");
            correction = FlatFileKind.TRADES.field("correction");
            sequence = FlatFileKind.TRADES.field("sequence_number");
            exchange = FlatFileKind.TRADES.field("exchange");
        }

        @Override
        Violation check() {
            Violation violation = super.check();
            if (violation != null) {
                return violation;
            }
            if (!(columns.decimal(price) > 0)) {
                return violation(price, "price_not_positive", "The price is not above 0.");
            }
            if (columns.decimal(size) < 0) {
                return violation(size, "size_negative", "The size is below 0.");
            }
            return columns.isNull(correction) ? null : correction((int) columns.number(correction));
        }

        /**
         * Codes as in NYSE's Daily TAQ: 0 and 1 (with the corrected values) are trades that stand.
         */
        private Violation correction(int code) {
            return switch (code) {
                case 7, 8 ->
                        violation(
                                correction,
                                "trade_withdrawn",
                                "The trade was later "
                                        + (code == 7 ? "marked as an error." : "cancelled."));
                case 10, 11, 12 ->
                        violation(
                                correction,
                                "correction_message",
                                "The row is no trade but the message that one was "
                                        + (code == 10
                                                ? "cancelled."
                                                : code == 11 ? "an error." : "corrected."));
                default -> null;
            };
        }

        @Override
        long order() {
            return columns.number(sequence);
        }

        @Override
        long identity() {
            return Hash.of(
                    columns.ids,
                    columns.idStart(),
                    columns.idEnds[columns.row],
                    columns.number(exchange));
        }

        @Override
        double price() {
            return columns.decimal(price);
        }

        @Override
        long trades() {
            return 1;
        }

        @Override
        boolean countsTrades() {
            return true;
        }
    }

    private static final class Quotes extends RowRules {

        private final int bid;
        private final int bidSize;
        private final int ask;
        private final int askSize;
        private final int sequence;

        Quotes(Columns columns, Session session) {
            super(FlatFileKind.QUOTES, columns, session);
            bid = FlatFileKind.QUOTES.field("bid_price");
            bidSize = FlatFileKind.QUOTES.field("bid_size");
            ask = FlatFileKind.QUOTES.field("ask_price");
            askSize = FlatFileKind.QUOTES.field("ask_size");
            sequence = FlatFileKind.QUOTES.field("sequence_number");
        }

        @Override
        Violation check() {
            Violation violation = super.check();
            if (violation == null) {
                violation = side(bid, bidSize);
            }
            return violation == null ? side(ask, askSize) : violation;
        }

        /** A side without price and size is one that nobody quotes. */
        private Violation side(int price, int size) {
            boolean unpriced = columns.isNull(price) || columns.decimal(price) == 0;
            boolean unsized = columns.isNull(size) || columns.decimal(size) == 0;
            if (!columns.isNull(size) && columns.decimal(size) < 0) {
                return violation(size, "size_negative", "The size is below 0.");
            }
            if (unpriced) {
                if (!unsized) {
                    return violation(
                            price, "price_not_positive", "A size is quoted, but no price above 0.");
                }
                columns.setNull(price);
                columns.setNull(size);
                return null;
            }
            return columns.decimal(price) > 0
                    ? null
                    : violation(price, "price_not_positive", "The price is below 0.");
        }

        @Override
        long order() {
            return columns.number(sequence);
        }

        @Override
        long identity() {
            return time();
        }

        @Override
        double price() {
            return columns.isNull(bid) || columns.isNull(ask)
                    ? Double.NaN
                    : (columns.decimal(bid) + columns.decimal(ask)) / 2;
        }

        @Override
        long trades() {
            return 0;
        }

        @Override
        boolean countsTrades() {
            return false;
        }
    }

    private static final class Bars extends RowRules {

        private static final long MINUTE = 60_000_000_000L;

        private final boolean daily;
        private final int open;
        private final int high;
        private final int low;
        private final int close;
        private final int volume;
        private final int window;
        private final int vwap;
        private final int transactions;

        Bars(FlatFileKind kind, Columns columns, Session session) {
            super(kind, columns, session);
            daily = kind == FlatFileKind.DAY_BARS;
            open = kind.field("open");
            high = kind.field("high");
            low = kind.field("low");
            close = kind.field("close");
            volume = kind.field("volume");
            window = kind.field("window_start");
            vwap = kind.field("vwap");
            transactions = kind.field("transactions");
        }

        @Override
        Violation check() {
            Violation violation = super.check();
            if (violation != null) {
                return violation;
            }
            long start = columns.number(window);
            if (daily ? start != session.start() : start % MINUTE != 0) {
                return violation(
                        window,
                        "no_window",
                        daily
                                ? "The bar does not start at midnight in New York."
                                : "The bar does not start with a minute.");
            }
            for (int price : new int[] {open, high, low, close}) {
                if (!(columns.decimal(price) > 0)) {
                    return violation(price, "price_not_positive", "The price is not above 0.");
                }
            }
            if (columns.decimal(high) < columns.decimal(low)) {
                return violation(high, "price_order", "The high is below the low.");
            }
            for (int price : new int[] {open, close}) {
                if (columns.decimal(price) > columns.decimal(high)
                        || columns.decimal(price) < columns.decimal(low)) {
                    return violation(price, "price_order", "The price lies outside low and high.");
                }
            }
            if (!columns.isNull(vwap) && !(columns.decimal(vwap) > 0)) {
                return violation(vwap, "price_not_positive", "The price is not above 0.");
            }
            return columns.decimal(volume) < 0
                    ? violation(volume, "size_negative", "The volume is below 0.")
                    : null;
        }

        @Override
        long order() {
            return columns.number(window);
        }

        /** There is one bar of a window. */
        @Override
        long identity() {
            return 0;
        }

        @Override
        double price() {
            return columns.decimal(close);
        }

        @Override
        long trades() {
            return columns.number(transactions);
        }

        @Override
        boolean countsTrades() {
            return daily;
        }
    }
}
