package io.champion.fetch;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.Month;
import java.time.MonthDay;
import java.time.temporal.TemporalAdjusters;
import java.util.Set;

/**
 * On which days exchanges hold a session, as far as that can be told in advance: weekends, and
 * holidays by rule.
 */
enum Sessions {
    /**
     * US equities: the holidays of the New York Stock Exchange (its rule 7.2), by which a holiday
     * that falls on a Sunday is kept on Monday and one on a Saturday on Friday, New Year's Day
     * aside; and the days since 2001 on which it was closed for another reason.
     */
    US {
        @Override
        boolean isHoliday(LocalDate day) {
            int year = day.getYear();
            DayOfWeek weekday = day.getDayOfWeek();
            int week = (day.getDayOfMonth() - 1) / 7 + 1;
            boolean lastWeek = day.getDayOfMonth() + 7 > day.lengthOfMonth();
            boolean byWeekday =
                    switch (day.getMonth()) {
                        // Martin Luther King's and Washington's birthdays.
                        case JANUARY -> weekday == DayOfWeek.MONDAY && week == 3 && year >= 1998;
                        case FEBRUARY -> weekday == DayOfWeek.MONDAY && week == 3;
                        // Memorial Day, Labor Day, Thanksgiving.
                        case MAY -> weekday == DayOfWeek.MONDAY && lastWeek;
                        case SEPTEMBER -> weekday == DayOfWeek.MONDAY && week == 1;
                        case NOVEMBER -> weekday == DayOfWeek.THURSDAY && week == 4;
                        default -> false;
                    };
            return byWeekday
                    || day.equals(goodFriday(year))
                    || US_CLOSED.contains(day)
                    || isKept(day, Month.JULY, 4)
                    || isKept(day, Month.DECEMBER, 25)
                    || (year >= 2022 && isKept(day, Month.JUNE, 19))
                    || (isKept(day, Month.JANUARY, 1) && day.getMonth() == Month.JANUARY);
        }
    },

    /**
     * NSE and BSE: the holidays that have a fixed date, and Good Friday. The others follow the moon
     * and are announced each year; there are sessions on weekends now and then.
     */
    INDIA {
        @Override
        boolean isHoliday(LocalDate day) {
            return INDIA_FIXED.contains(MonthDay.from(day))
                    || day.equals(goodFriday(day.getYear()));
        }
    };

    /** Attacks, funerals of presidents, a hurricane. */
    private static final Set<LocalDate> US_CLOSED =
            Set.of(
                    LocalDate.of(2001, 9, 11),
                    LocalDate.of(2001, 9, 12),
                    LocalDate.of(2001, 9, 13),
                    LocalDate.of(2001, 9, 14),
                    LocalDate.of(2004, 6, 11),
                    LocalDate.of(2007, 1, 2),
                    LocalDate.of(2012, 10, 29),
                    LocalDate.of(2012, 10, 30),
                    LocalDate.of(2018, 12, 5),
                    LocalDate.of(2025, 1, 9));

    /** Republic Day, Maharashtra Day, Independence Day, Gandhi's birthday, Christmas. */
    private static final Set<MonthDay> INDIA_FIXED =
            Set.of(
                    MonthDay.of(1, 26),
                    MonthDay.of(5, 1),
                    MonthDay.of(8, 15),
                    MonthDay.of(10, 2),
                    MonthDay.of(12, 25));

    abstract boolean isHoliday(LocalDate day);

    /** Whether a session is expected on a day. */
    boolean isSession(LocalDate day) {
        return day.getDayOfWeek() != DayOfWeek.SATURDAY
                && day.getDayOfWeek() != DayOfWeek.SUNDAY
                && !isHoliday(day);
    }

    /** Whether a holiday with a fixed date is kept on a day, which is a weekday. */
    private static boolean isKept(LocalDate day, Month month, int dayOfMonth) {
        // A Friday keeps that of the day after, a Monday that of the day before.
        return isOn(day, month, dayOfMonth)
                || (day.getDayOfWeek() == DayOfWeek.FRIDAY
                        && isOn(day.plusDays(1), month, dayOfMonth))
                || (day.getDayOfWeek() == DayOfWeek.MONDAY
                        && isOn(day.minusDays(1), month, dayOfMonth));
    }

    private static boolean isOn(LocalDate day, Month month, int dayOfMonth) {
        return day.getMonth() == month && day.getDayOfMonth() == dayOfMonth;
    }

    /**
     * Two days before Easter Sunday, which is by the Gregorian computus (Meeus, Jones, Butcher).
     */
    static LocalDate goodFriday(int year) {
        int a = year % 19;
        int b = year / 100;
        int c = year % 100;
        int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        int m = (a + 11 * h + 22 * l) / 451;
        int n = h + l - 7 * m + 114;
        return LocalDate.of(year, n / 31, n % 31 + 1)
                .with(TemporalAdjusters.previous(DayOfWeek.FRIDAY));
    }
}
