package io.champion.jdbc;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.runtime.RunReports;
import io.champion.tracking.Lineage;
import io.champion.tracking.TrackedRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * What a run wrote into a table.
 *
 * @param runId names the run
 * @param started when
 * @param took from the start to the last check
 * @param what the dataset's id, or the query
 * @param table that took the rows
 * @param upsert whether rows of the same key were updated
 * @param read rows read
 * @param written rows handed to the table, each in it or, of upserts, updated by a later one
 * @param rejected rows that the table does not take, by reason
 * @param examples a sentence about one of them, by reason
 * @param found rows for which the lookup had a row; null without one
 * @param unknown rows for which the lookup had none; null without one
 */
public record ExportReport(
        String runId,
        Instant started,
        Duration took,
        String what,
        String table,
        boolean upsert,
        long read,
        long written,
        SortedMap<String, Long> rejected,
        SortedMap<String, String> examples,
        Long found,
        Long unknown) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Rows that the table does not take. */
    public long rowsRejected() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Everything, for programs. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1);
        root.put("run_id", runId);
        root.put("job", JdbcExportJob.NAME);
        root.put("started", started.toString());
        root.put("seconds", took.toMillis() / 1000.0);
        root.put("exported", what);
        root.put("table", table);
        root.put("mode", upsert ? "upsert" : "insert");
        root.put("rows_read", read);
        root.put("rows_written", written);
        root.put("rows_rejected", rowsRejected());
        ObjectNode reasons = root.putObject("rejected");
        rejected.forEach(reasons::put);
        ObjectNode sentences = root.putObject("examples");
        examples.forEach(sentences::put);
        if (found != null) {
            root.putObject("lookup").put("found", found).put("unknown", unknown);
        }
        return root.toPrettyString();
    }

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run) {
        double seconds = took.toMillis() / 1000.0;
        run.metric("rows_read", read)
                .metric("rows_written", written)
                .metric("rows_rejected", rowsRejected())
                .metric("seconds", seconds)
                .metric("rows_per_second", read / seconds)
                .metrics("rejected", rejected);
        if (found != null) {
            run.metric("lookup_found", found).metric("lookup_unknown", unknown);
        }
        run.artifact(RunReports.REPORT, toJson())
                .artifact(
                        Lineage.FILE,
                        new Lineage(
                                        JdbcExportJob.NAME,
                                        runId,
                                        List.of(new Lineage.Item(what, null, read)),
                                        List.of(new Lineage.Item(table, null, written)))
                                .toJson());
    }

    /** For a person, a line each. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append("%,14d  read of %s%n".formatted(read, what));
        text.append(
                "%,14d  %s %s%n"
                        .formatted(written, upsert ? "upserted into" : "inserted into", table));
        rejected.forEach(
                (reason, rows) ->
                        text.append(
                                "%,14d  rejected, %s: %s%n"
                                        .formatted(
                                                rows, reason, examples.getOrDefault(reason, ""))));
        if (found != null) {
            text.append("%,14d  found in the lookup's table%n".formatted(found));
            text.append("%,14d  unknown to it%n".formatted(unknown));
        }
        text.append(
                "Done in %.1f s; read = written + rejected.%n".formatted(took.toMillis() / 1000.0));
        return text.toString();
    }
}
