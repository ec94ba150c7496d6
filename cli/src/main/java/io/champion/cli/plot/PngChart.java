package io.champion.cli.plot;

import io.champion.cli.plot.Chart.Candle;
import io.champion.cli.plot.Chart.Line;
import io.champion.cli.plot.Chart.Pane;
import io.champion.cli.plot.Chart.Style;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.OHLCChart;
import org.knowm.xchart.OHLCChartBuilder;
import org.knowm.xchart.OHLCSeries;
import org.knowm.xchart.style.OHLCStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a chart as an image, each pane with XChart. Needs no display. */
final class PngChart {

    private static final int HEADER = 52;
    private static final int MARGIN = 14;

    /** Below the panes. */
    private static final int DATES = 28;

    private static final int AXIS_WIDTH = 78;

    /** More than an axis has. */
    private static final double TICKS = 50;

    private static final Color TEXT = new Color(0x131722);
    private static final Color FAINT = new Color(0x6a6d78);
    private static final Color GRID = new Color(0xe9ebf0);
    private static final Color GUIDE = new Color(0x9598a1);

    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 20);
    private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 12);

    private final Chart chart;
    private final int width;
    private final int height;

    /** Places of the bars: sessions without trading leave no holes. */
    private final double[] places;

    private PngChart(Chart chart, int width, int height) {
        this.chart = chart;
        this.width = width;
        this.height = height;
        this.places = new double[chart.bars().size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = i;
        }
    }

    /**
     * Draws.
     *
     * @param width in pixels
     * @param height in pixels
     */
    static BufferedImage draw(Chart chart, int width, int height) {
        return new PngChart(chart, width, height).draw();
    }

    private BufferedImage draw() {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(TEXT);
        graphics.setFont(TITLE);
        graphics.drawString(chart.title(), MARGIN, 30);
        int after = MARGIN + graphics.getFontMetrics().stringWidth(chart.title()) + 16;
        graphics.setColor(FAINT);
        graphics.setFont(SMALL);
        graphics.drawString(String.join("  ·  ", chart.describedBy()), after, 30);

        double weights = chart.panes().stream().mapToDouble(Pane::weight).sum();
        double left = height - HEADER - DATES;
        double top = HEADER;
        for (int i = 0; i < chart.panes().size(); i++) {
            Pane pane = chart.panes().get(i);
            double paneHeight = left * pane.weight() / weights;
            int y = (int) Math.round(top);
            int bottom = (int) Math.round(top + paneHeight);
            Graphics2D part = (Graphics2D) graphics.create(0, y, width, bottom - y);
            pane(i, pane).paint(part, width, bottom - y);
            part.dispose();
            top += paneHeight;
        }
        dates(graphics, (int) Math.round(top));
        top = HEADER;
        for (int i = 0; i < chart.panes().size(); i++) {
            legend(graphics, chart.panes().get(i), i, (int) Math.round(top));
            top += left * chart.panes().get(i).weight() / weights;
        }
        graphics.dispose();
        return image;
    }

    private OHLCChart pane(int index, Pane pane) {
        OHLCChart drawn =
                new OHLCChartBuilder().width(width).height(height).theme(ChartTheme.XChart).build();
        double[] range = range(index, pane);
        style(drawn.getStyler(), range);
        drawn.getStyler().setXAxisMin(-1.0);
        drawn.getStyler().setXAxisMax((double) places.length);
        // Lines first that the others lie on.
        for (double guide : pane.guides()) {
            line(drawn, "guide " + guide, constant(guide), GUIDE, dashed(1f));
        }
        for (Line line : pane.lines()) {
            if (line.style() == Style.HISTOGRAM) {
                bars(drawn, line.name(), line.values());
            }
        }
        if (index == 0) {
            candles(drawn);
        } else if (index == 1) {
            volume(drawn);
        }
        for (Line line : pane.lines()) {
            if (line.style() != Style.HISTOGRAM && has(line.values())) {
                line(drawn, line.name(), line.values(), new Color(line.color()), stroke(line));
            }
        }
        if (drawn.getSeriesMap().isEmpty()) {
            // Nothing is known yet: the pane is empty, and not away.
            line(drawn, "nothing", constant(0), new Color(0, true), dashed(1f));
        }
        return drawn;
    }

    /** Dates below the last pane and a line up from each, where a month, day or hour begins. */
    private void dates(Graphics2D graphics, int bottom) {
        double step = (width - AXIS_WIDTH) / (double) (places.length + 1);
        int label = graphics.getFontMetrics(SMALL).stringWidth(chart.bars().get(0).label()) + 18;
        graphics.setFont(SMALL);
        int free = AXIS_WIDTH;
        for (int bar : beginnings(label / step)) {
            int x = (int) Math.round(AXIS_WIDTH + (bar + 1) * step);
            int at = x - label / 2;
            if (at < free || at + label > width) {
                continue;
            }
            graphics.setColor(new Color(0, 0, 0, 20));
            graphics.drawLine(x, HEADER, x, bottom);
            graphics.setColor(FAINT);
            graphics.drawString(chart.bars().get(bar).label(), at + 9, bottom + 18);
            free = at + label;
        }
    }

    /**
     * Bars with which something begins that is seldom enough to be written.
     *
     * @param apart how many bars a label is wide
     */
    private List<Integer> beginnings(double apart) {
        // Letters of 2025-06-18 09:15 that change with a year, month, day or hour.
        for (int letters : new int[] {13, 10, 7, 4}) {
            List<Integer> begins = new ArrayList<>();
            for (int i = 1; i < places.length; i++) {
                String before = chart.bars().get(i - 1).label();
                String label = chart.bars().get(i).label();
                int end = Math.min(letters, label.length());
                if (!label.substring(0, end).equals(before.substring(0, end))) {
                    begins.add(i);
                }
            }
            if (begins.size() >= 2 && begins.size() * apart <= places.length * 1.5) {
                return begins;
            }
        }
        List<Integer> regular = new ArrayList<>();
        for (double i = 0; i < places.length; i += Math.max(1, Math.ceil(apart))) {
            regular.add((int) i);
        }
        return regular;
    }

    private static void style(OHLCStyler styler, double[] range) {
        styler.setLegendVisible(false);
        styler.setChartTitleVisible(false);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderColor(GRID);
        styler.setChartPadding(0);
        styler.setPlotMargin(0);
        styler.setPlotContentSize(1);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1f));
        styler.setAxisTickLabelsFont(SMALL);
        styler.setAxisTickLabelsColor(FAINT);
        styler.setAxisTickMarksColor(GRID);
        styler.setAxisTitlesVisible(false);
        styler.setAxisTicksLineVisible(false);
        styler.setXAxisTicksVisible(false);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setYAxisTickMarkSpacingHint(34);
        styler.setYAxisLeftWidthHint(AXIS_WIDTH);
        styler.setYAxisMin(range[0]);
        styler.setYAxisMax(range[1]);
        double most = Math.max(Math.abs(range[0]), Math.abs(range[1]));
        double span = range[1] - range[0];
        styler.setyAxisTickLabelsFormattingFunction(value -> tick(value, most, span));
        styler.setLocale(Locale.ROOT);
    }

    private void candles(OHLCChart drawn) {
        double[] open = prices(Candle::open);
        double[] high = prices(Candle::high);
        double[] low = prices(Candle::low);
        double[] close = prices(Candle::close);
        boxes(drawn, "prices", open, high, low, close, Chart.UP, Chart.DOWN);
    }

    private double[] prices(ToDoubleFunction<Candle> price) {
        return chart.bars().stream()
                .mapToDouble(
                        bar -> {
                            double value = price.applyAsDouble(bar);
                            return Double.isNaN(value) ? bar.close() : value;
                        })
                .toArray();
    }

    /** Candles that stand on nought, in the color of the day. */
    private void volume(OHLCChart drawn) {
        double[] open = new double[places.length];
        double[] close = new double[places.length];
        for (int i = 0; i < places.length; i++) {
            Candle bar = chart.bars().get(i);
            double volume = Double.isNaN(bar.volume()) ? 0 : bar.volume();
            boolean up = !(bar.close() < bar.open());
            open[i] = up ? 0 : volume;
            close[i] = up ? volume : 0;
        }
        boxes(drawn, "volume", open, max(open, close), min(open, close), close, 0x93d3cd, 0xf7a9a7);
    }

    /** Candles from nought to a value, in the color of its sign. */
    private void bars(OHLCChart drawn, String name, double[] values) {
        double[] known = values.clone();
        for (int i = 0; i < known.length; i++) {
            known[i] = Double.isFinite(known[i]) ? known[i] : 0;
        }
        double[] zero = new double[known.length];
        boxes(drawn, name, zero, max(zero, known), min(zero, known), known, Chart.UP, Chart.DOWN);
    }

    private void boxes(
            OHLCChart drawn,
            String name,
            double[] open,
            double[] high,
            double[] low,
            double[] close,
            int up,
            int down) {
        OHLCSeries series = drawn.addSeries(name, places, open, high, low, close);
        series.setOhlcSeriesRenderStyle(OHLCSeries.OHLCSeriesRenderStyle.Candle);
        series.setUpColor(new Color(up));
        series.setDownColor(new Color(down));
        series.setLineStyle(new BasicStroke(1f));
    }

    private void line(
            OHLCChart drawn, String name, double[] values, Color color, BasicStroke stroke) {
        OHLCSeries series = drawn.addSeries(name, places, values);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(stroke);
    }

    private static BasicStroke stroke(Line line) {
        return switch (line.style()) {
            case DASHED -> dashed(1.2f);
            case BAND -> new BasicStroke(1.2f);
            default -> new BasicStroke(1.8f);
        };
    }

    private static BasicStroke dashed(float width) {
        return new BasicStroke(
                width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[] {5f, 4f}, 0f);
    }

    private double[] constant(double value) {
        double[] values = new double[places.length];
        Arrays.fill(values, value);
        return values;
    }

    private static boolean has(double[] values) {
        for (double value : values) {
            if (Double.isFinite(value)) {
                return true;
            }
        }
        return false;
    }

    /** From the lowest to the highest of what is drawn, and a little more. */
    private double[] range(int index, Pane pane) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double guide : pane.guides()) {
            low = Math.min(low, guide);
            high = Math.max(high, guide);
        }
        for (Line line : pane.lines()) {
            for (double value : line.values()) {
                if (Double.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            if (line.style() == Style.HISTOGRAM) {
                low = Math.min(low, 0);
                high = Math.max(high, 0);
            }
        }
        for (Candle bar : chart.bars()) {
            if (index == 0 && !Double.isNaN(bar.close())) {
                low = Math.min(low, Double.isNaN(bar.low()) ? bar.close() : bar.low());
                high = Math.max(high, Double.isNaN(bar.high()) ? bar.close() : bar.high());
            } else if (index == 1 && !Double.isNaN(bar.volume())) {
                high = Math.max(high, bar.volume());
            }
        }
        if (index == 1) {
            low = 0;
        }
        if (!(low < high)) {
            double middle = Double.isFinite(low) ? low : 0;
            double span = middle == 0 ? 1 : Math.abs(middle) * 0.01;
            return new double[] {index == 1 ? 0 : middle - span, middle + span};
        }
        // Room above for the names of the lines.
        return new double[] {
            index == 1 ? 0 : low - 0.04 * (high - low),
            high + (index == 0 ? 0.08 : 0.22) * (high - low)
        };
    }

    private void legend(Graphics2D graphics, Pane pane, int index, int top) {
        graphics.setFont(SMALL);
        FontMetrics metrics = graphics.getFontMetrics();
        int x = AXIS_WIDTH + 6;
        int y = top + 17;
        if (index == 1) {
            x = word(graphics, metrics, "volume", FAINT, x, y);
        }
        for (Line line : pane.lines()) {
            Color color = line.style() == Style.HISTOGRAM ? FAINT : new Color(line.color());
            String text = line.name();
            double value = line.values()[line.values().length - 1];
            if (Double.isFinite(value)) {
                text += " " + number(value);
            }
            if (x + metrics.stringWidth(text) > width - MARGIN && x > AXIS_WIDTH + 6) {
                x = AXIS_WIDTH + 6;
                y += metrics.getHeight();
            }
            x = word(graphics, metrics, text, color, x, y);
        }
    }

    private static int word(
            Graphics2D graphics, FontMetrics metrics, String text, Color color, int x, int y) {
        graphics.setColor(new Color(255, 255, 255, 210));
        graphics.fillRect(x - 2, y - metrics.getAscent(), metrics.stringWidth(text) + 4, 16);
        graphics.setColor(color);
        graphics.drawString(text, x, y);
        return x + metrics.stringWidth(text) + 14;
    }

    /**
     * On an axis. Two labels that are the same would hang the library, so it has digits enough for
     * the axis.
     *
     * @param most of the axis
     * @param span of the axis
     */
    private static String tick(double value, double most, double span) {
        double unit = most >= 1e12 ? 1e12 : most >= 1e9 ? 1e9 : most >= 1e6 ? 1e6 : 1;
        String letter = unit == 1e12 ? "T" : unit == 1e9 ? "B" : unit == 1e6 ? "M" : "";
        int digits = (int) Math.ceil(-Math.log10(span / unit / TICKS));
        return String.format(
                        Locale.ROOT, "%,." + Math.min(15, Math.max(0, digits)) + "f", value / unit)
                + letter;
    }

    /** As people read it: 12.5M, 1,234.5, 0.00012. */
    private static String number(double value) {
        double size = Math.abs(value);
        if (size >= 1e6) {
            String unit = size >= 1e12 ? "T" : size >= 1e9 ? "B" : "M";
            double by = size >= 1e12 ? 1e12 : size >= 1e9 ? 1e9 : 1e6;
            return plain(value / by) + unit;
        }
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.2f", value).replaceAll("\\.?0+$", "");
        }
        return plain(value);
    }

    private static String plain(double value) {
        if (Math.abs(value) < 1e-12) {
            return "0";
        }
        return new BigDecimal(value).round(new MathContext(5)).stripTrailingZeros().toPlainString();
    }

    private static double[] max(double[] a, double[] b) {
        double[] most = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            most[i] = Math.max(a[i], b[i]);
        }
        return most;
    }

    private static double[] min(double[] a, double[] b) {
        double[] least = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            least[i] = Math.min(a[i], b[i]);
        }
        return least;
    }
}
