package io.champion.cli.replay;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lines of a LOBSTER message file: time, type, order id, size, price, direction. Executions (types
 * 4, 5 and 6) are trades. The order that rests gives the direction, so that of a sell order is a
 * buy.
 *
 * @see <a href="https://lobsterdata.com/info/DataStructure.php">LOBSTER: output structure</a>
 */
final class LobsterFormat implements Recording.Format {

    private static final Pattern NAME =
            Pattern.compile(
                    "([^_]+)_(\\d{4}-\\d{2}-\\d{2})_(\\d{1,8})_\\d{1,8}_message_\\d+\\.csv(?:\\.gz)?");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    private static final String SOURCE = "lobster";
    private static final String EXCHANGE = "NASDAQ";
    private static final int FIELDS = 6;
    private static final long SECOND = 1_000_000_000L;
    private static final int NANO_DIGITS = 9;
    private static final double PRICE_UNIT = 10_000;

    /** More lines than a file has; beyond it the numbers of two files could meet. */
    private static final long MAX_LINES = SECOND;

    private final String symbol;
    private final Instant ingestTime;
    private final long midnight;
    private final long firstNumber;

    private LobsterFormat(String symbol, LocalDate date, long startMillis, long ingestTime) {
        this.symbol = symbol;
        this.ingestTime = Instant.ofEpochMilli(ingestTime);
        // Seconds after midnight are those of the clock: no session has a change of it.
        this.midnight = Math.multiplyExact(date.atStartOfDay(NEW_YORK).toEpochSecond(), SECOND);
        this.firstNumber = midnight + Math.floorDiv(startMillis, 1000) * SECOND;
    }

    /** The format of a file of that name, or null if it is none of LOBSTER's. */
    static LobsterFormat of(String name, long ingestTime) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        try {
            return new LobsterFormat(
                    matcher.group(1),
                    LocalDate.parse(matcher.group(2)),
                    Long.parseLong(matcher.group(3)),
                    ingestTime);
        } catch (DateTimeException | ArithmeticException e) {
            throw new RecordingException(
                    "The name " + name + " holds no date: " + matcher.group(2) + ".", e);
        }
    }

    @Override
    public EquityTrade read(String text, long line) throws BadLineException {
        String[] fields = COMMA.split(text, -1);
        if (fields.length != FIELDS) {
            throw new BadLineException(
                    "There are " + fields.length + " fields, but LOBSTER has " + FIELDS + ".");
        }
        long time = midnight + nanos(fields[0]);
        long type = number("type", fields[1], 1, 7);
        if (type < 4 || type > 6) {
            return null;
        }
        if (line >= MAX_LINES) {
            throw new BadLineException("The file has more than " + MAX_LINES + " lines.");
        }
        long size = number("size", fields[3], 1, 1_000_000_000);
        long price = number("price", fields[4], 1, 100_000_000_000L);
        long direction = number("direction", fields[5], -1, 1);
        // Files of one day continue each other, and so do their numbers.
        long sequence = firstNumber + line;
        return EquityTrade.newBuilder()
                .setEventId(sequence)
                .setEventTime(time)
                .setIngestTime(ingestTime)
                .setSource(SOURCE)
                .setEntityId(ReplayedMessage.instrument(EXCHANGE, symbol, ""))
                .setSymbol(symbol)
                .setExchange(EXCHANGE)
                .setTradeId(Long.toString(sequence))
                .setSequenceNumber(sequence)
                .setKind(TickKind.TRADE)
                .setPrice(price / PRICE_UNIT)
                .setSize((double) size)
                // A cross has no side.
                .setSide(type == 6 ? null : direction < 0 ? "BUY" : "SELL")
                .setConditions(List.of())
                .build();
    }

    /**
     * Seconds with decimals. Files have some with more than nine, from arithmetic on the way;
     * rounded to the nearest nanosecond.
     */
    private static long nanos(String text) throws BadLineException {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String fraction = point < 0 ? "0" : text.substring(point + 1);
        if (!DIGITS.matcher(fraction).matches()) {
            throw new BadLineException(
                    "The time '" + Text.excerpt(text) + "' is no number of seconds.");
        }
        long seconds = number("time", whole, 0, 86_400);
        String digits = fraction + "0".repeat(NANO_DIGITS + 1);
        int rounding = digits.charAt(NANO_DIGITS) >= '5' ? 1 : 0;
        return seconds * SECOND + Long.parseLong(digits.substring(0, NANO_DIGITS)) + rounding;
    }

    private static long number(String field, String text, long least, long most)
            throws BadLineException {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Says what a number out of range says.
        }
        throw new BadLineException(
                "The "
                        + field
                        + " '"
                        + Text.excerpt(text)
                        + "' is no whole number from "
                        + least
                        + " to "
                        + most
                        + ".");
    }
}
