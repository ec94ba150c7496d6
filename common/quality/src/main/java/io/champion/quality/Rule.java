package io.champion.quality;

/**
 * Something that holds for every sound row.
 *
 * @param <T> type of the row
 */
@FunctionalInterface
public interface Rule<T> {

    /** What is wrong with the row, or null where the rule holds. */
    Violation check(T row);

    /** This rule and then another: the first violation counts. */
    default Rule<T> and(Rule<? super T> next) {
        return row -> {
            Violation violation = check(row);
            return violation != null ? violation : next.check(row);
        };
    }
}
