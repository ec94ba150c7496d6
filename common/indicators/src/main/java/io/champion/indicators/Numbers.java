package io.champion.indicators;

/** Arithmetic that says not known where the result would be made up. */
final class Numbers {
    private Numbers() {}

    /** a / b; not known for b = 0. */
    static double ratio(double a, double b) {
        return b == 0 ? Double.NaN : a / b;
    }

    /** ln(value / before); not known unless both are positive. */
    static double logReturn(double value, double before) {
        return value > 0 && before > 0 ? Math.log(value / before) : Double.NaN;
    }

    /** Whether both are known. */
    static boolean known(double a, double b) {
        return !Double.isNaN(a + b);
    }
}
