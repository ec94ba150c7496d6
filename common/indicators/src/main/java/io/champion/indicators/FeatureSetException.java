package io.champion.indicators;

import java.util.List;

/** A feature set that cannot be used, with everything that is wrong with it. */
public final class FeatureSetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /**
     * @param problems one full sentence each: what is wrong, where, and what to do; at least one
     */
    public FeatureSetException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order in which the file states them. */
    public List<String> problems() {
        return problems;
    }
}
