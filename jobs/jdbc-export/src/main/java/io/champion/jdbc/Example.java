package io.champion.jdbc;

import org.apache.flink.api.common.accumulators.Accumulator;

/** Keeps the first sentence that it is told; empty without any. */
final class Example implements Accumulator<String, String> {
    private static final long serialVersionUID = 1L;

    private volatile String first = "";

    @Override
    public void add(String sentence) {
        if (first.isEmpty()) {
            first = sentence;
        }
    }

    @Override
    public String getLocalValue() {
        return first;
    }

    @Override
    public void resetLocal() {
        first = "";
    }

    @Override
    public void merge(Accumulator<String, String> other) {
        add(other.getLocalValue());
    }

    @Override
    public Example clone() {
        Example copy = new Example();
        copy.first = first;
        return copy;
    }
}
