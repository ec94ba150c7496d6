package io.champion.bhavcopy;

import java.math.BigDecimal;

/**
 * Reads decimal numbers exactly as the exchanges print them: digits, at most one point, at most one
 * leading minus. No exponents, no grouping, no NaN, no hexadecimal: what is not a plain number is
 * an error, never a guess.
 */
final class Decimals {

    /** Beyond this a double does not hold every whole number. */
    private static final long EXACT = 1L << 53;

    /** Powers of ten that a double holds exactly. */
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };

    private static final int MAX_DIGITS = 40;

    private Decimals() {}

    /** Whether the text is a plain decimal number. */
    static boolean isNumber(String text) {
        int length = text.length();
        int start = length > 0 && text.charAt(0) == '-' ? 1 : 0;
        int digits = 0;
        boolean point = false;
        for (int i = start; i < length; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                digits++;
            } else if (c == '.' && !point) {
                point = true;
            } else {
                return false;
            }
        }
        return digits > 0 && digits <= MAX_DIGITS;
    }

    /**
     * The double nearest to a number, times a power of ten: {@code toDouble("12.34", 5)} is exactly
     * 1234000.
     *
     * @param text {@linkplain #isNumber a number}
     */
    static double toDouble(String text, int timesTenTo) {
        long unscaled = 0;
        int scale = -timesTenTo;
        boolean negative = false;
        boolean fraction = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '-') {
                negative = true;
            } else if (c == '.') {
                fraction = true;
            } else {
                unscaled = unscaled * 10 + (c - '0');
                if (unscaled >= EXACT) {
                    return new BigDecimal(text).scaleByPowerOfTen(timesTenTo).doubleValue();
                }
                if (fraction) {
                    scale++;
                }
            }
        }
        // One rounding of two exact operands gives the nearest double.
        double value;
        if (scale > 22 || -scale > 22) {
            return new BigDecimal(text).scaleByPowerOfTen(timesTenTo).doubleValue();
        } else if (scale >= 0) {
            value = unscaled / POWERS[scale];
        } else {
            value = unscaled * POWERS[-scale];
        }
        return negative ? -value : value;
    }

    /**
     * The whole number that the text is, or null where it has a fraction or does not fit. Tables
     * that were printed again carry {@code 12358.0} for {@code 12358}.
     *
     * @param text {@linkplain #isNumber a number}
     */
    static Long toLong(String text) {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        for (int i = point + 1; point >= 0 && i < text.length(); i++) {
            if (text.charAt(i) != '0') {
                return null;
            }
        }
        if (whole.isEmpty() || whole.equals("-")) {
            return 0L;
        }
        try {
            return Long.valueOf(whole);
        } catch (NumberFormatException e) {
            return null; // Too large: the caller says so.
        }
    }
}
