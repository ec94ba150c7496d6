package io.champion.features;

import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.Styler.ChartTheme;

/** How features go together, as a picture. Needs no display. */
final class CorrelationChart {
    private static final int CELL = 18;
    private static final int LABELS = 260;
    private static final Color[] COLORS = {
        new Color(0x2166ac),
        new Color(0x92c5de),
        new Color(0xf7f7f7),
        new Color(0xf4a582),
        new Color(0xb2182b)
    };

    private CorrelationChart() {}

    /**
     * Draws, from blue for -1 to red for 1; two that have no correlation are left white.
     *
     * @param names of the features
     * @return PNG
     */
    static byte[] png(List<String> names, FeatureStatistics statistics) throws IOException {
        List<String> shown = names.subList(0, statistics.correlated());
        // The first feature is above, as one reads.
        List<String> upwards = new ArrayList<>(shown);
        Collections.reverse(upwards);
        List<Number[]> cells = new ArrayList<>();
        for (int x = 0; x < shown.size(); x++) {
            for (int y = 0; y < shown.size(); y++) {
                double correlation = statistics.correlation(x, y);
                if (!Double.isNaN(correlation)) {
                    cells.add(new Number[] {x, shown.size() - 1 - y, correlation});
                }
            }
        }
        int size = LABELS + CELL * shown.size();
        HeatMapChart chart =
                new HeatMapChartBuilder()
                        .width(size)
                        .height(size)
                        .title("Correlation of features")
                        .theme(ChartTheme.XChart)
                        .build();
        HeatMapStyler style = chart.getStyler();
        style.setMin(-1);
        style.setMax(1);
        style.setRangeColors(COLORS);
        style.setPlotContentSize(1);
        style.setXAxisLabelRotation(90);
        style.setChartBackgroundColor(Color.WHITE);
        chart.addSeries("correlation", shown, upwards, cells);
        return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
    }
}
