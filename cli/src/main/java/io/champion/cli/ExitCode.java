package io.champion.cli;

/** What the command's exit codes mean. */
final class ExitCode {

    /** Done. */
    static final int OK = 0;

    /** The run failed. */
    static final int FAILED = 1;

    /** The command, an option or a configuration is wrong; nothing was done. */
    static final int USAGE = 2;

    /**
     * Input was refused: the run went through without whole files or, of features compute and
     * replay, without some rows, or there was none; or validate found rows that a run would refuse.
     */
    static final int INPUT = 3;

    /**
     * The warehouse, Kafka, the engine, the cluster or the server to fetch from cannot be reached
     * or is not what is needed.
     */
    static final int UNAVAILABLE = 4;

    static final String HELP =
            """
            Exit codes: 0 done, 1 the run failed, 2 wrong command or configuration (nothing was done),
            3 input was refused or missing, 4 the warehouse, Kafka, the engine, the cluster or the server to
            fetch from is not available.""";

    private ExitCode() {}
}
