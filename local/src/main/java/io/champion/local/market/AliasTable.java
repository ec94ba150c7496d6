package io.champion.local.market;

/**
 * Draws an index by weight with one random number. Walker's alias method as of Vose: A Linear
 * Algorithm for Generating Random Numbers with a Given Distribution, IEEE TSE 17 (1991).
 */
final class AliasTable {

    private final double[] threshold;
    private final int[] alias;

    AliasTable(double[] weights) {
        int n = weights.length;
        threshold = new double[n];
        alias = new int[n];
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        int[] queue = new int[n];
        int small = 0;
        int large = n;
        for (int i = 0; i < n; i++) {
            threshold[i] = weights[i] * n / sum;
            if (threshold[i] < 1) {
                queue[small++] = i;
            } else {
                queue[--large] = i;
            }
        }
        while (small > 0 && large < n) {
            int less = queue[--small];
            int more = queue[large];
            alias[less] = more;
            threshold[more] -= 1 - threshold[less];
            if (threshold[more] < 1) {
                large++;
                queue[small++] = more;
            }
        }
        // What rounding left over is as good as 1.
        while (small > 0) {
            threshold[queue[--small]] = 1;
        }
        while (large < n) {
            threshold[queue[large++]] = 1;
        }
    }

    /** Weights 1/rank^exponent: index 0 is the most frequent. */
    static AliasTable zipf(int n, double exponent) {
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            weights[i] = 1 / StrictMath.pow(i + 1, exponent);
        }
        return new AliasTable(weights);
    }

    int draw(SplitMix64 random) {
        double place = random.nextDouble() * threshold.length;
        int i = (int) place;
        return place - i < threshold[i] ? i : alias[i];
    }
}
