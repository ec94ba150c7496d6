package io.champion.cli.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a chart shows: bars, and below each other panes with the lines of their features. The first
 * pane has the candles too, the second the volume.
 *
 * @param title what the bars are of; may be anything, as symbols come from files
 * @param facts what else there is to say of them: interval, adjusted or not
 * @param bars one at least, in the order of time
 * @param panes two at least
 * @param whole whether all bars are to be seen at first, and not the last ones
 */
public record Chart(
        String title, List<String> facts, List<Candle> bars, List<Pane> panes, boolean whole) {

    /**
     * A bar. NaN is what is not known.
     *
     * @param label its day, or its time in the exchange's time zone
     * @param time seconds from 1970-01-01T00:00 to its time in that zone
     */
    public record Candle(
            String label,
            long time,
            double open,
            double high,
            double low,
            double close,
            double volume) {}

    /** How the values of a line are drawn. */
    public enum Style {
        LINE,
        BAND,
        DASHED,
        DOTS,
        HISTOGRAM
    }

    /**
     * The values of a feature's column.
     *
     * @param name of the column
     * @param color as 0xRRGGBB
     * @param values one for each bar; NaN is a gap
     */
    public record Line(String name, Style style, int color, double[] values) {

        private Line from(int first) {
            return new Line(name, style, color, Arrays.copyOfRange(values, first, values.length));
        }
    }

    /**
     * A part of the chart with an axis of its own.
     *
     * @param weight its height, in proportion to the others'
     * @param guides levels that people look for
     */
    public record Pane(String title, double weight, List<Double> guides, List<Line> lines) {}

    static final int UP = 0x26a69a;
    static final int DOWN = 0xef5350;

    /** Whether a bar is a day. */
    boolean isDaily() {
        return bars.stream().allMatch(bar -> Math.floorMod(bar.time(), 86_400L) == 0);
    }

    /** The facts, and from when to when the bars are. */
    List<String> describedBy() {
        List<String> all = new ArrayList<>(facts);
        String first = bars.get(0).label();
        String last = bars.get(bars.size() - 1).label();
        all.add(first.equals(last) ? first : first + " to " + last);
        all.add(bars.size() + (bars.size() == 1 ? " bar" : " bars"));
        return all;
    }

    /** The last bars alone. */
    Chart last(int count) {
        int from = Math.max(0, bars.size() - count);
        if (from == 0) {
            return this;
        }
        return new Chart(
                title,
                facts,
                bars.subList(from, bars.size()),
                panes.stream()
                        .map(
                                pane ->
                                        new Pane(
                                                pane.title(),
                                                pane.weight(),
                                                pane.guides(),
                                                pane.lines().stream()
                                                        .map(line -> line.from(from))
                                                        .toList()))
                        .toList(),
                whole);
    }
}
