package io.champion.ticks;

import io.champion.kafka.TickReader;
import io.champion.kafka.TickReader.Text;
import io.champion.model.record.TickKind;
import io.champion.ticks.RejectedTickException.Reason;
import java.util.Locale;

/** What a decoded tick must be for the engine to take it. */
final class TickValidator {
    private TickValidator() {}

    /** Price x size of a trade at most, so that sums of 128 bits cannot overflow. */
    static final double MAX_TURNOVER = 1e15;

    /**
     * @throws RejectedTickException if something in the tick is wrong
     */
    static void check(TickReader tick) throws RejectedTickException {
        present(tick, Text.SYMBOL);
        present(tick, Text.EXCHANGE);
        present(tick, Text.TRADE_ID);
        withoutColon(tick, Text.SYMBOL);
        withoutColon(tick, Text.EXCHANGE);
        withoutColon(tick, Text.SERIES);
        if (tick.eventTime() < 0) {
            throw new RejectedTickException(
                    Reason.INVALID_VALUE,
                    "event_time",
                    String.valueOf(tick.eventTime()),
                    "The event time lies before 1970.");
        }
        if (tick.kind() == TickKind.CANCELLATION) {
            return;
        }
        representable("price", tick.hasPrice(), tick.price());
        representable("size", tick.hasSize(), tick.size());
        double turnover = tick.price() * tick.size();
        if (turnover > MAX_TURNOVER) {
            throw new RejectedTickException(
                    Reason.INVALID_VALUE,
                    "size",
                    String.valueOf(tick.size()),
                    "Price x size is " + turnover + ", more than " + MAX_TURNOVER + ".");
        }
    }

    private static String name(Text text) {
        return text.name().toLowerCase(Locale.ROOT);
    }

    private static void present(TickReader tick, Text text) throws RejectedTickException {
        if (tick.start(text) == tick.end(text)) {
            String field = name(text);
            throw new RejectedTickException(
                    Reason.MISSING_VALUE, field, "", "The field " + field + " is empty.");
        }
    }

    /** A colon would make the instrument id ambiguous. */
    private static void withoutColon(TickReader tick, Text text) throws RejectedTickException {
        byte[] bytes = tick.bytes();
        int end = tick.end(text);
        for (int i = tick.start(text); i < end; i++) {
            if (bytes[i] == ':') {
                String field = name(text);
                String value = tick.string(text);
                throw new RejectedTickException(
                        Reason.INVALID_VALUE,
                        field,
                        value,
                        "The field " + field + " is '" + value + "', with a colon.");
            }
        }
    }

    private static void representable(String field, boolean isPresent, double value)
            throws RejectedTickException {
        if (!isPresent || FixedPoint.of(value) == FixedPoint.UNREPRESENTABLE) {
            String found = isPresent ? String.valueOf(value) : "";
            throw new RejectedTickException(
                    isPresent ? Reason.INVALID_VALUE : Reason.MISSING_VALUE,
                    field,
                    found,
                    "The "
                            + field
                            + " is "
                            + (isPresent ? found : "null")
                            + ", but a trade needs one above 0, up to "
                            + FixedPoint.MAX
                            + ", that is a multiple of 1e-8.");
        }
    }
}
