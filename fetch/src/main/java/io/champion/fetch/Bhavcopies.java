package io.champion.fetch;

import io.champion.fetch.FetchReport.DayOutcome;
import io.champion.fetch.FetchReport.DayStatus;
import io.champion.fetch.FetchReport.FileOutcome;
import io.champion.fetch.FetchReport.Status;
import io.champion.fetch.HttpFile.Answer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the daily files of NSE and BSE over HTTPS into the raw tier {@value #TIER}, one request
 * at a time.
 *
 * <p>Days without a session are told by the calendar, as far as it knows them, and else by the
 * answer: there is no file, or one that repeats the session before, though there are files of the
 * sessions around. A file is read before it goes into the tier: it has to be of its format, whole,
 * and of its day. Files of the last days are asked for again, in case they were published again;
 * the newer one then replaces the older.
 */
public final class Bhavcopies {

    /** Name of the tier. */
    public static final String TIER = "bhavcopy";

    private static final ZoneId INDIA = ZoneId.of("Asia/Kolkata");

    /** A session's files are published by then. */
    private static final LocalTime PUBLISHED_BY = LocalTime.of(20, 0);

    /** How long a file that is due may still come. */
    private static final Duration LATE = Duration.ofDays(3);

    /** No holidays keep an exchange closed for longer from one session to the next. */
    private static final int DAYS_BETWEEN_SESSIONS = 7;

    /** After so many failures in a row an exchange is left alone. */
    private static final int FAILURES = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Bhavcopies.class);

    /** Reads a file as the ingest would. */
    @FunctionalInterface
    public interface Inspector {

        /**
         * Reads a file to its end.
         *
         * @param file which may lie anywhere
         * @return what it is
         * @throws IOException if it is damaged or of no known format; the message is a sentence
         */
        Inspection inspect(Path file) throws IOException;
    }

    /**
     * What a file is.
     *
     * @param source the format, as {@link BhavcopyKind#source()} has it
     * @param session of its rows
     */
    public record Inspection(String source, LocalDate session) {}

    /**
     * What to fetch.
     *
     * @param from first day, or null for the first that was fetched before
     * @param to last day
     * @param allDays whether to ask for weekends and holidays too
     * @param recheck of how many of the last days files are asked for again
     * @param again whether to fetch again what was purged, and ask again for days that were found
     *     to be closed
     * @param dryRun whether to say only what would be asked for
     */
    public record Wanted(
            Set<BhavcopyKind> kinds,
            LocalDate from,
            LocalDate to,
            boolean allDays,
            int recheck,
            boolean again,
            boolean dryRun) {}

    /**
     * How to fetch.
     *
     * @param bases where the exchanges publish, by {@link BhavcopyKind#exchange()}
     * @param interval from the start of one request to that of the next
     * @param timeout of one request, until its body is whole
     * @param maxBytes the largest file taken
     */
    public record Manners(
            Map<String, URI> bases,
            String userAgent,
            Duration interval,
            Retries retries,
            Duration timeout,
            long maxBytes) {

        /** The exchanges themselves; both refuse clients that do not claim to be a browser. */
        public static final Manners DEFAULT =
                new Manners(
                        Map.of("NSE", BhavcopyKind.NSE, "BSE", BhavcopyKind.BSE),
                        "Mozilla/5.0 (compatible; Champion)",
                        Duration.ofSeconds(1),
                        new Retries(4, Duration.ofSeconds(2), Duration.ofMinutes(2)),
                        Duration.ofMinutes(1),
                        128L << 20);
    }

    private record Day(BhavcopyKind kind, LocalDate date) {
        String key() {
            return kind.key(date);
        }
    }

    /** A day of which there is no file, and why we think so. */
    private record Absent(Day day, String reason) {}

    private final Wanted wanted;
    private final Manners manners;
    private final Inspector inspector;
    private final Clock clock;
    private final FetchProgress progress;
    private final RawTier tier;
    private final HttpFile http;

    private final List<FileOutcome> files = new ArrayList<>();
    private final List<DayOutcome> days = new ArrayList<>();
    private final List<Absent> absent = new ArrayList<>();

    /** By exchange, the sessions of which a file of any kind was fetched, now or ever. */
    private final Map<String, NavigableSet<LocalDate>> sessions = new HashMap<>();

    private final Map<String, Integer> failures = new HashMap<>();
    private int present;
    private int purged;
    private long bytes;
    private long nextRequest = Long.MIN_VALUE;

    private Bhavcopies(
            Wanted wanted,
            Manners manners,
            Inspector inspector,
            Clock clock,
            FetchProgress progress,
            RawTier tier) {
        this.wanted = wanted;
        this.manners = manners;
        this.inspector = inspector;
        this.clock = clock;
        this.progress = progress;
        this.tier = tier;
        this.http = new HttpFile(manners.userAgent(), manners.timeout(), manners.maxBytes(), clock);
    }

    /** The last day that can have been published: today, in India. */
    public static LocalDate today(Clock clock) {
        return LocalDate.now(clock.withZone(INDIA));
    }

    /** Where the files of a home are. */
    public static Path root(Path home) {
        return RawTier.root(home, TIER);
    }

    /**
     * Fetches what is wanted and not there.
     *
     * @param home whose raw tier takes the files
     * @return what was done; files that could not be fetched are in it with the reason
     * @throws FetchException if nothing can be fetched at all
     */
    public static FetchReport fetch(
            Path home,
            Wanted wanted,
            Manners manners,
            Inspector inspector,
            Clock clock,
            FetchProgress progress)
            throws IOException {
        try (RawTier tier = RawTier.open(home, TIER)) {
            return new Bhavcopies(wanted, manners, inspector, clock, progress, tier).run();
        }
    }

    private FetchReport run() throws IOException {
        rememberSessions();
        List<Day> asked = asked();
        for (int i = 0; i < asked.size(); i++) {
            progress.update(i, asked.size(), bytes, 0);
            Day day = asked.get(i);
            if (wanted.dryRun()) {
                files.add(outcome(day, Status.WANTED, 0, null, null));
            } else {
                fetch(day);
            }
        }
        for (Absent one : absent) {
            settle(one);
        }
        return new FetchReport(files, days, present, purged, List.of());
    }

    private LocalDate first() throws FetchException {
        LocalDate first = wanted.from();
        if (first == null) {
            for (ManifestEntry entry : tier.manifest().all()) {
                boolean ofKind =
                        wanted.kinds().stream().anyMatch(kind -> kind.id().equals(entry.kind()));
                if (ofKind && (first == null || entry.day().isBefore(first))) {
                    first = entry.day();
                }
            }
        }
        if (first == null) {
            throw new FetchException(
                    FetchException.Kind.USAGE,
                    "No such files were fetched before, so say from which day on, for example --from "
                            + wanted.to().minusDays(7)
                            + "; later runs go on from there.");
        }
        if (first.isAfter(wanted.to())) {
            throw new FetchException(
                    FetchException.Kind.USAGE,
                    "The first day, " + first + ", is after the last, " + wanted.to() + ".");
        }
        return first;
    }

    private List<Day> asked() throws IOException {
        List<Day> asked = new ArrayList<>();
        LocalDate recheckFrom = today(clock).minusDays(wanted.recheck());
        for (LocalDate date = first(); !date.isAfter(wanted.to()); date = date.plusDays(1)) {
            boolean session = wanted.allDays() || Sessions.INDIA.isSession(date);
            for (BhavcopyKind kind : wanted.kinds()) {
                Day day = new Day(kind, date);
                ManifestEntry known = tier.manifest().get(day.key());
                ManifestEntry.State state = known == null ? null : known.state();
                boolean recheck = date.isAfter(recheckFrom);
                if (state == ManifestEntry.State.FETCHED && tier.size(day.key()) == known.size()) {
                    if (recheck && !wanted.dryRun()) {
                        asked.add(day);
                    } else {
                        present++;
                    }
                } else if (state == ManifestEntry.State.PURGED && !wanted.again()) {
                    purged++;
                } else if (state == ManifestEntry.State.CLOSED
                        && !wanted.again()
                        && !recheck
                        && !isKnownSession(date)) {
                    closed(day, "found before");
                } else if (session || state == ManifestEntry.State.FETCHED) {
                    asked.add(day);
                } else {
                    closed(day, "by the calendar");
                }
            }
        }
        return asked;
    }

    private void rememberSessions() {
        Map<String, BhavcopyKind> kinds =
                Stream.of(BhavcopyKind.values())
                        .collect(Collectors.toMap(BhavcopyKind::id, kind -> kind));
        for (ManifestEntry entry : tier.manifest().all()) {
            if (entry.state() != ManifestEntry.State.CLOSED && kinds.containsKey(entry.kind())) {
                addSession(new Day(kinds.get(entry.kind()), entry.day()));
            }
        }
    }

    private void addSession(Day day) {
        sessions.computeIfAbsent(day.kind().exchange(), exchange -> new TreeSet<>())
                .add(day.date());
    }

    /** Whether any exchange was open; they keep the same holidays. */
    private boolean isKnownSession(LocalDate date) {
        return sessions.values().stream().anyMatch(dates -> dates.contains(date));
    }

    /**
     * Whether the exchange published before a day and after it. Else it may be out of order, or not
     * be where we look, and that there is no file tells nothing of the day.
     */
    private boolean isBetweenSessions(Day day) {
        NavigableSet<LocalDate> dates =
                sessions.getOrDefault(day.kind().exchange(), new TreeSet<>());
        LocalDate before = dates.lower(day.date());
        LocalDate after = dates.higher(day.date());
        return before != null
                && after != null
                && ChronoUnit.DAYS.between(before, after) <= DAYS_BETWEEN_SESSIONS;
    }

    private void closed(Day day, String reason) {
        days.add(new DayOutcome(day.kind().id(), day.date(), DayStatus.CLOSED, reason));
    }

    /** Fetches one file; only what would strike all of them is thrown. */
    private void fetch(Day day) throws IOException {
        String exchange = day.kind().exchange();
        if (failures.getOrDefault(exchange, 0) >= FAILURES) {
            files.add(
                    failed(
                            day,
                            "It was not tried: "
                                    + FAILURES
                                    + " files of "
                                    + exchange
                                    + " failed in a row."));
            return;
        }
        try {
            manners.retries()
                    .run(
                            day.key(),
                            () -> {
                                attempt(day);
                                return null;
                            });
            failures.remove(exchange);
        } catch (FileFailure e) {
            if (e.kind() == FileFailure.Kind.NOT_FOUND) {
                failures.remove(exchange);
                absent.add(new Absent(day, e.getMessage()));
                return;
            }
            failures.merge(exchange, 1, Integer::sum);
            LOG.warn("{} was not fetched.", day.key(), e);
            files.add(failed(day, e.getMessage()));
        } catch (FetchException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("{} was not fetched.", day.key(), e);
            files.add(failed(day, "It cannot be written: " + e.getMessage() + "."));
        }
    }

    private void attempt(Day day) throws IOException {
        ManifestEntry known = tier.manifest().get(day.key());
        boolean have =
                known != null
                        && known.state() == ManifestEntry.State.FETCHED
                        && tier.size(day.key()) == known.size();
        Path part = tier.parts().resolve(day.kind().fileName(day.date()));
        await();
        try {
            Answer answer =
                    http.get(
                            day.kind().uri(manners.bases().get(day.kind().exchange()), day.date()),
                            have ? known : null,
                            part);
            if (answer.isUnchanged()) {
                present++;
                return;
            }
            bytes += Files.size(part);
            inspect(day, part);
            keep(day, answer, part, have ? known : null);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Waits until the next request is polite. */
    private void await() throws IOException {
        long now = System.nanoTime();
        if (nextRequest != Long.MIN_VALUE && nextRequest - now > 0) {
            try {
                Thread.sleep(Duration.ofNanos(nextRequest - now).toMillis() + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("The fetch was interrupted.");
            }
        }
        nextRequest = System.nanoTime() + manners.interval().toNanos();
    }

    private void inspect(Day day, Path part) throws IOException {
        Inspection found;
        try {
            found = inspector.inspect(part);
        } catch (IOException e) {
            throw new FileFailure(FileFailure.Kind.TRANSIENT, e.getMessage(), e);
        }
        if (!found.source().equals(day.kind().source())) {
            throw new FileFailure(
                    FileFailure.Kind.PERMANENT,
                    "The server sends a file of "
                            + found.source()
                            + " in place of one of "
                            + day.kind().source()
                            + ".",
                    null);
        }
        if (found.session().isBefore(day.date())) {
            throw new FileFailure(
                    FileFailure.Kind.NOT_FOUND,
                    "the file repeats the session of " + found.session(),
                    null);
        }
        if (!found.session().equals(day.date())) {
            throw new FileFailure(
                    FileFailure.Kind.PERMANENT,
                    "The server sends the file of "
                            + found.session()
                            + " in place of that of "
                            + day.date()
                            + ".",
                    null);
        }
    }

    private void keep(Day day, Answer answer, Path part, ManifestEntry known) throws IOException {
        long size = Files.size(part);
        boolean same = known != null && Files.mismatch(part, tier.file(day.key())) < 0;
        boolean adopted =
                known == null
                        && tier.size(day.key()) == size
                        && Files.mismatch(part, tier.file(day.key())) < 0;
        if (!same && !adopted) {
            tier.publish(part, day.key());
        }
        ManifestEntry before = tier.manifest().get(day.key());
        boolean replaced = known != null && !same;
        int version = before == null ? 1 : Math.max(1, before.version() + (replaced ? 1 : 0));
        tier.manifest()
                .put(
                        new ManifestEntry(
                                day.key(),
                                day.kind().id(),
                                day.date(),
                                ManifestEntry.State.FETCHED,
                                size,
                                answer.etag(),
                                answer.modified(),
                                same ? known.fetched() : clock.instant(),
                                Checked.CONTENT,
                                version));
        addSession(day);
        if (same) {
            present++;
        } else {
            Status status = replaced ? Status.REPLACED : adopted ? Status.ADOPTED : Status.FETCHED;
            files.add(outcome(day, status, size, Checked.CONTENT, null));
        }
    }

    /** Says what the absence of a file means, now that all are asked for. */
    private void settle(Absent one) throws IOException {
        Day day = one.day();
        var due = day.date().atTime(PUBLISHED_BY).atZone(INDIA).toInstant();
        ManifestEntry known = tier.manifest().get(day.key());
        if (known != null && known.state() == ManifestEntry.State.FETCHED) {
            // It was published once, and there is no reason to forget it.
            present++;
        } else if (clock.instant().isBefore(due)) {
            day(day, DayStatus.NOT_DUE, one.reason());
        } else if (isKnownSession(day.date())) {
            boolean late = clock.instant().isBefore(due.plus(LATE));
            day(day, late ? DayStatus.LATE : DayStatus.MISSING, one.reason());
        } else if (!Sessions.INDIA.isSession(day.date())) {
            closed(day, one.reason());
        } else if (clock.instant().isBefore(due.plus(LATE))) {
            day(day, DayStatus.LATE, one.reason() + "; it may be a holiday");
        } else if (!isBetweenSessions(day)) {
            day(
                    day,
                    DayStatus.MISSING,
                    one.reason()
                            + "; without files of "
                            + day.kind().exchange()
                            + " from shortly before and after, it is not taken for a holiday");
        } else {
            tier.manifest()
                    .put(
                            new ManifestEntry(
                                    day.key(),
                                    day.kind().id(),
                                    day.date(),
                                    ManifestEntry.State.CLOSED,
                                    0,
                                    null,
                                    null,
                                    clock.instant(),
                                    Checked.CONTENT,
                                    0));
            closed(day, one.reason());
        }
    }

    private void day(Day day, DayStatus status, String reason) {
        days.add(new DayOutcome(day.kind().id(), day.date(), status, reason));
    }

    private static FileOutcome failed(Day day, String reason) {
        return outcome(day, Status.FAILED, 0, null, reason);
    }

    private static FileOutcome outcome(
            Day day, Status status, long size, Checked checked, String reason) {
        return new FileOutcome(
                day.key(), day.kind().id(), day.date(), status, size, checked, 0, reason);
    }
}
