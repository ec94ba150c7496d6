package io.champion.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.fetch.Checked;
import io.champion.fetch.FetchException;
import io.champion.fetch.FetchReport;
import io.champion.fetch.FetchReport.DayOutcome;
import io.champion.fetch.FetchReport.DayStatus;
import io.champion.fetch.FetchReport.FileOutcome;
import io.champion.fetch.FetchReport.Status;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a fetch did, for people and programs.
 *
 * @param root of the tier
 * @param nanos how long it took
 */
record FetchSummary(Path root, FetchReport report, long nanos) {

    /** What it looks like. */
    enum Format {
        TEXT,
        JSON
    }

    /** More are in the JSON. */
    private static final int SHOWN = 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    static UserException userException(FetchException e) {
        int exitCode =
                switch (e.kind()) {
                    case USAGE -> ExitCode.USAGE;
                    case UNAVAILABLE -> ExitCode.UNAVAILABLE;
                    case TIER -> ExitCode.FAILED;
                };
        return new UserException(exitCode, e.getMessage(), e);
    }

    int exitCode() {
        boolean whole =
                report.files(Status.FAILED).isEmpty() && report.days(DayStatus.MISSING).isEmpty();
        return whole ? ExitCode.OK : ExitCode.INPUT;
    }

    void print(Console console, Format format) {
        if (format == Format.JSON) {
            console.println(toJson().toPrettyString());
            return;
        }
        line(console, "tier", root.toString());
        files(console, Status.FETCHED, "fetched", " in " + Text.seconds(nanos));
        files(console, Status.REPLACED, "replaced", ", published again");
        names(console, report.files(Status.REPLACED));
        files(console, Status.ADOPTED, "adopted", ", which lay there already and are as published");
        files(console, Status.WANTED, "to fetch", "");
        report.files(Status.WANTED).stream()
                .collect(
                        Collectors.groupingBy(FileOutcome::kind, TreeMap::new, Collectors.toList()))
                .forEach(
                        (kind, some) ->
                                line(
                                        console,
                                        "",
                                        kind
                                                + ": "
                                                + Text.count(some.size(), "file")
                                                + size(some)));
        count(console, "there", report.present(), "");
        count(console, "purged", report.purged(), ", fetched before and unchanged since");
        long resumed = report.files().stream().filter(f -> f.resumedAt() > 0).count();
        if (resumed > 0) {
            line(
                    console,
                    "resumed",
                    Text.count(resumed, "file")
                            + ", of which "
                            + Text.bytes(
                                    report.files().stream().mapToLong(FileOutcome::resumedAt).sum())
                            + " were there");
        }
        List<FileOutcome> unchecked =
                report.files().stream().filter(f -> f.checked() == Checked.SIZE).toList();
        if (!unchecked.isEmpty()) {
            line(
                    console,
                    "unchecked",
                    Text.count(unchecked.size(), "file")
                            + " could be held against the size alone: the ETag says nothing of the"
                            + " bytes");
            names(console, unchecked);
        }
        days(console, DayStatus.CLOSED, "closed");
        days(console, DayStatus.NOT_DUE, "not due");
        days(console, DayStatus.LATE, "late");
        days(console, DayStatus.MISSING, "missing");
        if (!report.ignored().isEmpty()) {
            line(
                    console,
                    "ignored",
                    Text.count(report.ignored().size(), "object") + " that are no such files");
            report.ignored().stream().limit(SHOWN).forEach(text -> line(console, "", text));
            more(console, report.ignored().size());
        }
        List<FileOutcome> failed = report.files(Status.FAILED);
        if (!failed.isEmpty()) {
            line(console, console.red("failed"), Text.count(failed.size(), "file"));
            failed.stream()
                    .limit(SHOWN)
                    .forEach(f -> line(console, "", Text.printable(f.key() + ": " + f.reason())));
            more(console, failed.size());
            line(console, "", "Run the command again: it fetches what is missing.");
        }
    }

    private void files(Console console, Status status, String label, String remark) {
        List<FileOutcome> files = report.files(status);
        if (!files.isEmpty() || status == Status.FETCHED && report.files().isEmpty()) {
            line(
                    console,
                    label,
                    files.isEmpty()
                            ? "nothing"
                            : Text.count(files.size(), "file") + size(files) + remark);
        }
    }

    private static String size(List<FileOutcome> files) {
        long bytes = files.stream().mapToLong(FileOutcome::bytes).sum();
        return bytes == 0 ? "" : ", " + Text.bytes(bytes);
    }

    private static void names(Console console, List<FileOutcome> files) {
        files.stream().limit(SHOWN).forEach(f -> line(console, "", f.key()));
        more(console, files.size());
    }

    private static void more(Console console, int all) {
        if (all > SHOWN) {
            line(console, "", "... and " + Text.number(all - SHOWN) + " more (--format json)");
        }
    }

    private static void count(Console console, String label, int count, String remark) {
        if (count > 0) {
            line(console, label, Text.count(count, "file") + remark);
        }
    }

    /** Days with the kinds that they are said of. */
    private void days(Console console, DayStatus status, String label) {
        Map<LocalDate, List<DayOutcome>> byDay =
                report.days(status).stream()
                        .collect(
                                Collectors.groupingBy(
                                        DayOutcome::day, TreeMap::new, Collectors.toList()));
        if (byDay.isEmpty()) {
            return;
        }
        if (status == DayStatus.CLOSED) {
            // Weekends are no news.
            int all = byDay.size();
            byDay.keySet().removeIf(day -> day.getDayOfWeek().getValue() > 5);
            int weekends = all - byDay.size();
            line(
                    console,
                    label,
                    (weekends == 0 ? "" : Text.count(weekends, "day") + " of weekends")
                            + (weekends == 0 || byDay.isEmpty() ? "" : ", ")
                            + (byDay.isEmpty() ? "" : Text.count(byDay.size(), "holiday")));
        } else {
            line(console, label, Text.count(byDay.size(), "day"));
        }
        byDay.entrySet().stream()
                .limit(SHOWN)
                .forEach(entry -> line(console, "", describe(entry.getKey(), entry.getValue())));
        more(console, byDay.size());
    }

    private static String describe(LocalDate day, List<DayOutcome> outcomes) {
        String reasons =
                outcomes.stream()
                        .map(DayOutcome::reason)
                        .filter(reason -> reason != null)
                        .distinct()
                        .collect(Collectors.joining("; "));
        return day
                + "  "
                + outcomes.stream().map(DayOutcome::kind).collect(Collectors.joining(", "))
                + (reasons.isEmpty() ? "" : ": " + reasons);
    }

    private static void line(Console console, String label, String text) {
        int blanks = 11 - label.replaceAll("\u001b\\[\\d+m", "").length();
        console.println(label + " ".repeat(Math.max(1, blanks)) + text);
    }

    private ObjectNode toJson() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("tier", this.root.toString());
        root.put("seconds", nanos / 1_000_000 / 1000.0);
        root.put("there", report.present());
        root.put("purged", report.purged());
        for (Status status : Status.values()) {
            root.put(lower(status), report.files(status).size());
        }
        root.putArray("files");
        for (FileOutcome file : report.files()) {
            root.withArray("files")
                    .addObject()
                    .put("file", file.key())
                    .put("kind", file.kind())
                    .put("day", file.day().toString())
                    .put("status", lower(file.status()))
                    .put("bytes", file.bytes())
                    .put("checked", file.checked() == null ? null : lower(file.checked()))
                    .put("resumed_at", file.resumedAt())
                    .put("reason", file.reason());
        }
        root.putArray("days");
        for (DayOutcome day : report.days()) {
            root.withArray("days")
                    .addObject()
                    .put("kind", day.kind())
                    .put("day", day.day().toString())
                    .put("status", lower(day.status()))
                    .put("reason", day.reason());
        }
        List<String> ignored = new ArrayList<>(report.ignored());
        root.putArray("ignored");
        ignored.forEach(root.withArray("ignored")::add);
        return root;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
