package io.champion.indicators;

/** WMA over the root of the window of (2 WMA over half the window - WMA over the window). */
record HullAverage(WeightedAverage half, WeightedAverage whole, WeightedAverage root)
        implements Average {

    HullAverage(int window) {
        this(
                new WeightedAverage(window / 2),
                new WeightedAverage(window),
                new WeightedAverage((int) Math.sqrt(window)));
    }

    @Override
    public int stateSize() {
        return half.stateSize() + whole.stateSize() + root.stateSize();
    }

    @Override
    public int warmUp() {
        return whole.warmUp() + root.warmUp() - 1;
    }

    @Override
    public double next(double value, double[] state, int at) {
        int wholeAt = at + half.stateSize();
        double raw = 2 * half.next(value, state, at) - whole.next(value, state, wholeAt);
        return root.next(raw, state, wholeAt + whole.stateSize());
    }
}
