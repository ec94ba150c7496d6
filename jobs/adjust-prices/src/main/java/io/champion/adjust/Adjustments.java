package io.champion.adjust;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What adjusting came to: of one security, or with {@link #add}, of many. The order in which
 * securities are added does not matter once {@link #sort} was called.
 */
final class Adjustments implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * An action that earlier prices are divided for.
     *
     * @param type as in the contract
     * @param factor of this action alone
     */
    record Applied(String security, LocalDate exDate, String type, double factor, String purpose)
            implements Serializable {}

    /**
     * An action that may well have changed the price, which earlier prices are not divided for.
     *
     * @param reason a sentence
     */
    record Unapplied(String security, LocalDate exDate, String type, String purpose, String reason)
            implements Serializable {}

    /**
     * A session that opened far from the close before, with no action known that explains it.
     *
     * @param previous session of that close
     * @param previousClose as traded, INR
     * @param open as traded, INR
     * @param ratio of the adjusted open to the adjusted previous close
     * @param actions types of actions between the two sessions that were not applied; mostly empty
     */
    record PriceBreak(
            String instrument,
            LocalDate date,
            LocalDate previous,
            double previousClose,
            double open,
            double ratio,
            List<String> actions)
            implements Serializable {}

    /** Whose purpose was not understood, and how often it stands in the lake. */
    static final class Unparsed implements Serializable {
        private static final long serialVersionUID = 1L;

        long rows;
        final TreeSet<String> symbols = new TreeSet<>();
    }

    long securities;
    long actions;

    /** Actions of which the ex-date has no session yet. */
    long pending;

    long rowsNew;
    long rowsChanged;
    long rowsGone;
    final TreeMap<LocalDate, Long> rows = new TreeMap<>();
    final TreeSet<LocalDate> changedDays = new TreeSet<>();

    /** Securities of which rows that were there are other ones now, or none. */
    final TreeSet<String> rewritten = new TreeSet<>();

    final ArrayList<Applied> applied = new ArrayList<>();
    final ArrayList<Unapplied> unapplied = new ArrayList<>();
    final ArrayList<PriceBreak> breaks = new ArrayList<>();
    final TreeMap<String, Unparsed> unparsed = new TreeMap<>();

    void unparsed(String purpose, String symbol) {
        Unparsed text = unparsed.computeIfAbsent(purpose, p -> new Unparsed());
        text.rows++;
        text.symbols.add(symbol);
    }

    void add(Adjustments other) {
        securities += other.securities;
        actions += other.actions;
        pending += other.pending;
        rowsNew += other.rowsNew;
        rowsChanged += other.rowsChanged;
        rowsGone += other.rowsGone;
        other.rows.forEach((day, count) -> rows.merge(day, count, Long::sum));
        changedDays.addAll(other.changedDays);
        rewritten.addAll(other.rewritten);
        applied.addAll(other.applied);
        unapplied.addAll(other.unapplied);
        breaks.addAll(other.breaks);
        other.unparsed.forEach(
                (purpose, text) -> {
                    Unparsed all = unparsed.computeIfAbsent(purpose, p -> new Unparsed());
                    all.rows += text.rows;
                    all.symbols.addAll(text.symbols);
                });
    }

    /** Orders the lists by day, and within a day by security. */
    void sort() {
        applied.sort(
                Comparator.comparing(Applied::exDate)
                        .thenComparing(Applied::security)
                        .thenComparing(Applied::type));
        unapplied.sort(
                Comparator.comparing(Unapplied::exDate)
                        .thenComparing(Unapplied::security)
                        .thenComparing(Unapplied::type));
        breaks.sort(Comparator.comparing(PriceBreak::date).thenComparing(PriceBreak::instrument));
    }

    long rowCount() {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }
}
