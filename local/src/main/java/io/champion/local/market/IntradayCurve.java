package io.champion.local.market;

/**
 * Turns evenly spread numbers into times of a session that is busy at its ends and calm in the
 * middle: a parabola with {@code ratio} times the intensity at open and close that it has at half
 * time.
 */
final class IntradayCurve {

    private static final int KNOTS = 4096;

    /** Part of the session, by KNOTS even steps of the part of its trades. */
    private final double[] times = new double[KNOTS + 1];

    IntradayCurve(double ratio) {
        double low = 0;
        for (int knot = 0; knot <= KNOTS; knot++) {
            double share = (double) knot / KNOTS;
            double high = 1;
            double from = low;
            for (int step = 0; step < 60; step++) {
                double middle = (from + high) / 2;
                if (cumulated(middle, ratio) < share) {
                    from = middle;
                } else {
                    high = middle;
                }
            }
            times[knot] = high;
            low = from;
        }
        times[0] = 0;
        times[KNOTS] = 1;
    }

    /** Share of the trades before a part of the session: integral of 1 + (ratio - 1)(2x - 1)^2. */
    private static double cumulated(double x, double ratio) {
        double y = 2 * x - 1;
        return (x + (ratio - 1) * (y * y * y + 1) / 6) / (1 + (ratio - 1) / 3);
    }

    /**
     * @param share in [0, 1): the part of the session's trades that came before
     * @return the part of the session's length that has passed, in [0, 1]
     */
    double time(double share) {
        double place = share * KNOTS;
        int knot = (int) place;
        return times[knot] + (place - knot) * (times[knot + 1] - times[knot]);
    }
}
