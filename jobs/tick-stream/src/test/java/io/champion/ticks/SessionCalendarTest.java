package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionCalendarTest {
    private static final SessionCalendar CALENDAR =
            SessionCalendar.of(
                    List.of("NSE 09:15-15:30 Asia/Kolkata", " SIP 09:30-16:00 America/New_York "),
                    List.of(
                            "# holidays",
                            "",
                            "NSE 2025-10-02 closed",
                            "NSE  2025-02-01  09:15-12:00",
                            "SIP 2025-07-03 09:30-13:00"));

    @ParameterizedTest
    @CsvSource({
        // First and last nanosecond of a usual day.
        "NSE, 2025-06-18T03:44:59.999999999Z, false",
        "NSE, 2025-06-18T03:45:00Z, true",
        "NSE, 2025-06-18T09:59:59.999999999Z, true",
        "NSE, 2025-06-18T10:00:00Z, false",
        // A Sunday; a holiday; a Saturday with a session of its own.
        "NSE, 2025-06-22T06:00:00Z, false",
        "NSE, 2025-10-02T06:00:00Z, false",
        "NSE, 2025-02-01T06:00:00Z, true",
        "NSE, 2025-02-01T06:30:00Z, false",
        // The Friday before clocks go forward in New York, and the Monday after.
        "SIP, 2025-03-07T14:29:59Z, false",
        "SIP, 2025-03-07T14:30:00Z, true",
        "SIP, 2025-03-07T20:30:00Z, true",
        "SIP, 2025-03-10T13:30:00Z, true",
        "SIP, 2025-03-10T20:00:00Z, false",
        // And back.
        "SIP, 2025-10-31T13:30:00Z, true",
        "SIP, 2025-11-03T13:30:00Z, false",
        "SIP, 2025-11-03T20:59:59Z, true",
        "SIP, 2025-07-03T16:59:59Z, true",
        "SIP, 2025-07-03T17:00:00Z, false",
        // Not named: always open.
        "BINANCE, 2025-06-22T00:00:00Z, true",
    })
    void isOpen(String exchange, Instant time, boolean open) {
        assertThat(CALENDAR.of(exchange).isOpen(nanos(time))).isEqualTo(open);
    }

    /** What is found first must not decide what is found next. */
    @Test
    void theSameWhateverWasAskedBefore() {
        SessionCalendar.Sessions asked = CALENDAR.of("SIP");
        Instant start = Instant.parse("2025-03-06T00:00:00Z");
        for (int halfHour = 0; halfHour < 48 * 7; halfHour++) {
            long time = nanos(start.plusSeconds(halfHour * 1_800L));
            assertThat(asked.isOpen(time)).isEqualTo(CALENDAR.of("SIP").isOpen(time));
        }
        assertThat(asked.isOpen(nanos(start.plusSeconds(15 * 3_600)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NSE",
                "NSE 09:15 Asia/Kolkata",
                "NSE 09:15-15:30 Asia/Nowhere",
                "NSE 9-15:30 Asia/Kolkata",
                "NSE 15:30-09:15 Asia/Kolkata",
                "NSE 09:15-09:15 Asia/Kolkata",
            })
    void noSession(String session) {
        assertThatThrownBy(() -> SessionCalendar.of(List.of(session), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + session + "' is no session, for ")
                .hasMessageEndingWith("; write it as NSE 09:15-15:30 Asia/Kolkata.");
    }

    @Test
    void noExchangeTwice() {
        assertThatThrownBy(
                        () ->
                                SessionCalendar.of(
                                        List.of("X 09:00-10:00 UTC", "X 11:00-12:00 UTC"),
                                        List.of()))
                .hasMessageContaining("the exchange is named twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NSE 2025-10-02",
                "NSE 2025-13-02 closed",
                "NSE 2025-10-02 shut",
                "NSE 2025-10-02 12:00-11:00",
                "BSE 2025-10-02 closed",
            })
    void noDay(String day) {
        assertThatThrownBy(() -> SessionCalendar.of(List.of("NSE 09:15-15:30 UTC"), List.of(day)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + day + "' is no day of a calendar, for ");
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }
}
