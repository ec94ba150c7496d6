package io.champion.runtime;

import java.util.List;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /**
     * @param problems one full sentence each: what is wrong, where, and what to do; at least one
     */
    public ConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("A configuration without problems is no error.");
        }
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order in which the sources state them. */
    public List<String> problems() {
        return problems;
    }
}
