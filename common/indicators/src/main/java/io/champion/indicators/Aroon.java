package io.champion.indicators;

import java.util.List;

/**
 * Aroon: up = 100 * (window - bars since the highest high) / window, down the same of the lowest
 * low, over the bar and the {@code window} before it; oscillator, up - down. From 0 to 100 and -100
 * to 100; known from bar window + 1 on. Of equal highs the latest counts, as in TA-Lib; with {@code
 * ties: earliest} the earliest, as in Skender.
 *
 * <p>Source: Tushar Chande, 1995; StockCharts ChartSchool, "Aroon".
 */
final class Aroon implements Indicator {

    /** Which of several equal highs or lows counts. */
    enum Ties {
        LATEST,
        EARLIEST
    }

    private final int window;
    private final RollingAge age;

    Aroon(Parameters parameters) {
        window = parameters.window("window", 25);
        age = new RollingAge(window + 1, parameters.choice("ties", Ties.LATEST) == Ties.LATEST);
    }

    @Override
    public List<String> outputs() {
        return List.of("up", "down", "oscillator");
    }

    @Override
    public int stateSize() {
        return 2 * age.stateSize();
    }

    @Override
    public int warmUp() {
        return window + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double up = Double.NaN;
        double down = Double.NaN;
        if (Numbers.known(bar.high, bar.low)) {
            up = 100 * (window - age.next(bar.high, state, at)) / window;
            down = 100 * (window - age.next(-bar.low, state, at + age.stateSize())) / window;
        }
        out[outAt] = up;
        out[outAt + 1] = down;
        out[outAt + 2] = up - down;
    }
}
