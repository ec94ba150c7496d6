package io.champion.bhavcopy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.model.record.IngestRun;
import io.champion.model.record.IngestedFile;
import io.champion.quality.Accounting;
import io.champion.quality.FileReport;
import io.champion.runtime.RunReports;
import io.champion.tracking.FileLineage;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.WrittenRows;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.core.fs.Path;

/**
 * What a run did.
 *
 * @param runId names the run; runs sort by it
 * @param started when it started; the {@code ingest_time} of what it wrote
 * @param took how long it took, the check of the stores included
 * @param plan what it was going to do
 * @param accounting what it did
 * @param olderThanKept rows that are older than their table keeps, by dataset id: they are in the
 *     lake, and will vanish from the warehouse
 * @param problem what does not add up, as a sentence, or null where all sums hold
 */
public record IngestReport(
        String runId,
        Instant started,
        Duration took,
        IngestPlan plan,
        Accounting accounting,
        Map<String, Long> olderThanKept,
        String problem) {

    private static final String JOB = BhavcopyIngestJob.NAME;

    /** More are in the stored report. */
    private static final int SKIPPED_SHOWN = 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Everything, for programs: all files with their counts, and the files left alone. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1);
        root.put("job", JOB);
        root.put("run_id", runId);
        root.put("started", started.toString());
        root.put("seconds", took.toMillis() / 1000.0);
        root.put("status", problem == null ? "ok" : "failed");
        root.put("problem", problem);
        root.put("sessions", plan.sessions().size());
        root.put("rows_read", accounting.rowsRead());
        root.put("rows_rejected", accounting.rowsRejected());
        root.put("rows_duplicate", accounting.duplicates());
        put(root, "written", accounting.emittedByDataset());
        put(root, "carried_over", accounting.carried());
        put(root, "merged", accounting.merged());
        put(root, "further", accounting.further());
        put(root, "rejected", accounting.rejected());
        put(root, "warnings", accounting.warnings());
        put(root, "older_than_kept", olderThanKept);
        for (FileReport file : accounting.files()) {
            ObjectNode node = root.withArray("files").addObject();
            node.put("file", file.file());
            node.put("source", file.source());
            node.put("session", file.session() == null ? null : file.session().toString());
            node.put("read", file.rowsRead());
            node.put("duplicates", file.duplicates());
            put(node, "written", file.written());
            put(node, "rejected", file.rejected());
            put(node, "warnings", file.warnings());
        }
        for (IngestPlan.Skipped skipped : plan.skipped()) {
            root.withArray("skipped")
                    .addObject()
                    .put("file", skipped.file())
                    .put("reason", skipped.reason());
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of plain values cannot be written.", e);
        }
    }

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run, Path lake) {
        run.metric("files", accounting.files().size())
                .metric("rows_read", accounting.rowsRead())
                .metric("rows_rejected", accounting.rowsRejected())
                .metric("rows_duplicate", accounting.duplicates())
                .metric("seconds", took.toMillis() / 1000.0)
                .metric("rows_per_second", accounting.rowsRead() * 1000.0 / took.toMillis())
                .metrics("written", accounting.emittedByDataset())
                .metrics("rejected", accounting.rejected())
                .metrics("warnings", accounting.warnings());
        run.artifact(RunReports.REPORT, toJson());
        Map<String, Long> inputs = new LinkedHashMap<>();
        for (FileReport file : accounting.files()) {
            inputs.merge(file.file(), file.rowsRead(), Long::sum);
        }
        new FileLineage(JOB, runId, started, took, inputs, accounting.emittedByDataset())
                .describe(run);
        run.afterwards(later -> WrittenRows.describe(lake, accounting.emitted().keySet(), later));
    }

    /** The same as a row for the warehouse. */
    IngestRun toRecord() {
        return IngestRun.newBuilder()
                .setEventId(JOB + ":" + runId)
                .setEventTime(started)
                .setIngestTime(started)
                .setSource(JOB)
                .setEntityId(JOB)
                .setJob(JOB)
                .setRunId(runId)
                .setRunDate(started.atZone(ZoneOffset.UTC).toLocalDate())
                .setStarted(started)
                .setFinished(started.plus(took).truncatedTo(ChronoUnit.MILLIS))
                .setRevision(IngestReport.class.getPackage().getImplementationVersion())
                .setProblem(problem)
                .setSessions(plan.sessions().size())
                .setRowsRead(accounting.rowsRead())
                .setRowsRejected(accounting.rowsRejected())
                .setRowsDuplicate(accounting.duplicates())
                .setWritten(accounting.emittedByDataset())
                .setCarriedOver(accounting.carried())
                .setMerged(accounting.merged())
                .setRejected(accounting.rejected())
                .setWarnings(accounting.warnings())
                .setOlderThanKept(olderThanKept)
                .setFiles(accounting.files().stream().map(IngestReport::toRecord).toList())
                .build();
    }

    private static IngestedFile toRecord(FileReport file) {
        return IngestedFile.newBuilder()
                .setFile(file.file())
                .setSource(file.source())
                .setSession(file.session())
                .setRowsRead(file.rowsRead())
                .setRowsDuplicate(file.duplicates())
                .setWritten(file.written())
                .setRejected(file.rejected())
                .setWarnings(file.warnings())
                .build();
    }

    private static void put(ObjectNode node, String name, Map<String, Long> counts) {
        ObjectNode object = node.putObject(name);
        counts.forEach(object::put);
    }

    private static String counted(int count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    /** The figures that a person wants to see. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "Run %s: %s of %s in %.1f s%n",
                        runId,
                        counted(accounting.files().size(), "file"),
                        counted(plan.sessions().size(), "session"),
                        took.toMillis() / 1000.0));
        line(text, "rows read", accounting.rowsRead());
        accounting.written().forEach((dataset, rows) -> line(text, "  as " + dataset, rows));
        accounting.rejected().forEach((reason, rows) -> line(text, "  rejected, " + reason, rows));
        line(text, "  duplicates", accounting.duplicates());
        text.append("in lake and warehouse").append(System.lineSeparator());
        accounting.emittedByDataset().forEach((dataset, rows) -> line(text, "  " + dataset, rows));
        accounting
                .carried()
                .forEach((dataset, rows) -> line(text, "  of these carried, " + dataset, rows));
        accounting.merged().forEach((dataset, rows) -> line(text, "  merged, " + dataset, rows));
        accounting
                .further()
                .forEach((dataset, rows) -> line(text, "  of these further ones of a row", rows));
        accounting.warnings().forEach((reason, rows) -> line(text, "warning, " + reason, rows));
        olderThanKept.forEach(
                (dataset, rows) ->
                        line(text, "warning, older than the table keeps, " + dataset, rows));
        int skipped = plan.skipped().size();
        if (skipped > 0) {
            line(text, "files left alone", skipped);
            plan.skipped().stream()
                    .limit(SKIPPED_SHOWN)
                    .forEach(
                            file ->
                                    text.append("  ")
                                            .append(file.reason())
                                            .append(System.lineSeparator()));
            if (skipped > SKIPPED_SHOWN) {
                text.append("  and ")
                        .append(skipped - SKIPPED_SHOWN)
                        .append(" more, all in the stored report")
                        .append(System.lineSeparator());
            }
        }
        text.append(problem == null ? "All sums hold." : problem).append(System.lineSeparator());
        return text.toString();
    }

    private static void line(StringBuilder text, String what, long count) {
        text.append(String.format(Locale.ROOT, "%-46s %,14d%n", what, count));
    }
}
