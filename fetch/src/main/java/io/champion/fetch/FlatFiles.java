package io.champion.fetch;

import io.champion.fetch.FetchReport.DayOutcome;
import io.champion.fetch.FetchReport.DayStatus;
import io.champion.fetch.FetchReport.FileOutcome;
import io.champion.fetch.FetchReport.Status;
import io.champion.fetch.FlatFileLayout.Named;
import io.champion.fetch.S3Store.Listed;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Fetches flat files of US equities from an object store of S3's protocol into the raw tier {@value
 * #TIER}, under their published keys.
 *
 * <p>A file is fetched if the tier does not have it, or if it was published again: its size or ETag
 * is another, or, where the ETag does not tell bytes apart, its time of publication. The newer one
 * then replaces the older. A file grows beside the tier, is taken up where an earlier attempt or
 * run left it as long as the object is the same, is held against size and ETag when it is whole,
 * and is then moved into the tier at once.
 */
public final class FlatFiles {

    /** Name of the tier. */
    public static final String TIER = "flatfiles";

    /** Whose day files are of, and by when they are published. */
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    /** The day's files are published by then on the day after. */
    private static final LocalTime PUBLISHED_BY = LocalTime.of(11, 0);

    /** How long a file that is due may still come. */
    private static final Duration LATE = Duration.ofDays(3);

    /** An attempt that brings less is no progress. */
    private static final long PROGRESS = 1 << 16;

    /** So often a file may be published again while it is fetched, or arrive damaged. */
    private static final int RESTARTS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(FlatFiles.class);

    /**
     * Where the files are.
     *
     * @param endpoint of the store
     * @param prefix of all keys, without a slash at its end
     */
    public record Source(
            URI endpoint,
            String region,
            String bucket,
            String prefix,
            AwsCredentialsProvider credentials) {}

    /**
     * What to fetch.
     *
     * @param kinds empty for those that were fetched before
     * @param symbols the tickers wanted, where each has a file of its own; empty for all
     * @param from first day, or null for the first that was fetched before
     * @param to last day
     * @param again whether files that were purged are fetched again
     * @param dryRun whether to say only what would be fetched
     */
    public record Wanted(
            Set<FlatFileKind> kinds,
            FlatFileLayout layout,
            Set<String> symbols,
            LocalDate from,
            LocalDate to,
            boolean again,
            boolean dryRun) {}

    /**
     * How to fetch.
     *
     * @param parallel files at a time
     * @param timeout of connecting, and of a connection on which nothing comes
     */
    public record Manners(int parallel, Retries retries, Duration timeout) {
        public static final Manners DEFAULT =
                new Manners(10, Retries.DEFAULT, Duration.ofSeconds(60));
    }

    private record Job(Listed object, FlatFileKind kind, LocalDate day, String key) {}

    private final Source source;
    private final Wanted wanted;
    private final Manners manners;
    private final Clock clock;
    private final FetchProgress progress;
    private final RawTier tier;
    private final S3Store store;

    private final Set<FlatFileKind> kinds = EnumSet.noneOf(FlatFileKind.class);
    private LocalDate from;
    private final List<Job> jobs = new ArrayList<>();
    private final List<String> ignored = new ArrayList<>();
    private final Set<String> daysThere = new TreeSet<>();
    private boolean answered;
    private int present;
    private int purged;

    private long bytesWanted;
    private final AtomicLong bytesCome = new AtomicLong();
    private final AtomicInteger filesDone = new AtomicInteger();
    private final AtomicInteger unanswered = new AtomicInteger();

    private FlatFiles(
            Source source,
            Wanted wanted,
            Manners manners,
            Clock clock,
            FetchProgress progress,
            RawTier tier,
            S3Store store) {
        this.source = source;
        this.wanted = wanted;
        this.manners = manners;
        this.clock = clock;
        this.progress = progress;
        this.tier = tier;
        this.store = store;
    }

    /** The last day that can have been published: today, in New York. */
    public static LocalDate today(Clock clock) {
        return LocalDate.now(clock.withZone(NEW_YORK));
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
            Source source,
            Wanted wanted,
            Manners manners,
            Clock clock,
            FetchProgress progress)
            throws IOException {
        try (RawTier tier = RawTier.open(home, TIER);
                S3Store store =
                        new S3Store(
                                source.endpoint(),
                                source.region(),
                                source.bucket(),
                                source.credentials(),
                                manners.timeout())) {
            return new FlatFiles(source, wanted, manners, clock, progress, tier, store).run();
        }
    }

    private FetchReport run() throws IOException {
        complete();
        for (FlatFileKind kind : kinds) {
            for (YearMonth month = YearMonth.from(from);
                    !month.isAfter(YearMonth.from(wanted.to()));
                    month = month.plusMonths(1)) {
                list(kind, month);
            }
        }
        jobs.sort(Comparator.comparing(Job::day).thenComparing(Job::key));
        bytesWanted = jobs.stream().mapToLong(job -> job.object().size()).sum();
        List<FileOutcome> files = new ArrayList<>();
        if (wanted.dryRun()) {
            jobs.forEach(job -> files.add(outcome(job, Status.WANTED, null, 0, null)));
        } else {
            checkSpace();
            files.addAll(fetchAll());
        }
        return new FetchReport(files, days(), present, purged, ignored);
    }

    /** What is not said is as it was before. */
    private void complete() throws FetchException {
        kinds.addAll(wanted.kinds());
        from = wanted.from();
        if (kinds.isEmpty() || from == null) {
            boolean kindsKnown = !kinds.isEmpty();
            for (ManifestEntry entry : tier.manifest().all()) {
                if (!entry.key().startsWith(source.prefix() + "/")) {
                    continue;
                }
                FlatFileKind kind = kind(entry);
                if (!kindsKnown) {
                    kinds.add(kind);
                }
                boolean earlier = from == null || entry.day().isBefore(from);
                if (wanted.from() == null && kinds.contains(kind) && earlier) {
                    from = entry.day();
                }
            }
        }
        if (kinds.isEmpty() || from == null) {
            throw new FetchException(
                    FetchException.Kind.USAGE,
                    "No such files were fetched before, so say "
                            + (kinds.isEmpty() ? "which kinds and " : "")
                            + "from which day on, for example "
                            + (kinds.isEmpty() ? "--kinds day,minute " : "")
                            + "--from "
                            + wanted.to().minusDays(7)
                            + "; later runs go on from there.");
        }
        if (from.isAfter(wanted.to())) {
            throw new FetchException(
                    FetchException.Kind.USAGE,
                    "The first day, " + from + ", is after the last, " + wanted.to() + ".");
        }
    }

    private static FlatFileKind kind(ManifestEntry entry) {
        return FlatFileKind.valueOf(entry.kind().toUpperCase(Locale.ROOT));
    }

    private void list(FlatFileKind kind, YearMonth month) throws IOException {
        String folder =
                source.prefix()
                        + "/"
                        + kind.folder(wanted.layout())
                        + String.format(
                                Locale.ROOT, "/%04d/%02d/", month.getYear(), month.getMonthValue());
        List<Listed> objects = new ArrayList<>();
        try {
            store.listAll(
                    folder, answered ? manners.retries() : manners.retries().few(), objects::add);
            answered = true;
        } catch (FileFailure e) {
            throw new FetchException(
                    FetchException.Kind.UNAVAILABLE,
                    "The files in " + store.place() + " cannot be listed. " + e.getMessage(),
                    e);
        }
        for (Listed object : objects) {
            consider(kind, month, folder, object);
        }
    }

    private void consider(FlatFileKind kind, YearMonth month, String folder, Listed object)
            throws IOException {
        String key = object.key();
        if (key.endsWith("/") && object.size() == 0) {
            // What some clients make in place of a folder.
            return;
        }
        Named named =
                key.startsWith(folder)
                        ? wanted.layout().parse(month, key.substring(folder.length()))
                        : null;
        if (named == null || !RawTier.isSafe(key)) {
            ignored.add("'" + printable(key) + "' is not the name of a flat file.");
            return;
        }
        LocalDate last = named.ofMonth() ? month.atEndOfMonth() : named.day();
        boolean unwanted =
                named.day().isAfter(wanted.to())
                        || last.isBefore(from)
                        || (named.symbol() != null
                                && !wanted.symbols().isEmpty()
                                && !wanted.symbols().contains(named.symbol()));
        if (unwanted) {
            return;
        }
        daysThere.add(kind + " " + (named.ofMonth() ? month : named.day()));
        Job job = new Job(object, kind, named.day(), key);
        ManifestEntry known = tier.manifest().get(key);
        boolean same = known != null && isSame(known, object);
        if (same && known.state() == ManifestEntry.State.PURGED && !wanted.again()) {
            purged++;
        } else if (same
                && known.state() == ManifestEntry.State.FETCHED
                && tier.size(key) == known.size()) {
            present++;
        } else {
            jobs.add(job);
        }
    }

    private static boolean isSame(ManifestEntry known, Listed object) {
        return known.size() == object.size()
                && object.etag().equals(known.etag() == null ? "" : known.etag())
                && (ETag.identifiesBytes(object.etag())
                        || object.modified() == null
                        || object.modified().equals(known.lastModified()));
    }

    private static String printable(String text) {
        String shown = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    private void checkSpace() throws IOException {
        long usable = Files.getFileStore(tier.root()).getUsableSpace();
        if (bytesWanted > usable) {
            throw new FetchException(
                    FetchException.Kind.TIER,
                    "The files have "
                            + bytesWanted / 1_000_000
                            + " MB, but the disk of "
                            + tier.root()
                            + " has only "
                            + usable / 1_000_000
                            + " MB left. Fetch fewer days or kinds, or run 'champion retention'.");
        }
    }

    private List<FileOutcome> fetchAll() throws IOException {
        report();
        ExecutorService workers =
                Executors.newFixedThreadPool(
                        manners.parallel(),
                        body -> {
                            Thread thread = new Thread(body, "fetch");
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            List<Future<FileOutcome>> running =
                    jobs.stream().map(job -> workers.submit(() -> fetch(job))).toList();
            List<FileOutcome> outcomes = new ArrayList<>();
            for (Future<FileOutcome> one : running) {
                outcomes.add(one.get());
            }
            return outcomes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The fetch was interrupted.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException("A fetch ended unexpectedly.", e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /** Fetches one file; only what would strike all of them is thrown. */
    private FileOutcome fetch(Job job) throws IOException {
        if (unanswered.get() >= 2 * manners.parallel()) {
            return failed(job, "It was not tried: the server has stopped answering.");
        }
        try {
            FileOutcome outcome = fetchAnyVersion(job);
            unanswered.set(0);
            return outcome;
        } catch (FileFailure e) {
            if (e.kind() == FileFailure.Kind.NO_ANSWER) {
                unanswered.incrementAndGet();
            } else {
                unanswered.set(0);
            }
            LOG.warn("{} was not fetched.", job.key(), e);
            return failed(job, e.getMessage());
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("{} was not fetched.", job.key(), e);
            return failed(job, "It cannot be written: " + e.getMessage() + ".");
        } finally {
            filesDone.incrementAndGet();
            report();
        }
    }

    private FileOutcome fetchAnyVersion(Job job) throws IOException {
        Listed object = job.object();
        for (int restart = 1; ; restart++) {
            Job current = new Job(object, job.kind(), job.day(), job.key());
            try {
                return fetchOnce(current);
            } catch (FileFailure e) {
                if (e.kind() != FileFailure.Kind.REPUBLISHED || restart == RESTARTS) {
                    throw e;
                }
                object = manners.retries().run(job.key(), () -> store.head(job.key()));
            } catch (ETag.MismatchException e) {
                if (restart == RESTARTS) {
                    throw new FileFailure(FileFailure.Kind.PERMANENT, e.getMessage(), e);
                }
                LOG.warn("{} arrived damaged, and is fetched again. {}", job.key(), e.getMessage());
            }
        }
    }

    private FileOutcome fetchOnce(Job job) throws IOException {
        Listed object = job.object();
        if (tier.size(job.key()) == object.size()) {
            // A run was killed before it could say so, or somebody else put it there.
            Checked checked = tryVerify(job);
            if (checked != null) {
                remember(job, checked);
                bytesCome.addAndGet(object.size());
                return outcome(job, Status.ADOPTED, checked, 0, null);
            }
        }
        Path part = tier.part(job.key(), object.etag() + "/" + object.size());
        long resumedAt = Files.exists(part) ? Files.size(part) : 0;
        if (resumedAt > object.size() || object.etag().isEmpty()) {
            // Without an ETag nothing tells whether the rest belongs to it.
            Files.deleteIfExists(part);
            resumedAt = 0;
        }
        bytesCome.addAndGet(resumedAt);
        report();
        boolean isDigested = download(job, part, resumedAt);
        Checked checked;
        try {
            checked = isDigested ? verify(job, part) : Checked.SIZE;
        } catch (ETag.MismatchException e) {
            Files.delete(part);
            bytesCome.addAndGet(-object.size());
            throw e;
        }
        tier.publish(part, job.key());
        boolean replaced = remember(job, checked);
        return outcome(job, replaced ? Status.REPLACED : Status.FETCHED, checked, resumedAt, null);
    }

    /** Brings the part to the object's size; true if the ETag can say anything of the bytes. */
    private boolean download(Job job, Path part, long resumedAt) throws IOException {
        long size = job.object().size();
        long have = resumedAt;
        boolean isDigested = true;
        if (have == size && size > 0) {
            return isDigested;
        }
        long[] end = new long[1];
        do {
            isDigested = manners.retries().run(job.key(), () -> attempt(job, part, end));
            have = end[0];
        } while (have < size);
        return isDigested;
    }

    /**
     * One request for what is missing of a part. It need not bring all of it, as long as it brings
     * enough to go on with.
     *
     * @param end takes the size of the part afterwards
     */
    private boolean attempt(Job job, Path part, long[] end) throws IOException {
        Listed object = job.object();
        long already = Files.exists(part) ? Files.size(part) : 0;
        try (S3Store.Body body = store.open(object, already)) {
            if (body.offset() != already) {
                // The store gives all of it, whatever was asked for.
                if (body.offset() != 0) {
                    throw new FileFailure(
                            FileFailure.Kind.TRANSIENT,
                            "The server gave another range than was asked for.",
                            null);
                }
                Files.deleteIfExists(part);
                bytesCome.addAndGet(-already);
                already = 0;
            }
            long have = already;
            try (OutputStream out =
                    Files.newOutputStream(
                            part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                byte[] buffer = new byte[1 << 16];
                while (have <= object.size()) {
                    int read;
                    try {
                        read = body.in().read(buffer);
                    } catch (IOException | RuntimeException e) {
                        throw brokenOff(e, have, object.size());
                    }
                    if (read < 0) {
                        break;
                    }
                    if (have + read > object.size()) {
                        throw new FileFailure(
                                FileFailure.Kind.PERMANENT,
                                "The server sends more than the "
                                        + object.size()
                                        + " bytes that it lists.",
                                null);
                    }
                    out.write(buffer, 0, read);
                    have += read;
                    bytesCome.addAndGet(read);
                    report();
                }
                if (have < object.size()) {
                    throw brokenOff(null, have, object.size());
                }
            } catch (FileFailure e) {
                if (!e.isTransient() || have - already < PROGRESS) {
                    throw e;
                }
                LOG.info("{}: {}", job.key(), e.getMessage());
            }
            end[0] = have;
            return body.isDigested();
        }
    }

    private static FileFailure brokenOff(Throwable cause, long have, long size) {
        return new FileFailure(
                FileFailure.Kind.TRANSIENT,
                "The connection broke off after "
                        + have
                        + " of "
                        + size
                        + " bytes"
                        + (cause == null || cause.getMessage() == null
                                ? ""
                                : " (" + cause.getMessage() + ")")
                        + ".",
                cause);
    }

    /** What the file in the tier was held against if it is as published, else null. */
    private Checked tryVerify(Job job) throws IOException {
        try {
            Checked checked = verify(job, tier.file(job.key()));
            return checked == Checked.SIZE ? null : checked;
        } catch (ETag.MismatchException e) {
            return null;
        }
    }

    private Checked verify(Job job, Path file) throws IOException {
        Listed object = job.object();
        long partSize =
                ETag.isOfParts(object.etag())
                        ? manners.retries().run(job.key(), () -> store.partSize(object))
                        : 0;
        return ETag.verify(file, object.etag(), partSize);
    }

    /** Writes a file into the manifest; true if there was another version of it before. */
    private boolean remember(Job job, Checked checked) throws IOException {
        Listed object = job.object();
        ManifestEntry before = tier.manifest().get(job.key());
        boolean replaces = before != null && !isSame(before, object);
        int version = before == null ? 1 : before.version() + (replaces ? 1 : 0);
        tier.manifest()
                .put(
                        new ManifestEntry(
                                job.key(),
                                job.kind().id(),
                                job.day(),
                                ManifestEntry.State.FETCHED,
                                object.size(),
                                object.etag().isEmpty() ? null : object.etag(),
                                object.modified(),
                                clock.instant(),
                                checked,
                                version));
        return replaces;
    }

    private static FileOutcome failed(Job job, String reason) {
        return outcome(job, Status.FAILED, null, 0, reason);
    }

    private static FileOutcome outcome(
            Job job, Status status, Checked checked, long resumedAt, String reason) {
        return new FileOutcome(
                job.key(),
                job.kind().id(),
                job.day(),
                status,
                job.object().size(),
                checked,
                resumedAt,
                reason);
    }

    private void report() {
        progress.update(filesDone.get(), jobs.size(), bytesCome.get(), bytesWanted);
    }

    /** The sessions of which neither the store nor the tier has a file. */
    private List<DayOutcome> days() {
        for (ManifestEntry entry : tier.manifest().all()) {
            if (entry.key().startsWith(source.prefix() + "/")) {
                FlatFileKind kind = kind(entry);
                boolean ofMonth =
                        kind == FlatFileKind.DAY && wanted.layout() == FlatFileLayout.TICKER;
                daysThere.add(kind + " " + (ofMonth ? YearMonth.from(entry.day()) : entry.day()));
            }
        }
        List<DayOutcome> days = new ArrayList<>();
        for (FlatFileKind kind : kinds) {
            for (LocalDate day = from; !day.isAfter(wanted.to()); day = day.plusDays(1)) {
                boolean there =
                        daysThere.contains(kind + " " + day)
                                || daysThere.contains(kind + " " + YearMonth.from(day));
                if (!there && Sessions.US.isSession(day)) {
                    days.add(new DayOutcome(kind.id(), day, status(day), null));
                }
            }
        }
        return days;
    }

    private DayStatus status(LocalDate day) {
        var due = day.plusDays(1).atTime(PUBLISHED_BY).atZone(NEW_YORK).toInstant();
        if (clock.instant().isBefore(due)) {
            return DayStatus.NOT_DUE;
        }
        return clock.instant().isBefore(due.plus(LATE)) ? DayStatus.LATE : DayStatus.MISSING;
    }
}
