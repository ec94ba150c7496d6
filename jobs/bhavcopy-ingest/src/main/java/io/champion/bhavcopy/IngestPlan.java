package io.champion.bhavcopy;

import io.champion.lake.LakeReader;
import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.Layer;
import io.champion.model.PartitionKey;
import io.champion.runtime.InputException;
import io.champion.runtime.Inputs;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.core.fs.Path;

/**
 * What a run is going to do: the sessions to ingest, and the files that it leaves alone with the
 * reason. Made by the client before the job starts, from the head of every file.
 */
public final class IngestPlan {

    /**
     * The order in which files of one source and session count as published, the latest last: a
     * file whose name tells the session before one that tells another (fetched on a holiday, it
     * repeats the session before); where files have no session, by the day in the name; then by
     * time of modification; then by path.
     */
    static final Comparator<PlannedFile> PUBLISHED =
            Comparator.comparing(IngestPlan::isNamedForAnotherDay)
                    .thenComparing(IngestPlan::dayOfIssue)
                    .thenComparing(file -> file.file().modified())
                    .thenComparing(file -> file.file().location());

    /** Enough of a file to tell the session by most of its rows. */
    private static final int HEAD_BYTES = 1 << 16;

    private static final int HEAD_ROWS = 200;

    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");

    /**
     * A file that is not ingested.
     *
     * @param reason why, as a full sentence
     */
    public record Skipped(String file, String reason) {}

    private final List<Session> sessions;
    private final List<Skipped> skipped;

    private IngestPlan(List<Session> sessions, List<Skipped> skipped) {
        this.sessions = List.copyOf(sessions);
        this.skipped = List.copyOf(skipped);
    }

    /** A run that ingests files of all families. */
    static IngestPlan of(List<String> inputs, LocalDate from, LocalDate to, Instant start)
            throws IOException {
        return of(inputs, EnumSet.allOf(Family.class), from, to, start);
    }

    /**
     * Plans a run.
     *
     * @param inputs files, folders and globs
     * @param families the files wanted of those found
     * @param from first session wanted, or null for no bound; files without a session are always
     *     wanted
     * @param to last session wanted, or null for no bound
     * @param start when the run starts
     * @throws InputException if an input names nothing, if a file that is named itself is of no
     *     known format, or if nothing is left to ingest
     */
    public static IngestPlan of(
            List<String> inputs, Set<Family> families, LocalDate from, LocalDate to, Instant start)
            throws IOException {
        List<String> failures = new ArrayList<>();
        IngestPlan plan = of(inputs, families, from, to, start, failures);
        if (!failures.isEmpty()) {
            throw new InputException(String.join("\n", failures));
        }
        return plan;
    }

    /**
     * As {@link #of(List, Set, LocalDate, LocalDate, Instant)}, but plans what can be used whatever
     * cannot.
     *
     * @param failures takes what makes the run impossible, as full sentences
     * @throws InputException if an input names nothing
     */
    static IngestPlan of(
            List<String> inputs,
            Set<Family> families,
            LocalDate from,
            LocalDate to,
            Instant start,
            List<String> failures)
            throws IOException {
        Map<String, List<PlannedFile>> groups = new TreeMap<>();
        List<Skipped> skipped = new ArrayList<>();
        for (Inputs.Found found : Inputs.find(inputs)) {
            plan(found, families, from, to, groups, skipped, failures);
        }
        LocalDate today = start.atZone(INDIA).toLocalDate();
        List<Session> sessions = new ArrayList<>();
        for (List<PlannedFile> files : groups.values()) {
            files.sort(PUBLISHED);
            PlannedFile first = files.get(0);
            LocalDate date = first.session();
            sessions.add(
                    new Session(
                            first.format().family(),
                            date,
                            date == null ? today : date,
                            List.copyOf(files)));
        }
        if (sessions.isEmpty() && failures.isEmpty()) {
            failures.add(
                    "None of the "
                            + skipped.size()
                            + " files is left to ingest."
                            + (skipped.isEmpty() ? "" : " The first: " + skipped.get(0).reason()));
        }
        return new IngestPlan(sessions, skipped);
    }

    /**
     * Plans a run that reads no files: each session is made again of what the lake's raw layer
     * holds of it. Families without a raw layer have nothing to be made of.
     *
     * @throws InputException if the raw layer holds nothing of what is wanted
     */
    static IngestPlan ofRaw(Path lake, Set<Family> families, LocalDate from, LocalDate to)
            throws IOException {
        LakeReader reader = new LakeReader(lake);
        List<Session> sessions = new ArrayList<>();
        for (Family family : families) {
            TreeSet<LocalDate> days = new TreeSet<>();
            for (Dataset dataset : family.datasets()) {
                if (dataset.layer() == Layer.RAW) {
                    reader.partitions(dataset).forEach(partition -> days.add(partition.date()));
                }
            }
            for (LocalDate day : days) {
                if ((from == null || !day.isBefore(from)) && (to == null || !day.isAfter(to))) {
                    sessions.add(new Session(family, day, day, List.of()));
                }
            }
        }
        if (sessions.isEmpty()) {
            throw new InputException(
                    "The raw layer of the lake " + lake + " holds no session of these.");
        }
        return new IngestPlan(sessions, List.of());
    }

    private static void plan(
            Inputs.Found found,
            Set<Family> families,
            LocalDate from,
            LocalDate to,
            Map<String, List<PlannedFile>> groups,
            List<Skipped> skipped,
            List<String> failures)
            throws IOException {
        List<Skipped> unusable = new ArrayList<>();
        int used = 0;
        try {
            for (InputFile file : Containers.filesIn(found.status())) {
                try {
                    PlannedFile planned = recognize(file);
                    LocalDate session = planned.session();
                    used++;
                    if (!families.contains(planned.format().family())) {
                        skipped.add(
                                new Skipped(
                                        file.location(),
                                        file
                                                + " is a file of the "
                                                + planned.format().title()
                                                + ", which was not asked for."));
                        continue;
                    }
                    if (session != null
                            && (from != null && session.isBefore(from)
                                    || to != null && session.isAfter(to))) {
                        skipped.add(
                                new Skipped(
                                        file.location(),
                                        file
                                                + " is of "
                                                + session
                                                + ", outside the dates asked for."));
                        continue;
                    }
                    groups.computeIfAbsent(
                                    planned.format().family() + "/" + session,
                                    key -> new ArrayList<>())
                            .add(planned);
                } catch (InputException e) {
                    unusable.add(new Skipped(file.location(), e.getMessage()));
                }
            }
        } catch (InputException e) {
            unusable.add(new Skipped(found.status().getPath().toString(), e.getMessage()));
        }
        if (found.named() && used == 0) {
            unusable.forEach(file -> failures.add(file.reason()));
        } else {
            skipped.addAll(unusable);
        }
    }

    /** What a file is and of which session, from its first rows. */
    static PlannedFile recognize(InputFile file) throws IOException {
        byte[] bytes = Containers.readHead(file, HEAD_BYTES);
        boolean cut = bytes.length == HEAD_BYTES;
        List<List<String>> head = CsvText.of(bytes).head(HEAD_ROWS + 1);
        if (head.isEmpty()) {
            throw new InputException(file + " holds no text.");
        }
        if (cut && head.size() <= HEAD_ROWS) {
            head.remove(head.size() - 1);
        }
        List<String> header = head.get(0);
        List<List<String>> rows = head.subList(1, head.size());
        FileFormat format = FileFormat.recognize(file.toString(), header, rows);
        if (rows.isEmpty()) {
            throw new InputException(
                    file + " has the header of the " + format.title() + " but no rows.");
        }
        LocalDate session = session(file, format, header, rows);
        if (session != null && !ColumnType.holdsDate(session.toEpochDay())) {
            throw new InputException(
                    file
                            + " is of the session "
                            + session
                            + ", but dates are stored "
                            + ColumnType.DATES
                            + ".");
        }
        return new PlannedFile(file, format, session);
    }

    private static LocalDate session(
            InputFile file, FileFormat format, List<String> header, List<List<String>> rows)
            throws InputException {
        if (!format.family().hasSession()) {
            return null;
        }
        if (format.datedByName()) {
            LocalDate date = format.dateInName(file.name());
            if (date == null) {
                throw new InputException(
                        file
                                + " is a file of the "
                                + format.title()
                                + ", whose rows hold no date, and its name does not tell one"
                                + " either: name it as the exchange does.");
            }
            return date;
        }
        // The date inside counts, not the name: a file fetched on a holiday repeats the session
        // before. Most rows decide, so that one spoilt row does not.
        int column = header.indexOf(format.dateColumn());
        Map<LocalDate, Integer> votes = new HashMap<>();
        LocalDate leader = null;
        for (List<String> row : rows) {
            LocalDate date = column < row.size() ? Dates.parse(row.get(column)) : null;
            if (date != null) {
                int count = votes.merge(date, 1, Integer::sum);
                if (leader == null || count > votes.get(leader)) {
                    leader = date;
                }
            }
        }
        if (leader == null) {
            throw new InputException(
                    file
                            + " is a file of the "
                            + format.title()
                            + ", but none of its first rows has a readable "
                            + format.dateColumn()
                            + ".");
        }
        return leader;
    }

    private static LocalDate dayOfIssue(PlannedFile file) {
        LocalDate named = file.session() == null ? Dates.inName(file.file().name()) : null;
        return named == null ? LocalDate.MIN : named;
    }

    /** Whether a file's name tells a day other than its session. */
    static boolean isNamedForAnotherDay(PlannedFile file) {
        LocalDate named = Dates.inName(file.file().name());
        return named != null && file.session() != null && !named.equals(file.session());
    }

    /** The sessions, by family and date. */
    public List<Session> sessions() {
        return sessions;
    }

    /** Files left alone. */
    public List<Skipped> skipped() {
        return skipped;
    }

    public int files() {
        return sessions.stream().mapToInt(session -> session.files().size()).sum();
    }

    /** Everything that the run replaces. */
    public List<PartitionKey> partitions() {
        return sessions.stream().flatMap(s -> s.partitions().stream()).distinct().toList();
    }
}
