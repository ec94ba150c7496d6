package io.champion.indicators;

/**
 * Numbers as the unevaluated sum of two doubles, of 106 bits, in two neighbouring elements of an
 * array: the larger first.
 *
 * <p>Source: T. J. Dekker, "A floating-point technique for extending the available precision",
 * Numerische Mathematik 18, 1971; D. E. Knuth's sum of two. Fused multiply-add is left out on
 * purpose: where the processor has none, Java's is a thousand times slower.
 */
final class DoubleDouble {

    private static final double SPLIT = 134_217_729; // 2^27 + 1

    private DoubleDouble() {}

    /** to = a + b; any of them may be the same. */
    static void add(double[] a, int aAt, double[] b, int bAt, double[] to, int toAt) {
        double sum = a[aAt] + b[bAt];
        double bPart = sum - a[aAt];
        double error = (a[aAt] - (sum - bPart)) + (b[bAt] - bPart);
        error += a[aAt + 1] + b[bAt + 1];
        double high = sum + error;
        to[toAt + 1] = error - (high - sum);
        to[toAt] = high;
    }

    /** to += value. */
    static void add(double value, double[] to, int toAt) {
        double sum = to[toAt] + value;
        double part = sum - to[toAt];
        double error = (to[toAt] - (sum - part)) + (value - part) + to[toAt + 1];
        double high = sum + error;
        to[toAt + 1] = error - (high - sum);
        to[toAt] = high;
    }

    /** to = a * b of two doubles, exactly. */
    static void multiply(double a, double b, double[] to, int toAt) {
        double high = a * b;
        to[toAt + 1] = productError(a, b, high);
        to[toAt] = high;
    }

    /** n * a - b * c of double-doubles, rounded to a double. */
    static double multiplyAndSubtract(
            int n, double[] a, int aAt, double[] b, int bAt, double[] c, int cAt) {
        double left = n * a[aAt];
        double leftError = productError(n, a[aAt], left) + n * a[aAt + 1];
        double right = b[bAt] * c[cAt];
        double rightError =
                productError(b[bAt], c[cAt], right) + (b[bAt] * c[cAt + 1] + b[bAt + 1] * c[cAt]);
        double difference = left - right;
        double part = difference - left;
        double error = (left - (difference - part)) - (right + part);
        return difference + (error + (leftError - rightError));
    }

    /** a - n * quotient of a double-double, rounded to a double. */
    static double remainder(double[] a, int aAt, double n, double quotient) {
        double product = n * quotient;
        return (a[aAt] - product) + (a[aAt + 1] - productError(n, quotient, product));
    }

    private static double productError(double a, double b, double product) {
        double aHigh = a * SPLIT;
        aHigh -= aHigh - a;
        double aLow = a - aHigh;
        double bHigh = b * SPLIT;
        bHigh -= bHigh - b;
        double bLow = b - bHigh;
        return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
    }
}
