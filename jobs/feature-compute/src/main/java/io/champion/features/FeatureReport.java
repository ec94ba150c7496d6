package io.champion.features;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import io.champion.tracking.Lineage;
import io.champion.tracking.Statistics;
import io.champion.tracking.TrackedRun;
import java.io.IOException;
import java.util.List;

/**
 * What a run over the lake computed, from what, and by which code: the manifest of its features.
 *
 * @param runId names the run
 * @param set name of the feature set
 * @param version of the feature set
 * @param features what was computed, by the names of its columns
 * @param revision version of the program
 * @param dataset the bars that were read
 * @param interval length of the bars
 * @param inputs partitions that were read, and the version of each
 * @param from first session that was to be written; the first day of the lake if none was given
 * @param to last session that was written
 * @param barsRead bars that were read, and their sums below
 * @param barsComputed of these, bars whose features were computed
 * @param barsSuperseded of these, bars that others replaced
 * @param barsBeyondHorizon of these, rejects
 * @param barsUntraded records without a trade, not among the bars that were read
 * @param rows rows that were written, to the lake and to the warehouse each
 * @param problem what does not add up, as a sentence; null where all sums hold
 */
public record FeatureReport(
        String runId,
        String set,
        String version,
        List<Computed> features,
        String revision,
        String dataset,
        String interval,
        List<Input> inputs,
        String from,
        String to,
        long barsRead,
        long barsComputed,
        long barsSuperseded,
        long barsBeyondHorizon,
        long barsUntraded,
        long rows,
        double seconds,
        String problem) {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * A feature.
     *
     * @param columns what its values are called
     * @param computation indicator, revision and parameters
     */
    public record Computed(List<String> columns, String group, String computation) {}

    /**
     * A partition that was read.
     *
     * @param fingerprint version of its content, which changes when its rows do
     */
    public record Input(String partition, String fingerprint) {}

    static List<Computed> features(FeatureSet set) {
        return set.features().stream().map(FeatureReport::computed).toList();
    }

    private static Computed computed(Feature feature) {
        return new Computed(feature.columns(), feature.group(), feature.computation());
    }

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run) {
        run.param("feature_set", set)
                .param("feature_version", version)
                .param("bars", dataset)
                .param("from", from)
                .param("to", to)
                .metric("bars_read", barsRead)
                .metric("bars_computed", barsComputed)
                .metric("bars_superseded", barsSuperseded)
                .metric("bars_beyond_horizon", barsBeyondHorizon)
                .metric("rows_written", rows)
                .metric("seconds", seconds)
                .metric("bars_per_second", barsRead / seconds);
        List<Lineage.Item> read =
                inputs.stream()
                        .map(
                                input ->
                                        new Lineage.Item(
                                                input.partition(), input.fingerprint(), null))
                        .toList();
        List<Lineage.Item> written =
                List.of(new Lineage.Item("features.equity_indicators", null, rows));
        run.artifact("features.json", toJson())
                .artifact(
                        Lineage.FILE,
                        new Lineage(FeatureComputeJob.NAME, runId, read, written).toJson());
    }

    /**
     * Puts on record what the features are like: {@code mean}, {@code deviation} and {@code
     * null_share} of each, and how they go together.
     *
     * @param statistics null where the run made no features
     */
    void describe(FeatureSet of, FeatureStatistics statistics, TrackedRun.Builder run)
            throws IOException {
        if (statistics == null || statistics.rows() == 0) {
            return;
        }
        List<String> columns = of.columns();
        for (int column = 0; column < columns.size(); column++) {
            Statistics values = statistics.of(column);
            run.metric("mean." + columns.get(column), values.mean())
                    .metric("deviation." + columns.get(column), values.deviation())
                    .metric("null_share." + columns.get(column), statistics.nullShare(column));
        }
        run.artifact("correlation.png", CorrelationChart.png(columns, statistics))
                .artifact("correlation.csv", correlations(columns, statistics));
    }

    private static String correlations(List<String> columns, FeatureStatistics statistics) {
        List<String> shown = columns.subList(0, statistics.correlated());
        StringBuilder csv = new StringBuilder("feature,").append(String.join(",", shown));
        for (int row = 0; row < shown.size(); row++) {
            csv.append('\n').append(shown.get(row));
            for (int column = 0; column < shown.size(); column++) {
                double correlation = statistics.correlation(row, column);
                csv.append(',').append(Double.isNaN(correlation) ? "" : correlation);
            }
        }
        return csv.append('\n').toString();
    }

    /** The manifest, as it is stored. */
    public String toJson() {
        try {
            return JSON.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The report cannot be written as JSON.", e);
        }
    }

    /** For people: what was done, in a few lines. */
    public String summary() {
        return """
        Features %s (%s) of %s, %s to %s:
          bars read     %,14d from %,d partitions; %,d without a trade
          computed      %,14d
          superseded    %,14d
          rejected      %,14d
          rows written  %,14d in %.1f s
        """
                .formatted(
                        set,
                        version,
                        dataset,
                        from,
                        to,
                        barsRead,
                        inputs.size(),
                        barsUntraded,
                        barsComputed,
                        barsSuperseded,
                        barsBeyondHorizon,
                        rows,
                        seconds);
    }
}
