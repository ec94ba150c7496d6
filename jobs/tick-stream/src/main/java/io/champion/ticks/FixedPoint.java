package io.champion.ticks;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Prices and sizes as whole numbers of 1e-8, so that sums are exact and do not depend on the order
 * in which they are taken.
 */
final class FixedPoint {
    private FixedPoint() {}

    /** Units in one. */
    static final long SCALE = 100_000_000L;

    /** Largest number that {@link #of} takes: its units leave four bits of a long free. */
    static final double MAX = 1e10;

    /** Result of {@link #of} for a number that it cannot stand for. */
    static final long UNREPRESENTABLE = -1;

    /** A number that loses more than this share of itself is refused. */
    private static final double TOLERANCE = 1e-9;

    private static final double EXACT_LONGS = 0x1p53;
    private static final int DIGITS = 8;

    /**
     * Units of a number, rounded to the nearest.
     *
     * @return {@link #UNREPRESENTABLE} for what is not a number, not above 0, above {@link #MAX},
     *     or changed by more than a billionth of itself by rounding
     */
    static long of(double value) {
        if (!(value > 0 && value <= MAX)) {
            return UNREPRESENTABLE;
        }
        long whole = (long) value;
        double fraction = value - whole;
        double rounded = Math.rint(fraction * SCALE);
        if (Math.abs(rounded - fraction * SCALE) > value * (TOLERANCE * SCALE)) {
            return UNREPRESENTABLE;
        }
        return whole * SCALE + (long) rounded;
    }

    /** The double nearest to a number of units. */
    static double toDouble(long units) {
        return toDouble(0, units);
    }

    /** The double nearest to a number of 128 bits, 0 or more, divided by {@link #SCALE}. */
    static double toDouble(long high, long low) {
        if (high == 0 && low >= 0) {
            if (low <= EXACT_LONGS) {
                // Both are exact, and so is the rounding of the division.
                return (double) low / SCALE;
            }
            if (low % SCALE == 0) {
                return (double) (low / SCALE);
            }
        }
        return new BigDecimal(toBigInteger(high, low), DIGITS).doubleValue();
    }

    /** The double nearest to a number of 128 bits, 0 or more, divided by {@link #SCALE} squared. */
    static double productToDouble(long high, long low) {
        if (high >= 0 && high < Integer.MAX_VALUE) {
            // Nearly all products are multiples of the scale. Divided in two steps of 32 bits.
            long upper = (high << 32) + (low >>> 32);
            long quotient = upper / SCALE;
            long rest = ((upper % SCALE) << 32) + (low & 0xFFFF_FFFFL);
            if (rest % SCALE == 0 && quotient <= Integer.MAX_VALUE) {
                return toDouble(0, (quotient << 32) + rest / SCALE);
            }
        }
        return new BigDecimal(toBigInteger(high, low), 2 * DIGITS).doubleValue();
    }

    private static BigInteger toBigInteger(long high, long low) {
        return BigInteger.valueOf(high)
                .shiftLeft(64)
                .add(BigInteger.valueOf(low >>> 1).shiftLeft(1).add(BigInteger.valueOf(low & 1)));
    }
}
