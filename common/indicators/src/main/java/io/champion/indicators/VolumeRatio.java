package io.champion.indicators;

import java.util.List;

/**
 * Volume by its SMA over {@code window} bars, this one included. A ratio; known from bar {@code
 * window} on, and not where nothing was traded in them.
 */
final class VolumeRatio implements Indicator {

    private final SimpleAverage average;

    VolumeRatio(Parameters parameters) {
        average = new SimpleAverage(parameters.window("window", 20));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return average.stateSize();
    }

    @Override
    public int warmUp() {
        return average.warmUp();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Numbers.ratio(bar.volume, average.next(bar.volume, state, at));
    }
}
