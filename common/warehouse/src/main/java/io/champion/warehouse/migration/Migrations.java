package io.champion.warehouse.migration;

import static io.champion.warehouse.ClickHouse.literal;

import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.WarehouseLock;
import io.champion.warehouse.migration.AppliedStep.What;
import io.champion.warehouse.migration.History.Entry;
import io.champion.warehouse.migration.History.Note;
import io.champion.warehouse.migration.MigrationState.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings a database to the tables and views of this release.
 *
 * <p>Migrations are applied in the order of their numbers, each once; the table {@value
 * History#TABLE} says which, with checksums, so that a file that was edited or lost after it was
 * applied is noticed. One that stopped half-way is gone on with. Only one process at a time applies
 * them; others wait for it. A statement that is interrupted may be run again, so that all of them
 * are written to be run twice.
 */
public final class Migrations {

    /** Longer than a whole run takes on an idle server. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Pattern TTL = Pattern.compile("\\{ttl:[^{}]*\\}");

    private final ClickHouseConfig config;
    private final Placeholders placeholders;
    private final List<Migration> files;

    Migrations(ClickHouseConfig config, Placeholders placeholders, List<Migration> files) {
        this.config = config;
        this.placeholders = placeholders;
        this.files = files;
    }

    /**
     * The migrations of this release for one database.
     *
     * @param cluster the cluster that the database is on, or null for a single server. On a cluster
     *     statements run {@code ON CLUSTER} and tables are replicated; its servers must define the
     *     macros {@code shard} and {@code replica}. A database cannot change from one to the other
     * @param retention how long rows are kept; may differ from one {@link #apply} to the next
     * @throws IllegalArgumentException if database or cluster are not plain names
     */
    public static Migrations of(ClickHouseConfig config, String cluster, Retention retention) {
        return new Migrations(
                config,
                new Placeholders(config.database(), cluster, retention),
                Migration.ofThisRelease());
    }

    /**
     * How the database stands to this release. Changes nothing.
     *
     * @throws WarehouseException if ClickHouse fails
     */
    public MigrationStatus status() {
        try (ClickHouse clickHouse = ClickHouse.connect(config.withDatabase("system"))) {
            History history = new History(clickHouse, placeholders);
            TreeMap<Integer, Entry> entries = history.exists() ? read() : new TreeMap<>();
            return status(entries);
        }
    }

    private TreeMap<Integer, Entry> read() {
        try (ClickHouse clickHouse = ClickHouse.connect(config)) {
            return new History(clickHouse, placeholders).read();
        }
    }

    private MigrationStatus status(Map<Integer, Entry> entries) {
        TreeMap<Integer, MigrationState> states = new TreeMap<>();
        for (Migration file : files) {
            states.put(
                    file.version(),
                    new MigrationState(
                            file.version(), file.name(), Progress.PENDING, 0, file.size(), null));
        }
        for (Entry entry : entries.values()) {
            states.put(
                    entry.version(),
                    new MigrationState(
                            entry.version(),
                            entry.name(),
                            entry.isComplete() ? Progress.APPLIED : Progress.STARTED,
                            entry.done(),
                            entry.statements(),
                            entry.at()));
        }
        List<String> retentionChanges =
                files.stream()
                        .filter(
                                file -> {
                                    Entry entry = entries.get(file.version());
                                    return entry != null
                                            && entry.isComplete()
                                            && changesRetention(file, entry);
                                })
                        .map(Migration::name)
                        .toList();
        return new MigrationStatus(
                List.copyOf(states.values()), retentionChanges, problems(entries));
    }

    /**
     * Applies what is not applied yet.
     *
     * @return what was done, in order; empty if nothing had to be
     * @throws MigrationException if files and database do not fit together; nothing was done then
     * @throws WarehouseException if a statement fails, or another process is applying migrations
     *     for too long; what was done until then stays, and the next call goes on from there
     * @throws InterruptedException if interrupted while waiting for another process
     */
    public List<AppliedStep> apply() throws InterruptedException {
        Migration first = files.get(0);
        try (ClickHouse server = ClickHouse.connect(config.withDatabase("system"))) {
            // The history is kept in the database that the first migration makes.
            first.statements(placeholders).forEach(server::execute);
        }
        try (ClickHouse clickHouse = ClickHouse.connect(config);
                WarehouseLock lock =
                        WarehouseLock.acquire(
                                clickHouse, "migrations", placeholders.cluster(), PATIENCE)) {
            History history = new History(clickHouse, placeholders);
            history.create();
            Map<Integer, Entry> entries = history.read();
            List<String> problems = problems(entries);
            if (!problems.isEmpty()) {
                throw new MigrationException(problems);
            }
            // Before anything is done, so that a placeholder that is not known leaves no half.
            Map<Integer, List<String>> statements = new HashMap<>();
            files.forEach(file -> statements.put(file.version(), file.statements(placeholders)));
            Run run = new Run(clickHouse, history, lock);
            try {
                for (Migration file : files) {
                    Entry entry = entries.get(file.version());
                    if (entry == null || !entry.isComplete()) {
                        run.apply(file, statements.get(file.version()), entry);
                    } else if (changesRetention(file, entry)) {
                        run.changeRetention(file);
                    }
                }
            } catch (RuntimeException e) {
                try {
                    run.writeHistory();
                } catch (WarehouseException unwritten) {
                    // No harm: what is not noted is run again.
                    e.addSuppressed(unwritten);
                }
                throw e;
            }
            run.writeHistory();
            return run.steps;
        }
    }

    /** One process at its work. */
    private final class Run {
        private final ClickHouse clickHouse;
        private final History history;
        private final WarehouseLock lock;
        private final List<AppliedStep> steps = new ArrayList<>();

        /** Written together, because most of the time would go into writing them one by one. */
        private final List<Note> notes = new ArrayList<>();

        Run(ClickHouse clickHouse, History history, WarehouseLock lock) {
            this.clickHouse = clickHouse;
            this.history = history;
            this.lock = lock;
        }

        void apply(Migration file, List<String> statements, Entry entry) {
            for (int i = entry == null ? 0 : entry.done(); i < statements.size(); i++) {
                String statement = statements.get(i);
                execute(file, i + 1, () -> clickHouse.execute(statement));
                if (statements.size() > 1) {
                    writeHistory();
                }
            }
            steps.add(step(file, entry == null ? What.APPLIED : What.RESUMED));
        }

        void changeRetention(Migration file) {
            String ttl = expiry(file, placeholders);
            String alter =
                    placeholders.fillIn("ALTER TABLE {database}." + file.name() + " {on_cluster} ");
            execute(
                    file,
                    file.size(),
                    () -> {
                        if (!ttl.isEmpty()) {
                            clickHouse.execute(alter + "MODIFY " + ttl);
                        } else if (hasTtl(file.name(), clickHouse)) {
                            clickHouse.execute(alter + "REMOVE TTL");
                        }
                    });
            steps.add(step(file, What.RETENTION_CHANGED));
        }

        private void execute(Migration file, int done, Runnable statement) {
            lock.check();
            Instant started = Instant.now();
            statement.run();
            notes.add(new Note(file, done, started, Instant.now()));
        }

        void writeHistory() {
            history.add(notes);
            notes.clear();
        }

        private AppliedStep step(Migration file, What what) {
            return new AppliedStep(file.version(), file.name(), what);
        }
    }

    private boolean changesRetention(Migration file, Entry entry) {
        return !Objects.equals(expiry(file, placeholders), expiry(file, with(entry.retention())));
    }

    private Placeholders with(String retention) {
        return new Placeholders(
                placeholders.database(), placeholders.cluster(), Retention.parse(retention));
    }

    /** The TTL clause of the table that a file makes, empty if rows stay, null if it has none. */
    private static String expiry(Migration file, Placeholders placeholders) {
        Matcher ttl = TTL.matcher(file.text());
        return ttl.find() ? placeholders.fillIn(ttl.group()) : null;
    }

    private boolean hasTtl(String table, ClickHouse clickHouse) {
        return clickHouse.queryLong(
                        "SELECT countIf(position(engine_full, ' TTL ') > 0) FROM system.tables"
                                + " WHERE database = "
                                + literal(placeholders.database())
                                + " AND name = "
                                + literal(table))
                > 0;
    }

    /**
     * Compares the database with this release: every table and view, its columns, engine, keys,
     * retention and settings. Changes nothing.
     *
     * @return every difference; empty if there is none
     * @throws WarehouseException if ClickHouse fails
     */
    public List<Difference> verify() {
        try (ClickHouse clickHouse = ClickHouse.connect(config.withDatabase("system"))) {
            return new Verification(clickHouse, placeholders).differences(files);
        }
    }

    private List<String> problems(Map<Integer, Entry> entries) {
        List<String> problems = new ArrayList<>();
        Map<Integer, Migration> byVersion = new TreeMap<>();
        int next = 1;
        for (Migration file : files) {
            if (byVersion.put(file.version(), file) != null) {
                problems.add(
                        "Two migrations have the number "
                                + file.version()
                                + ": give the later one the next free number.");
            } else if (file.version() != next) {
                problems.add(
                        String.format(
                                Locale.ROOT,
                                "There is no migration %04d before %s: numbers follow each other,"
                                        + " so a file is missing; restore it.",
                                next,
                                file.file()));
            }
            next = file.version() + 1;
        }
        int applied = 0;
        for (Entry entry : entries.values()) {
            applied = Math.max(applied, entry.version());
            Migration file = byVersion.get(entry.version());
            if (file == null) {
                problems.add(
                        entry.file()
                                + " was applied but is missing here: restore the file, or use the"
                                + " release that has it.");
            } else if (isEdited(file, entry)) {
                problems.add(
                        file.file()
                                + " was edited after it was applied"
                                + (file.name().equals(entry.name()) ? "" : " as " + entry.file())
                                + ": restore it, and put the change into a new migration with the"
                                + " next free number.");
            }
            if (!entry.cluster()
                    .equals(placeholders.cluster() == null ? "" : placeholders.cluster())) {
                problems.add(
                        entry.file()
                                + " was applied to "
                                + describeCluster(entry.cluster())
                                + ", not "
                                + describeCluster(placeholders.cluster())
                                + ": name the same cluster, or another database.");
            }
        }
        for (Migration file : byVersion.values()) {
            if (file.version() < applied && !entries.containsKey(file.version())) {
                problems.add(
                        String.format(
                                Locale.ROOT,
                                "%s is new, but %04d was applied before it: give it the next free"
                                        + " number.",
                                file.file(),
                                applied));
            }
        }
        return problems;
    }

    /** One that stopped half-way may be mended, except for what was run already. */
    private static boolean isEdited(Migration file, Entry entry) {
        if (!file.name().equals(entry.name())) {
            return true;
        }
        if (entry.isComplete()) {
            return !file.checksum().equals(entry.checksum());
        }
        return file.size() < entry.done()
                || !file.checksum(entry.done()).equals(entry.doneChecksum());
    }

    private static String describeCluster(String cluster) {
        return cluster == null || cluster.isEmpty() ? "a single server" : "cluster " + cluster;
    }
}
