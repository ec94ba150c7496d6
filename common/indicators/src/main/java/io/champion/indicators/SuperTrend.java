package io.champion.indicators;

import java.util.List;

/**
 * SuperTrend: the lower band while the trend is up, the upper one while it is down; direction, 1 or
 * -1. The bands are (high + low) / 2 plus and minus {@code multiplier} times Wilder's {@link Atr};
 * a band that was not crossed by the close before moves only towards the price. The trend turns
 * when the close reaches its band. It begins up if the close is at least (high + low) / 2. Price;
 * known from bar window + 1 on.
 *
 * <p>Source: Olivier Seban; Skender's Stock Indicators, "SuperTrend".
 *
 * <p>Slice: that of the ATR; direction, 0 before it is known; upper and lower band; close before.
 */
final class SuperTrend implements Indicator {

    private final Atr atr;
    private final double multiplier;

    SuperTrend(Parameters parameters) {
        int window = parameters.window("window", 10);
        multiplier = parameters.number("multiplier", 3);
        atr = new Atr(window, new TrueRange(parameters));
    }

    @Override
    public List<String> outputs() {
        return List.of("", "direction");
    }

    @Override
    public int stateSize() {
        return atr.stateSize() + 4;
    }

    @Override
    public int warmUp() {
        return atr.warmUp();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double span = multiplier * atr.next(bar, state, at);
        out[outAt] = Double.NaN;
        out[outAt + 1] = Double.NaN;
        if (Double.isNaN(span)) {
            return;
        }
        int direction = at + atr.stateSize();
        int upper = direction + 1;
        int lower = direction + 2;
        int closeBefore = direction + 3;
        double middle = (bar.high + bar.low) / 2;
        if (state[direction] == 0) {
            state[direction] = bar.close >= middle ? 1 : -1;
            state[upper] = middle + span;
            state[lower] = middle - span;
        } else {
            if (middle + span < state[upper] || state[closeBefore] > state[upper]) {
                state[upper] = middle + span;
            }
            if (middle - span > state[lower] || state[closeBefore] < state[lower]) {
                state[lower] = middle - span;
            }
        }
        boolean isUp = bar.close > state[state[direction] > 0 ? lower : upper];
        state[direction] = isUp ? 1 : -1;
        state[closeBefore] = bar.close;
        out[outAt] = state[isUp ? lower : upper];
        out[outAt + 1] = state[direction];
    }
}
