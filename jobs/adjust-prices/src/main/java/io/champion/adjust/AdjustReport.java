package io.champion.adjust;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.runtime.RunReports;
import io.champion.tracking.TrackedRun;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** What a run did. */
public final class AdjustReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** More are in the stored report. */
    private static final int SHOWN = 10;

    private final String runId;
    private final Instant started;
    private final Duration took;
    private final Adjustments made;
    private final TreeSet<LocalDate> replaced;

    AdjustReport(
            String runId,
            Instant started,
            Duration took,
            Adjustments made,
            Collection<LocalDate> replaced) {
        this.runId = runId;
        this.started = started;
        this.took = took;
        this.made = made;
        this.replaced = new TreeSet<>(replaced);
    }

    /** Puts the figures on record. */
    void describe(TrackedRun.Builder run) {
        run.metric("rows_written", rows())
                .metric("days_replaced", daysReplaced())
                .metric("securities_rewritten", made.rewritten.size())
                .metric("actions_applied", actionsApplied())
                .metric("breaks_suspected", breaksSuspected())
                .metric("seconds", took.toMillis() / 1000.0)
                .artifact(RunReports.REPORT, toJson());
    }

    /** Names the run, and its generation; later ones sort behind earlier ones. */
    public String runId() {
        return runId;
    }

    /** Adjusted bars that there are now. */
    public long rows() {
        return made.rowCount();
    }

    /** Days of which readers see other rows than before; 0 where nothing changed. */
    public int daysReplaced() {
        return replaced.size();
    }

    /** Securities whose rows that were there are other ones now, as exchange:symbol. */
    public List<String> rewritten() {
        return List.copyOf(made.rewritten);
    }

    /** How many actions earlier prices are divided for. */
    public int actionsApplied() {
        return made.applied.size();
    }

    /** How many opens are suspected to be actions that nobody told of. */
    public int breaksSuspected() {
        return (int) made.breaks.stream().filter(b -> b.actions().isEmpty()).count();
    }

    Adjustments adjustments() {
        return made;
    }

    /** Everything, for programs. */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1);
        root.put("job", AdjustPricesJob.NAME);
        root.put("run_id", runId);
        root.put("started", started.toString());
        root.put("seconds", took.toMillis() / 1000.0);
        root.put("status", "ok");
        root.put("sessions", made.rows.size());
        root.put("rows_read", made.rowCount());
        root.put("rows_new", made.rowsNew);
        root.put("rows_changed", made.rowsChanged);
        root.put("rows_gone", made.rowsGone);
        root.put("securities", made.securities);
        root.put("actions_known", made.actions);
        root.put("actions_pending", made.pending);
        ArrayNode days = root.putArray("days_replaced");
        replaced.forEach(day -> days.add(day.toString()));
        ArrayNode rewritten = root.putArray("rewritten");
        made.rewritten.forEach(rewritten::add);
        ArrayNode applied = root.putArray("actions_applied");
        made.applied.forEach(
                a ->
                        applied.addObject()
                                .put("security", a.security())
                                .put("ex_date", a.exDate().toString())
                                .put("type", a.type())
                                .put("factor", a.factor())
                                .put("purpose", a.purpose()));
        ArrayNode unapplied = root.putArray("actions_not_applied");
        made.unapplied.forEach(
                a ->
                        unapplied
                                .addObject()
                                .put("security", a.security())
                                .put("ex_date", a.exDate().toString())
                                .put("type", a.type())
                                .put("purpose", a.purpose())
                                .put("reason", a.reason()));
        ArrayNode breaks = root.putArray("breaks_suspected");
        made.breaks.forEach(
                b -> {
                    ObjectNode node =
                            breaks.addObject()
                                    .put("instrument", b.instrument())
                                    .put("date", b.date().toString())
                                    .put("previous", b.previous().toString())
                                    .put("previous_close", b.previousClose())
                                    .put("open", b.open())
                                    .put("ratio", b.ratio());
                    ArrayNode actions = node.putArray("actions_not_applied");
                    b.actions().forEach(actions::add);
                });
        ArrayNode unparsed = root.putArray("purposes_not_understood");
        made.unparsed.forEach(
                (purpose, text) -> {
                    ObjectNode node =
                            unparsed.addObject().put("purpose", purpose).put("rows", text.rows);
                    ArrayNode symbols = node.putArray("symbols");
                    text.symbols.forEach(symbols::add);
                });
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of plain values cannot be written.", e);
        }
    }

    /** The figures that a person wants to see. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "Run %s: %,d securities in %.1f s%n",
                        runId,
                        made.securities,
                        took.toMillis() / 1000.0));
        line(text, "actions applied", made.applied.size());
        line(text, "  not applied", made.unapplied.size());
        list(
                text,
                made.unapplied.stream()
                        .map(
                                a ->
                                        a.exDate()
                                                + " "
                                                + a.security()
                                                + " '"
                                                + (a.purpose().isEmpty() ? a.type() : a.purpose())
                                                + "': "
                                                + a.reason())
                        .toList());
        line(text, "  of days without a session yet", made.pending);
        line(text, "rows", made.rowCount());
        line(text, "  new", made.rowsNew);
        line(text, "  changed", made.rowsChanged);
        line(text, "  gone", made.rowsGone);
        line(text, "days replaced", replaced.size());
        line(text, "securities rewritten", made.rewritten.size());
        list(text, List.copyOf(made.rewritten));
        line(text, "breaks suspected", made.breaks.size());
        list(
                text,
                made.breaks.stream()
                        .map(
                                b ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %s opened at %.2f after %.2f%s",
                                                b.date(),
                                                b.instrument(),
                                                b.open(),
                                                b.previousClose(),
                                                b.actions().isEmpty()
                                                        ? ""
                                                        : ", with " + b.actions()))
                        .toList());
        line(text, "purposes not understood", made.unparsed.size());
        list(
                text,
                made.unparsed.entrySet().stream()
                        .map(
                                e ->
                                        "'"
                                                + e.getKey()
                                                + "' of "
                                                + String.join(", ", e.getValue().symbols)
                                                + ", "
                                                + e.getValue().rows
                                                + " rows")
                        .toList());
        if (replaced.isEmpty()) {
            text.append("Nothing changed.").append(System.lineSeparator());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String what, long count) {
        text.append(String.format(Locale.ROOT, "%-46s %,14d%n", what, count));
    }

    private static void list(StringBuilder text, List<String> items) {
        items.stream()
                .limit(SHOWN)
                .forEach(item -> text.append("    ").append(item).append(System.lineSeparator()));
        if (items.size() > SHOWN) {
            text.append("    and ")
                    .append(items.size() - SHOWN)
                    .append(" more, all in the stored report")
                    .append(System.lineSeparator());
        }
    }
}
