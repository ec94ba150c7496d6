package io.champion.cli.plot;

import io.champion.cli.plot.Chart.Candle;
import io.champion.indicators.Bar;
import io.champion.indicators.FeatureSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Makes a chart of bars, and files of the chart. */
public final class Plot {

    /** What an image shows where nobody says from when on: what the eye can tell apart. */
    private static final int BARS_IN_SIGHT = 250;

    private final String title;
    private final List<String> facts;
    private final FeatureSet set;
    private final double[] state;
    private final double[] step;
    private final List<Candle> candles = new ArrayList<>();
    private final List<double[]> rows = new ArrayList<>();

    /**
     * One without bars.
     *
     * @param title what the bars are of
     * @param facts what else there is to say of them
     * @param set features to show
     */
    public Plot(String title, List<String> facts, FeatureSet set) {
        this.title = title;
        this.facts = List.copyOf(facts);
        this.set = set;
        this.state = set.newState();
        this.step = new double[set.columns().size()];
    }

    /**
     * Takes the next bar.
     *
     * @param label its day as 2025-06-18, or its time
     * @param time seconds from 1970-01-01T00:00 to its time, both as clocks at the exchange say
     * @param shown whether it is to be seen, or moves the indicators alone
     */
    public void add(Bar bar, String label, long time, boolean shown) {
        set.step(bar, state, step);
        if (shown) {
            candles.add(
                    new Candle(label, time, bar.open, bar.high, bar.low, bar.close, bar.volume));
            rows.add(step.clone());
        }
    }

    /** How many bars are to be seen. */
    public int size() {
        return candles.size();
    }

    /**
     * The chart.
     *
     * @param whole whether all bars are to be seen at first
     */
    Chart chart(boolean whole) {
        double[][] columns = new double[step.length][rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < step.length; column++) {
                columns[column][row] = rows.get(row)[column];
            }
        }
        return new Chart(title, facts, List.copyOf(candles), Panes.of(set, columns), whole);
    }

    /**
     * Writes files.
     *
     * @param files ending with .html or .png
     * @param whole whether all bars are to be seen at first, and in an image at all
     * @param width of an image, in pixels
     * @param height of an image, in pixels
     */
    public void write(List<Path> files, boolean whole, int width, int height) throws IOException {
        Chart chart = chart(whole);
        for (Path file : files) {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
                // Fonts and pixels alone; without a display AWT would look for one.
                System.setProperty("java.awt.headless", "true");
                Chart seen = whole ? chart : chart.last(BARS_IN_SIGHT);
                BufferedImage image = PngChart.draw(seen, width, height);
                try (OutputStream out = Files.newOutputStream(file)) {
                    ImageIO.write(image, "png", out);
                }
            } else {
                Files.writeString(file, HtmlChart.page(chart));
            }
        }
    }
}
