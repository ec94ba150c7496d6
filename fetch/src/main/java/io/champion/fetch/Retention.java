package io.champion.fetch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Purges a raw tier: files that were fetched longer ago than the tier keeps. Only what a fetch put
 * there is ever deleted, and only while it is as the fetch left it. The manifest remembers what was
 * purged, so that it is not fetched again.
 */
public final class Retention {

    /** Tells whether an ingest took a file. */
    @FunctionalInterface
    public interface Ingested {

        /**
         * @param file in the tier
         * @param since when this version of it was fetched
         */
        boolean after(Path file, Instant since);
    }

    /** What becomes of a file. */
    public enum Verdict {
        /** It is older than the tier keeps, and is deleted. */
        PURGED,
        /** It is older than the tier keeps, but was not ingested. */
        NOT_INGESTED,
        /** It is older than the tier keeps, but is not as it was fetched. */
        CHANGED
    }

    /**
     * @param fetched when it was fetched
     * @param bytes its size
     */
    public record FileVerdict(String key, Instant fetched, long bytes, Verdict verdict) {}

    /**
     * What a tier holds and what becomes of it.
     *
     * @param root of the tier
     * @param files those that are older than it keeps
     * @param kept files that are not
     * @param keptBytes their size
     * @param unfinished bytes of files that were begun, longer ago than the tier keeps, and are
     *     deleted
     * @param foreign how many files in the tier no fetch put there; they are left alone
     */
    public record Result(
            Path root,
            List<FileVerdict> files,
            int kept,
            long keptBytes,
            long unfinished,
            int foreign) {

        public List<FileVerdict> files(Verdict verdict) {
            return files.stream().filter(file -> file.verdict() == verdict).toList();
        }

        /** Bytes that are freed. */
        public long freed() {
            return unfinished + files(Verdict.PURGED).stream().mapToLong(FileVerdict::bytes).sum();
        }
    }

    private Retention() {}

    /** Whether a home has a tier of this name. */
    public static boolean exists(Path home, String tier) {
        return RawTier.exists(home, tier);
    }

    /**
     * Purges a tier.
     *
     * @param home whose tier
     * @param name of the tier
     * @param keep how long files are kept, from when they were fetched
     * @param ingested files for which it is false are kept
     * @param dryRun whether to say only what would be deleted
     * @throws FetchException if a fetch is at work on the tier
     */
    public static Result purge(
            Path home, String name, Duration keep, Ingested ingested, Instant now, boolean dryRun)
            throws IOException {
        try (RawTier tier = RawTier.open(home, name)) {
            Instant limit = now.minus(keep);
            List<FileVerdict> files = new ArrayList<>();
            Set<Path> known = new HashSet<>();
            int kept = 0;
            long keptBytes = 0;
            for (ManifestEntry entry : tier.manifest().all()) {
                if (entry.state() != ManifestEntry.State.FETCHED
                        || !RawTier.isSafe(entry.key())
                        || !Files.exists(tier.file(entry.key()), LinkOption.NOFOLLOW_LINKS)) {
                    continue;
                }
                Path file = tier.file(entry.key());
                known.add(file);
                if (!entry.fetched().isBefore(limit)) {
                    kept++;
                    keptBytes += entry.size();
                    continue;
                }
                Verdict verdict = verdict(tier, entry, file, ingested);
                files.add(new FileVerdict(entry.key(), entry.fetched(), entry.size(), verdict));
                if (verdict == Verdict.PURGED && !dryRun) {
                    // First the manifest: a file that is deleted and not known as purged would be
                    // fetched again.
                    tier.manifest().put(entry.purged());
                    Files.delete(file);
                    removeEmpty(file.getParent(), tier.root());
                }
            }
            int foreign = foreign(tier, known);
            return new Result(
                    tier.root(),
                    List.copyOf(files),
                    kept,
                    keptBytes,
                    unfinished(tier, limit, dryRun),
                    foreign);
        }
    }

    private static Verdict verdict(RawTier tier, ManifestEntry entry, Path file, Ingested ingested)
            throws IOException {
        if (tier.size(entry.key()) != entry.size() || !tier.isInside(file)) {
            return Verdict.CHANGED;
        }
        return ingested.after(file, entry.fetched()) ? Verdict.PURGED : Verdict.NOT_INGESTED;
    }

    /** Folders that hold nothing any more, up to the root and without it. */
    private static void removeEmpty(Path folder, Path root) throws IOException {
        for (Path empty = folder;
                !empty.equals(root) && empty.startsWith(root);
                empty = empty.getParent()) {
            try {
                Files.delete(empty);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }

    private static long unfinished(RawTier tier, Instant limit, boolean dryRun) throws IOException {
        long bytes = 0;
        try (Stream<Path> parts = Files.list(tier.parts())) {
            for (Path part : parts.toList()) {
                if (Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS)
                        && Files.getLastModifiedTime(part).toInstant().isBefore(limit)) {
                    bytes += Files.size(part);
                    if (!dryRun) {
                        Files.delete(part);
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes;
    }

    private static int foreign(RawTier tier, Set<Path> known) throws IOException {
        int[] count = new int[1];
        Files.walkFileTree(
                tier.root(),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        count[0] += known.contains(file) ? 0 : 1;
                        return FileVisitResult.CONTINUE;
                    }
                });
        return count[0];
    }
}
