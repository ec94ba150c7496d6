package io.champion.flatfile;

import io.champion.lake.LakeReader;
import io.champion.model.PartitionKey;
import io.champion.runtime.InputException;
import io.champion.runtime.Inputs;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.core.fs.Path;

/**
 * What a run is going to do: the days to ingest, the files that it leaves alone, and those that
 * cannot be read. Made by the client before the job starts, from the head of every file.
 */
public final class IngestPlan {

    /**
     * A file that is not ingested.
     *
     * @param reason why, as a full sentence
     */
    record Skipped(String file, String reason) {}

    /**
     * The files of one kind and day: what is replaced together.
     *
     * @param files all of whole days, or all of one ticker each
     */
    record Day(FlatFileKind kind, LocalDate day, List<FlatFile> files) {

        boolean isOfTickers() {
            return files.get(0).ticker() != null;
        }

        /** The partitions that its rows go to. */
        List<PartitionKey> partitions() {
            FlatFile any = files.get(0);
            return List.of(
                    FileIngest.rowsOf(any),
                    FileIngest.rejectsOf(any),
                    FileIngest.validationOf(any));
        }
    }

    private final Map<String, Day> days;
    private final List<Skipped> skipped;
    private final Map<String, String> broken;
    private final Set<String> whole = new HashSet<>();
    private int unchanged;

    private IngestPlan(Map<String, Day> days, List<Skipped> skipped, Map<String, String> broken) {
        this.days = days;
        this.skipped = skipped;
        this.broken = broken;
    }

    /**
     * Plans a run.
     *
     * @param from first trade date wanted, or null for no bound
     * @param to last trade date wanted, or null for no bound
     * @throws InputException if an input names nothing, or a file that is named itself is no flat
     *     file
     */
    static IngestPlan of(List<String> inputs, LocalDate from, LocalDate to) throws IOException {
        List<Skipped> skipped = new ArrayList<>();
        Map<String, String> broken = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        Map<String, FlatFile> latest = new LinkedHashMap<>();
        for (Inputs.Found found : Inputs.find(inputs)) {
            String path = found.status().getPath().toString();
            try {
                FlatFile file = FileHead.read(found.status());
                if (from != null && file.day().isBefore(from)
                        || to != null && file.day().isAfter(to)) {
                    skipped.add(
                            new Skipped(
                                    path,
                                    path
                                            + " is of "
                                            + file.day()
                                            + ", outside the dates asked for."));
                    continue;
                }
                String name = file.kind() + " " + file.day() + " " + file.stem();
                FlatFile other = latest.get(name);
                if (other != null) {
                    boolean newer = file.modified() >= other.modified();
                    skipped.add(twin(newer ? other : file, newer ? file : other));
                    file = newer ? file : other;
                }
                latest.put(name, file);
            } catch (UnknownFileException e) {
                skipped.add(new Skipped(path, e.getMessage()));
                if (found.named()) {
                    failures.add(e.getMessage());
                }
            } catch (FlatFileException e) {
                broken.put(path, e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            throw new InputException(String.join("\n", failures));
        }
        Map<String, Day> days = new TreeMap<>();
        latest.values().stream()
                .collect(Collectors.groupingBy(file -> file.kind() + " " + file.day()))
                .forEach((name, files) -> days.put(name, day(files, skipped)));
        if (days.isEmpty() && broken.isEmpty()) {
            throw new InputException(
                    "None of the "
                            + skipped.size()
                            + " files is left to ingest. The first: "
                            + skipped.get(0).reason());
        }
        return new IngestPlan(days, skipped, broken);
    }

    private static Skipped twin(FlatFile older, FlatFile newer) {
        return new Skipped(
                older.path(),
                older.path()
                        + " has the name and the day of "
                        + newer.path()
                        + ", which was modified later.");
    }

    private static Day day(List<FlatFile> files, List<Skipped> skipped) {
        List<FlatFile> used = files.stream().filter(file -> file.ticker() == null).toList();
        if (used.isEmpty()) {
            used = files;
        } else {
            for (FlatFile file : files) {
                if (file.ticker() != null) {
                    skipped.add(
                            new Skipped(
                                    file.path(),
                                    file.path()
                                            + " is of one ticker, whose rows "
                                            + used.get(0).path()
                                            + " has."));
                }
            }
        }
        List<FlatFile> sorted = used.stream().sorted(Comparator.comparing(FlatFile::path)).toList();
        return new Day(sorted.get(0).kind(), sorted.get(0).day(), sorted);
    }

    /** What the stores hold. */
    interface Stores {
        /** Whether each of them has so many rows of a partition. */
        boolean have(PartitionKey partition, long rows) throws IOException;
    }

    /** Leaves out what was ingested before and has not changed, where the stores still have it. */
    void leaveOutUnchanged(Ledger ledger, String checks, Stores stores) throws IOException {
        for (Map.Entry<String, Day> named : Map.copyOf(days).entrySet()) {
            Day day = named.getValue();
            Ledger.Entry entry = ledger.read(day.kind(), day.day());
            if (entry == null
                    || !entry.checks().equals(checks)
                    || !stores.have(day.partitions().get(0), entry.rows())) {
                continue;
            }
            List<FlatFile> changed =
                    day.files().stream()
                            .filter(f -> !f.fingerprint().equals(entry.files().get(f.name())))
                            .toList();
            if (!day.isOfTickers()) {
                boolean same = changed.isEmpty() && entry.files().size() == day.files().size();
                changed = same ? List.of() : day.files();
            }
            unchanged += day.files().size() - changed.size();
            if (changed.isEmpty()) {
                days.remove(named.getKey());
            } else {
                days.put(named.getKey(), new Day(day.kind(), day.day(), changed));
            }
        }
    }

    /**
     * Leaves out a file that cannot be read to its end, and with it the other files of its day,
     * unless they are of one ticker each: half a day never takes the place of a whole one.
     */
    void leaveOut(String path, String reason) {
        broken.put(path, reason);
        for (Map.Entry<String, Day> named : Map.copyOf(days).entrySet()) {
            Day day = named.getValue();
            List<FlatFile> rest =
                    day.files().stream().filter(file -> !file.path().equals(path)).toList();
            if (rest.size() == day.files().size()) {
                continue;
            }
            if (!day.isOfTickers()) {
                for (FlatFile file : rest) {
                    skipped.add(
                            new Skipped(
                                    file.path(),
                                    file.path()
                                            + " is of the day of "
                                            + path
                                            + ", which is broken, and was left out with it."));
                }
                rest = List.of();
            }
            if (rest.isEmpty()) {
                days.remove(named.getKey());
            } else {
                days.put(named.getKey(), new Day(day.kind(), day.day(), rest));
            }
        }
    }

    /** Reads a file in one piece. */
    void readWhole(String path) {
        whole.add(path);
    }

    /** What the run does. */
    List<Work> work(String lake) throws IOException {
        List<Work> work = new ArrayList<>();
        LakeReader reader = new LakeReader(new Path(lake));
        for (Day day : days.values()) {
            for (FlatFile file : day.files()) {
                work.addAll(
                        whole.contains(file.path())
                                ? List.of(FilePart.whole(file))
                                : FilePart.of(file));
            }
            if (day.isOfTickers()) {
                Set<String> tickers = new LinkedHashSet<>();
                Set<String> names = new LinkedHashSet<>();
                for (FlatFile file : day.files()) {
                    tickers.add(file.ticker());
                    names.add(file.name());
                }
                List<PartitionKey> partitions = day.partitions();
                carry(work, reader, lake, partitions.get(0), "symbol", tickers);
                carry(work, reader, lake, partitions.get(1), "file", names);
                carry(work, reader, lake, partitions.get(2), "symbol", tickers);
            }
        }
        return work;
    }

    private static void carry(
            List<Work> work,
            LakeReader reader,
            String lake,
            PartitionKey partition,
            String column,
            Set<String> replaced)
            throws IOException {
        if (reader.rows(partition) > 0) {
            work.add(new Carry(lake, partition, column, replaced));
        }
    }

    /** Work that finds out which files can be read. */
    List<Work> checks() {
        return files().stream().map(file -> (Work) new WholeCheck(file)).toList();
    }

    List<FlatFile> files() {
        return days.values().stream().flatMap(day -> day.files().stream()).toList();
    }

    Collection<Day> days() {
        return days.values();
    }

    /** Everything that the run replaces. */
    List<PartitionKey> partitions() {
        return days.values().stream().flatMap(day -> day.partitions().stream()).toList();
    }

    /** Files left alone. */
    List<Skipped> skipped() {
        return skipped;
    }

    /** Files that cannot be read, and why, as sentences. */
    Map<String, String> broken() {
        return broken;
    }

    /** Files that were ingested before and have not changed. */
    int unchanged() {
        return unchanged;
    }

    /** The columns that are not read, by file. */
    Map<String, List<String>> unknownColumns() {
        Map<String, List<String>> unknown = new HashMap<>();
        for (FlatFile file : files()) {
            List<String> columns = file.kind().unknown(file.header().names());
            if (!columns.isEmpty()) {
                unknown.put(file.path(), columns);
            }
        }
        return new TreeMap<>(unknown);
    }
}
