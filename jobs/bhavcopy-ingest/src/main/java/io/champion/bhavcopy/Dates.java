package io.champion.bhavcopy;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the exchanges' dates: {@code 2025-06-18}, {@code 18-Jun-2025}, {@code 3-NOV-1994}. */
final class Dates {

    private static final String MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

    /** The exchanges put dates into names as eight digits, year first or day first. */
    private static final Pattern IN_NAME = Pattern.compile("(?<!\\d)\\d{8}(?!\\d)");

    private Dates() {}

    /** The date that a file's name tells in eight digits, or null where it tells none. */
    static LocalDate inName(String name) {
        Matcher found = IN_NAME.matcher(name);
        while (found.find()) {
            String digits = found.group();
            // No digits are both: where the one has the month, the other has a century.
            LocalDate date = day(digits, 0, 4, 6);
            if (date == null) {
                date = day(digits, 4, 2, 0);
            }
            if (date != null) {
                return date;
            }
        }
        return null;
    }

    private static LocalDate day(String digits, int year, int month, int day) {
        int y = number(digits, year, year + 4);
        return y < 1900 || y > 2099
                ? null
                : of(y, number(digits, month, month + 2), number(digits, day, day + 2));
    }

    /** The date that the text spells, or null where it spells none. */
    static LocalDate parse(String text) {
        int length = text.length();
        if (length == 10 && text.charAt(4) == '-' && text.charAt(7) == '-') {
            return of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        }
        int dash = text.indexOf('-');
        if ((dash == 1 || dash == 2) && length == dash + 9 && text.charAt(dash + 4) == '-') {
            return of(number(text, dash + 5, length), month(text, dash + 1), number(text, 0, dash));
        }
        return null;
    }

    /** The date, or null where there is no such day. */
    static LocalDate of(int year, int month, int day) {
        if (year < 1000 || month < 1 || month > 12 || day < 1) {
            return null;
        }
        return day > YearMonth.of(year, month).lengthOfMonth()
                ? null
                : LocalDate.of(year, month, day);
    }

    private static int month(String text, int start) {
        for (int i = 0; i < MONTHS.length(); i += 3) {
            if (text.regionMatches(true, start, MONTHS, i, 3)) {
                return i / 3 + 1;
            }
        }
        return 0;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
