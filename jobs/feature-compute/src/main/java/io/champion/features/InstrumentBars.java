package io.champion.features;

import io.champion.indicators.Bar;
import io.champion.lake.LakeReader;
import io.champion.model.EditDistance;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;

/**
 * The bars of one instrument in the lake, as the job computes features from them: in the order of
 * time, in their last versions, and without those in which nothing was traded.
 *
 * @param instrument exchange:symbol:series, with the exchange's code where that is the identity
 * @param dataset where they come from
 * @param zone time zone of the exchange
 */
public record InstrumentBars(
        String instrument, String symbol, String dataset, ZoneId zone, List<Bar> bars) {

    private static final int GUESSES = 3;

    /**
     * Reads those of a symbol.
     *
     * @param config of {@link FeatureComputeJob}: lake, interval, prices
     * @param symbol of the instruments, or the whole name of one; in letters of any size
     * @param last last session to read; null for all
     * @return one for each series and exchange, those with the most turnover first; not empty
     * @throws FeatureInputException if the lake has no such bars, with the symbols that are nearest
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static List<InstrumentBars> read(JobConfig config, String symbol, LocalDate last)
            throws Exception {
        String interval = FeatureComputeJob.interval(config, FeatureRows.DAILY);
        LakeRun lake = new LakeRun(config, interval);
        LakeRun.Inputs inputs = lake.inputs(last);
        long lastSession = inputs.lastSession().toEpochDay();
        Map<String, TreeMap<Long, FeatureBar>> found = new TreeMap<>();
        TreeSet<String> symbols = new TreeSet<>();
        LakeReader reader = new LakeReader(new Path(Home.of(config).lake()));
        try (CloseableIterator<SpecificRecordBase> rows = reader.read(inputs.partitions())) {
            while (rows.hasNext()) {
                SpecificRecordBase row = rows.next();
                if (!FeatureBars.isOf(row, interval)) {
                    continue;
                }
                FeatureBar bar = FeatureBars.of(row);
                if (bar.session > lastSession) {
                    continue;
                }
                symbols.add(bar.symbol);
                if (FeatureComputeJob.isOf(symbol, bar)) {
                    found.computeIfAbsent(bar.instrument, instrument -> new TreeMap<>())
                            .merge(bar.time, bar, (a, b) -> a.version > b.version ? a : b);
                }
            }
        }
        found.values().forEach(bars -> bars.values().removeIf(bar -> !bar.isTraded()));
        found.values().removeIf(Map::isEmpty);
        if (found.isEmpty()) {
            throw new FeatureInputException(unknown(symbol, symbols, lake.dataset(), interval));
        }
        return found.values().stream()
                .sorted(Comparator.comparingDouble(InstrumentBars::turnover).reversed())
                .map(bars -> of(bars, lake.dataset()))
                .toList();
    }

    private static double turnover(TreeMap<Long, FeatureBar> bars) {
        return bars.values().stream()
                .mapToDouble(bar -> Double.isNaN(bar.turnover) ? 0 : bar.turnover)
                .sum();
    }

    private static InstrumentBars of(TreeMap<Long, FeatureBar> found, String dataset) {
        FeatureBar any = found.firstEntry().getValue();
        List<Bar> bars = new ArrayList<>(found.size());
        for (FeatureBar each : found.values()) {
            Bar bar = new Bar();
            each.fill(bar);
            bars.add(bar);
        }
        String exchange = any.instrument.substring(0, Math.max(0, any.instrument.indexOf(':')));
        return new InstrumentBars(
                any.instrument, any.symbol, dataset, FeatureBars.zone(exchange), bars);
    }

    private static String unknown(
            String symbol, TreeSet<String> symbols, String dataset, String interval) {
        if (symbols.isEmpty()) {
            return "The lake has no bars of '" + interval + "' in " + dataset + ".";
        }
        String upper = symbol.toUpperCase(Locale.ROOT);
        List<String> near =
                symbols.stream()
                        .filter(
                                known ->
                                        EditDistance.between(known, upper) <= 2
                                                || upper.length() >= 3 && known.startsWith(upper))
                        .sorted(
                                Comparator.comparingInt(
                                        (String known) -> EditDistance.between(known, upper)))
                        .limit(GUESSES)
                        .toList();
        return "There is no symbol '"
                + symbol
                + "' among the "
                + symbols.size()
                + " of "
                + dataset
                + (near.isEmpty()
                        ? "."
                        : "; did you mean "
                                + near.stream()
                                        .map(name -> "'" + name + "'")
                                        .collect(Collectors.joining(" or "))
                                + "?");
    }
}
