package io.champion.cli.plot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.cli.plot.Chart.Candle;
import io.champion.cli.plot.Chart.Line;
import io.champion.cli.plot.Chart.Pane;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws a chart as a page that needs nothing else: TradingView's Lightweight Charts (Apache-2.0)
 * and the numbers are in it, and its policy forbids it to fetch anything. What comes from elsewhere
 * gets into the page as JSON in which no tag can end, and into sight as text.
 */
final class HtmlChart {
    private HtmlChart() {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LIBRARY = "lightweight-charts-5.2.1.js";
    private static final Pattern PLACE = Pattern.compile("\\{\\{(title|data|library)}}");

    /** The page. */
    static String page(Chart chart) {
        Map<String, String> parts =
                Map.of(
                        "title",
                        escape(chart.title()),
                        "data",
                        data(chart).toString().replace("<", "\\u003c"),
                        "library",
                        resource(LIBRARY));
        // In one pass: what is put in is not looked at again.
        return PLACE.matcher(resource("chart.html"))
                .replaceAll(match -> Matcher.quoteReplacement(parts.get(match.group(1))));
    }

    private static String resource(String name) {
        try (InputStream in = HtmlChart.class.getResourceAsStream("/champion/plot/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read.", e);
        }
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static ObjectNode data(Chart chart) {
        ObjectNode data = JSON.createObjectNode();
        data.put("title", chart.title());
        chart.describedBy().forEach(data.putArray("facts")::add);
        data.putObject("colors").put("up", color(Chart.UP)).put("down", color(Chart.DOWN));
        data.put("whole", chart.whole());
        boolean daily = chart.isDaily();
        data.put("seconds", chart.bars().stream().anyMatch(bar -> bar.time() % 60 != 0));
        bars(chart.bars(), daily, data.putArray("bars"));
        ArrayNode volume = data.putArray("volume");
        chart.bars().forEach(bar -> add(volume, bar.volume()));
        ArrayNode panes = data.putArray("panes");
        for (int i = 0; i < chart.panes().size(); i++) {
            pane(chart.panes().get(i), panes.addObject()).put("volume", i == 1);
        }
        return data;
    }

    private static void bars(List<Candle> candles, boolean daily, ArrayNode bars) {
        // Where a clock was set back, two bars have one time; the axis needs each once.
        Set<Long> taken = new HashSet<>();
        for (Candle candle : candles) {
            long time = candle.time();
            while (!taken.add(time)) {
                time++;
            }
            ObjectNode bar = bars.addObject();
            if (daily) {
                bar.put("time", candle.label());
            } else {
                bar.put("time", time);
            }
            if (!Double.isNaN(candle.close())) {
                bar.put("open", orClose(candle.open(), candle))
                        .put("high", orClose(candle.high(), candle))
                        .put("low", orClose(candle.low(), candle))
                        .put("close", candle.close());
            }
        }
    }

    private static double orClose(double price, Candle candle) {
        return Double.isNaN(price) ? candle.close() : price;
    }

    private static ObjectNode pane(Pane pane, ObjectNode node) {
        node.put("title", pane.title()).put("weight", pane.weight());
        pane.guides().forEach(node.putArray("guides")::add);
        ArrayNode lines = node.putArray("lines");
        for (Line line : pane.lines()) {
            ObjectNode each = lines.addObject();
            each.put("name", line.name())
                    .put("style", line.style().name().toLowerCase(Locale.ROOT))
                    .put("color", color(line.color()));
            ArrayNode values = each.putArray("values");
            for (double value : line.values()) {
                add(values, value);
            }
        }
        return node;
    }

    private static void add(ArrayNode values, double value) {
        if (Double.isFinite(value)) {
            values.add(value);
        } else {
            values.addNull();
        }
    }

    private static String color(int rgb) {
        return "#%06x".formatted(rgb);
    }
}
