package io.champion.warehouse.migration;

import java.util.List;

/** The migrations cannot be applied, because files and database do not fit together. */
public final class MigrationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    MigrationException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /** Every problem as a sentence that says what is wrong and what to do. */
    public List<String> problems() {
        return problems;
    }
}
