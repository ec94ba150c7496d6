package io.champion.fetch;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;

/**
 * What a fetch did.
 *
 * @param files those that were fetched, or were to be
 * @param days days of which there is something to say, by kind
 * @param present files that are in the tier already, as they are published
 * @param purged files that were fetched before and purged since, and did not change
 * @param ignored what the server has besides, each as a sentence: it is no file of these kinds
 */
public record FetchReport(
        List<FileOutcome> files,
        List<DayOutcome> days,
        int present,
        int purged,
        List<String> ignored) {

    /** What became of a file. */
    public enum Status {
        /** It is new. */
        FETCHED,
        /** It was published again, and replaces the older one. */
        REPLACED,
        /** It lay in the tier already, unknown to the manifest, and is as published. */
        ADOPTED,
        /** A dry run would fetch it. */
        WANTED,
        /** It could not be fetched; the next run tries again. */
        FAILED
    }

    /**
     * @param key where it is, or would be, below the root of the tier
     * @param bytes its size, as far as it is known
     * @param checked what it was held against, or null if it was not fetched
     * @param resumedAt how many bytes an earlier run had left of it
     * @param reason why it failed, as a sentence, or null
     */
    public record FileOutcome(
            String key,
            String kind,
            LocalDate day,
            Status status,
            long bytes,
            Checked checked,
            long resumedAt,
            String reason) {}

    /** What is to be said of a day. */
    public enum DayStatus {
        /** It is not published yet, and need not be. */
        NOT_DUE,
        /** It should be published, and is not; it may still come. */
        LATE,
        /** It is not published, and will hardly be any more. */
        MISSING,
        /** The exchange was closed: the server has nothing, or the session before again. */
        CLOSED
    }

    /**
     * @param reason what is to be said, as a sentence, or null
     */
    public record DayOutcome(String kind, LocalDate day, DayStatus status, String reason) {}

    public FetchReport {
        files =
                files.stream()
                        .sorted(
                                Comparator.comparing(FileOutcome::day)
                                        .thenComparing(FileOutcome::key))
                        .toList();
        days =
                days.stream()
                        .sorted(
                                Comparator.comparing(DayOutcome::day)
                                        .thenComparing(DayOutcome::kind))
                        .toList();
        ignored = List.copyOf(ignored);
    }

    public List<FileOutcome> files(Status status) {
        return files.stream().filter(file -> file.status() == status).toList();
    }

    public List<DayOutcome> days(DayStatus status) {
        return days.stream().filter(day -> day.status() == status).toList();
    }
}
