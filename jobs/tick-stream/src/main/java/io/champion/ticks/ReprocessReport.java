package io.champion.ticks;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.champion.runtime.RunReports;
import io.champion.tracking.Lineage;
import io.champion.tracking.TrackedRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a generation: what it was made of, how it differs from what it is to replace,
 * and what became of it. Times are ISO 8601, UTC.
 *
 * @param id names the generation; later ones sort behind earlier ones
 * @param source {@code lake} or {@code kafka}
 * @param from first day, UTC
 * @param to last day, UTC, inclusive
 * @param datasets ids of the datasets that it replaces
 * @param barVersion version of its bars: one above the highest of these days
 * @param started when its job was started; the {@code ingest_time} of its bars
 * @param seconds how long that took, with the comparison
 * @param changed when {@code state} became what it is
 * @param rowsRead messages of these days, and those of which no day could be told
 * @param rowsWritten rows by dataset id, the same in lake and warehouse
 * @param rowsDuplicate messages that were read a second time
 * @param rejected messages that the engine refused, by reason; they are not sent to Kafka again
 * @param differences by dataset, interval and day
 * @param examples a few of each kind of difference
 * @param fingerprint what lake and warehouse had of these days, by partition, when it was made
 * @param problem why it failed, as a sentence; null if it did not
 */
public record ReprocessReport(
        @JsonProperty("run_id") String id,
        String job,
        @JsonProperty("status") State state,
        String source,
        String from,
        String to,
        List<String> datasets,
        int barVersion,
        String started,
        double seconds,
        String changed,
        long rowsRead,
        Map<String, Long> rowsWritten,
        long rowsDuplicate,
        Map<String, Long> rejected,
        List<Difference> differences,
        List<Example> examples,
        Map<String, String> fingerprint,
        String problem) {

    /** What became of a generation. */
    public enum State {
        /** Its job runs, or died. */
        STAGING,
        /** It can be applied or discarded. */
        STAGED,
        /** It is being applied, or that was interrupted: apply it again. */
        APPLYING,
        APPLIED,
        DISCARDED
    }

    /**
     * How the rows of one day differ.
     *
     * @param interval of bars; empty for ticks
     * @param before rows that are there, all versions of bars
     * @param after rows of the generation
     * @param onlyOld bars or messages that the generation has not
     * @param onlyNew bars or messages that are not there yet
     * @param changed those of which any value differs, but for version and times of processing
     * @param same those that are the same
     */
    public record Difference(
            String dataset,
            String interval,
            String day,
            long before,
            long after,
            long onlyOld,
            long onlyNew,
            long changed,
            long same) {}

    /**
     * One difference.
     *
     * @param kind {@code only old}, {@code only new} or {@code changed}
     * @param at which bar or message of the instrument
     * @param values what differs, or all there is
     */
    public record Example(
            String dataset,
            String interval,
            String day,
            String kind,
            String instrument,
            String at,
            String values) {}

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    /** Whether it would change anything that readers of the latest versions see. */
    @JsonIgnore
    public boolean isDifferent() {
        return differences.stream().anyMatch(d -> d.onlyOld() + d.onlyNew() + d.changed() > 0);
    }

    ReprocessReport as(State newState, String at, String newProblem) {
        return new ReprocessReport(
                id,
                job,
                newState,
                source,
                from,
                to,
                datasets,
                barVersion,
                started,
                seconds,
                at,
                rowsRead,
                rowsWritten,
                rowsDuplicate,
                rejected,
                differences,
                examples,
                fingerprint,
                newProblem);
    }

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run) {
        run.param("from", from)
                .param("to", to)
                .metric("rows_read", rowsRead)
                .metric("rows_duplicate", rowsDuplicate)
                .metric("rows_rejected", rejected.values().stream().mapToLong(n -> n).sum())
                .metric("rows_changed", differences.stream().mapToLong(Difference::changed).sum())
                .metric("seconds", seconds)
                .metric("rows_per_second", rowsRead / seconds)
                .metrics("written", rowsWritten)
                .metrics("rejected", rejected);
        List<Lineage.Item> outputs = new ArrayList<>();
        rowsWritten.forEach(
                (dataset, rows) ->
                        outputs.add(new Lineage.Item(dataset, "generation " + id, rows)));
        run.artifact(RunReports.REPORT, toJson())
                .artifact(
                        Lineage.FILE,
                        new Lineage(
                                        job,
                                        id,
                                        List.of(
                                                new Lineage.Item(
                                                        source, from + ".." + to, rowsRead)),
                                        outputs)
                                .toJson());
    }

    /** Everything, for programs. */
    public String toJson() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of plain values cannot be written.", e);
        }
    }

    /** Empty where it is the report of another job's generation. */
    static Optional<ReprocessReport> parse(byte[] json) throws IOException {
        JsonNode report = JSON.readTree(json);
        return report.path("job").asText().equals(Reprocessing.NAME)
                ? Optional.of(JSON.treeToValue(report, ReprocessReport.class))
                : Optional.empty();
    }
}
