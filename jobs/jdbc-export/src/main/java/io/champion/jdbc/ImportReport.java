package io.champion.jdbc;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.runtime.RunReports;
import io.champion.tracking.Lineage;
import io.champion.tracking.TrackedRun;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a run made of a table of reference data.
 *
 * @param runId names the run
 * @param started when
 * @param took from the start to the last check
 * @param table that was read
 * @param dataset that it went into
 * @param read rows read
 * @param written rows written
 * @param rejected rows that are no records of the contract
 * @param duplicates rows of an event that another row has
 * @param example a sentence about a rejected row; empty without any
 * @param carried rows of other sources that stayed
 */
public record ImportReport(
        String runId,
        Instant started,
        Duration took,
        String table,
        String dataset,
        long read,
        long written,
        long rejected,
        long duplicates,
        String example,
        long carried) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Everything, for programs. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1);
        root.put("run_id", runId);
        root.put("job", JdbcImportJob.NAME);
        root.put("started", started.toString());
        root.put("seconds", took.toMillis() / 1000.0);
        root.put("table", table);
        root.put("dataset", dataset);
        root.put("rows_read", read);
        root.put("rows_written", written);
        root.put("rows_rejected", rejected);
        root.put("duplicates", duplicates);
        root.put("example", example);
        root.put("carried_over", carried);
        return root.toPrettyString();
    }

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run) {
        double seconds = took.toMillis() / 1000.0;
        run.metric("rows_read", read)
                .metric("rows_written", written)
                .metric("rows_rejected", rejected)
                .metric("rows_duplicate", duplicates)
                .metric("rows_carried_over", carried)
                .metric("seconds", seconds)
                .metric("rows_per_second", read / seconds);
        run.artifact(RunReports.REPORT, toJson())
                .artifact(
                        Lineage.FILE,
                        new Lineage(
                                        JdbcImportJob.NAME,
                                        runId,
                                        List.of(new Lineage.Item(table, null, read)),
                                        List.of(new Lineage.Item(dataset, null, written)))
                                .toJson());
    }

    /** For a person, a line each. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append("%,14d  read of %s%n".formatted(read, table));
        text.append("%,14d  written to %s%n".formatted(written, dataset));
        if (rejected > 0) {
            text.append("%,14d  rejected: %s%n".formatted(rejected, example));
        }
        if (duplicates > 0) {
            text.append("%,14d  duplicates%n".formatted(duplicates));
        }
        text.append("%,14d  of other sources stayed%n".formatted(carried));
        text.append(
                "Done in %.1f s; read = written + rejected + duplicates.%n"
                        .formatted(took.toMillis() / 1000.0));
        return text.toString();
    }
}
