package io.champion.ticks;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When exchanges are open. Written as {@code NSE 09:15-15:30 Asia/Kolkata}: Monday to Friday, from
 * the first time, inclusive, to the second, exclusive. An exchange that is not named is always
 * open.
 *
 * <p>Days that differ: {@code NSE 2025-10-02 closed}, {@code NSE 2025-02-01 09:15-15:30}.
 */
final class SessionCalendar implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final Pattern SESSION = Pattern.compile("(\\S+) (\\S+)-(\\S+) (\\S+)");
    private static final Pattern DAY =
            Pattern.compile("(\\S+)\\s+(\\S+)\\s+(?:(closed)|([^\\s-]+)-(\\S+))");
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private record Hours(LocalTime open, LocalTime close) implements Serializable {
        static final Hours CLOSED = new Hours(LocalTime.MIN, LocalTime.MIN);

        static Hours of(String open, String close) {
            Hours hours = new Hours(LocalTime.parse(open), LocalTime.parse(close));
            if (!hours.open.isBefore(hours.close)) {
                throw new DateTimeException("it closes before it opens");
            }
            return hours;
        }
    }

    private record Exchange(ZoneId zone, Hours usual, Map<LocalDate, Hours> days)
            implements Serializable {
        Hours on(LocalDate day) {
            boolean weekend =
                    day.getDayOfWeek() == DayOfWeek.SATURDAY
                            || day.getDayOfWeek() == DayOfWeek.SUNDAY;
            return days.getOrDefault(day, weekend ? Hours.CLOSED : usual);
        }
    }

    private final Map<String, Exchange> exchanges;

    private SessionCalendar(Map<String, Exchange> exchanges) {
        this.exchanges = exchanges;
    }

    /**
     * @param sessions one for each exchange
     * @param days days that differ; empty lines and those that begin with {@code #} say nothing
     * @throws IllegalArgumentException if one of them cannot be understood
     */
    static SessionCalendar of(List<String> sessions, List<String> days) {
        Map<String, Exchange> exchanges = new HashMap<>();
        for (String session : sessions) {
            Matcher parts = SESSION.matcher(session.strip());
            try {
                if (!parts.matches()) {
                    throw new DateTimeException("it has another form");
                }
                Exchange exchange =
                        new Exchange(
                                ZoneId.of(parts.group(4)),
                                Hours.of(parts.group(2), parts.group(3)),
                                new HashMap<>());
                if (exchanges.put(parts.group(1), exchange) != null) {
                    throw new DateTimeException("the exchange is named twice");
                }
            } catch (DateTimeException e) {
                throw new IllegalArgumentException(
                        "'"
                                + session
                                + "' is no session, for "
                                + e.getMessage()
                                + "; write it as NSE 09:15-15:30 Asia/Kolkata.",
                        e);
            }
        }
        SessionCalendar calendar = new SessionCalendar(exchanges);
        for (String day : days) {
            if (!day.isBlank() && !day.startsWith("#")) {
                calendar.addDay(day);
            }
        }
        return calendar;
    }

    private void addDay(String day) {
        Matcher parts = DAY.matcher(day.strip());
        try {
            if (!parts.matches()) {
                throw new DateTimeException("it has another form");
            }
            Exchange exchange = exchanges.get(parts.group(1));
            if (exchange == null) {
                throw new DateTimeException("no session of the exchange is given");
            }
            exchange.days()
                    .put(
                            LocalDate.parse(parts.group(2)),
                            parts.group(3) != null
                                    ? Hours.CLOSED
                                    : Hours.of(parts.group(4), parts.group(5)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'"
                            + day
                            + "' is no day of a calendar, for "
                            + e.getMessage()
                            + "; write it as NSE 2025-10-02 closed, or with hours as NSE 2025-02-01"
                            + " 09:15-15:30.",
                    e);
        }
    }

    /** The sessions of one exchange, for one thread. */
    Sessions of(String exchange) {
        return new Sessions(exchanges.get(exchange));
    }

    /** Tells whether one exchange is open; quick while times stay close together. */
    static final class Sessions {
        private final Exchange exchange;

        /** What was found last: from one time to another it is open, or is not. */
        private long from;

        private long to;
        private boolean open;

        private Sessions(Exchange exchange) {
            this.exchange = exchange;
            if (exchange == null) {
                from = Long.MIN_VALUE;
                to = Long.MAX_VALUE;
                open = true;
            }
        }

        /**
         * @param time nanoseconds since the epoch
         */
        boolean isOpen(long time) {
            if (time < from || time >= to) {
                find(time);
            }
            return open;
        }

        private void find(long time) {
            LocalDate day =
                    Instant.ofEpochSecond(Math.floorDiv(time, NANOS_PER_SECOND))
                            .atZone(exchange.zone())
                            .toLocalDate();
            Hours hours = exchange.on(day);
            long opening = nanos(day, hours.open());
            long closing = nanos(day, hours.close());
            if (time >= opening && time < closing) {
                from = opening;
                to = closing;
                open = true;
                return;
            }
            open = false;
            boolean before = time < opening;
            from = before ? nanos(day, LocalTime.MIN) : closing;
            to = before ? opening : nanos(day.plusDays(1), LocalTime.MIN);
        }

        private long nanos(LocalDate day, LocalTime time) {
            Instant instant = day.atTime(time).atZone(exchange.zone()).toInstant();
            return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
        }
    }
}
