package io.champion.indicators;

/** Outputs upper, middle, lower, width of a channel around a middle. */
final class Bands {
    private Bands() {}

    static void write(double middle, double span, double[] out, int outAt) {
        out[outAt] = middle + span;
        out[outAt + 1] = middle;
        out[outAt + 2] = middle - span;
        out[outAt + 3] = Numbers.ratio(2 * span, middle);
    }
}
