package io.champion.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SessionsTest {

    /** The number of trading days that the New York Stock Exchange had. */
    @ParameterizedTest
    @CsvSource({
        "2001, 248", "2004, 252", "2006, 251", "2007, 251", "2012, 250", "2016, 252", "2018, 251",
        "2019, 252", "2020, 253", "2021, 252", "2022, 251", "2023, 250", "2024, 252", "2025, 250"
    })
    void theYearsOfTheNewYorkStockExchangeHaveTheirTradingDays(int year, int days) {
        long sessions =
                LocalDate.of(year, 1, 1)
                        .datesUntil(LocalDate.of(year + 1, 1, 1))
                        .filter(Sessions.US::isSession)
                        .count();
        assertThat(sessions).isEqualTo(days);
    }

    @Test
    void theHolidaysOfAYearAreThosePublished() {
        List<LocalDate> closed =
                LocalDate.of(2025, 1, 1)
                        .datesUntil(LocalDate.of(2026, 1, 1))
                        .filter(day -> day.getDayOfWeek().getValue() < 6)
                        .filter(day -> !Sessions.US.isSession(day))
                        .toList();
        assertThat(closed)
                .extracting(LocalDate::toString)
                .containsExactly(
                        "2025-01-01",
                        "2025-01-09",
                        "2025-01-20",
                        "2025-02-17",
                        "2025-04-18",
                        "2025-05-26",
                        "2025-06-19",
                        "2025-07-04",
                        "2025-09-01",
                        "2025-11-27",
                        "2025-12-25");
    }

    @ParameterizedTest
    @CsvSource({
        "2021-12-31, true", // New Year's Day 2022 is a Saturday, and is not kept.
        "2023-01-02, false", // New Year's Day is a Sunday.
        "2021-12-24, false", // Christmas is a Saturday.
        "2022-12-26, false", // Christmas is a Sunday.
        "2020-07-03, false", // the 4th is a Saturday.
        "2021-07-05, false", // the 4th is a Sunday.
        "2021-06-18, true", // Juneteenth was not kept yet.
        "2022-06-20, false",
        "2027-06-18, false",
        "2024-11-29, true", // half a day is a day.
        "2024-03-29, false"
    })
    void holidaysOnWeekendsAreKeptOnWeekdays(LocalDate day, boolean session) {
        assertThat(Sessions.US.isSession(day)).isEqualTo(session);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-01-26, false", "2024-08-15, false", "2024-10-02, false", "2024-12-25, false",
        "2025-04-18, false", "2024-05-01, false", "2025-02-01, false", "2025-06-18, true",
        "2024-11-01, true"
    })
    void theFixedHolidaysOfIndiaAreKnown(LocalDate day, boolean session) {
        assertThat(Sessions.INDIA.isSession(day)).isEqualTo(session);
    }
}
