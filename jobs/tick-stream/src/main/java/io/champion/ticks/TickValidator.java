package io.champion.ticks;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.ticks.RejectedTickException.Reason;

/** What a decoded tick must be for the engine to take it. */
final class TickValidator {
    private TickValidator() {}

    /** Price x size of a trade at most, so that sums of 128 bits cannot overflow. */
    static final double MAX_TURNOVER = 1e15;

    /**
     * @throws RejectedTickException if something in the tick is wrong
     */
    static void check(EquityTrade tick) throws RejectedTickException {
        present("symbol", tick.getSymbol());
        present("exchange", tick.getExchange());
        present("trade_id", tick.getTradeId());
        withoutColon("symbol", tick.getSymbol());
        withoutColon("exchange", tick.getExchange());
        withoutColon("series", tick.getSeries());
        if (tick.getEventTime() < 0) {
            throw new RejectedTickException(
                    Reason.INVALID_VALUE,
                    "event_time",
                    String.valueOf(tick.getEventTime()),
                    "The event time lies before 1970.");
        }
        if (tick.getKind() == TickKind.CANCELLATION) {
            return;
        }
        representable("price", tick.getPrice());
        representable("size", tick.getSize());
        double turnover = tick.getPrice() * tick.getSize();
        if (turnover > MAX_TURNOVER) {
            throw new RejectedTickException(
                    Reason.INVALID_VALUE,
                    "size",
                    String.valueOf(tick.getSize()),
                    "Price x size is " + turnover + ", more than " + MAX_TURNOVER + ".");
        }
    }

    private static void present(String field, String value) throws RejectedTickException {
        if (value.isEmpty()) {
            throw new RejectedTickException(
                    Reason.MISSING_VALUE, field, "", "The field " + field + " is empty.");
        }
    }

    /** A colon would make the instrument id ambiguous. */
    private static void withoutColon(String field, String value) throws RejectedTickException {
        if (value.indexOf(':') >= 0) {
            throw new RejectedTickException(
                    Reason.INVALID_VALUE,
                    field,
                    value,
                    "The field " + field + " is '" + value + "', with a colon.");
        }
    }

    private static void representable(String field, Double value) throws RejectedTickException {
        if (value == null || FixedPoint.of(value) == FixedPoint.UNREPRESENTABLE) {
            throw new RejectedTickException(
                    value == null ? Reason.MISSING_VALUE : Reason.INVALID_VALUE,
                    field,
                    value == null ? "" : String.valueOf(value),
                    "The "
                            + field
                            + " is "
                            + value
                            + ", but a trade needs one above 0, up to "
                            + FixedPoint.MAX
                            + ", that is a multiple of 1e-8.");
        }
    }
}
