package io.champion.lake;

import java.io.IOException;
import java.io.Serializable;

/** The steps of a commit between which a crash leaves something to be finished. */
public enum CommitStep {
    /** Some of the commit's files are visible in their folder. */
    FILES_VISIBLE,
    /** All new partitions are complete in the staging area; no old one has been touched. */
    STAGED,
    /** A partition's old folder has been moved away; the new one is not in place yet. */
    OLD_MOVED,
    /** A partition's new folder is in place; the old one has not been deleted yet. */
    SWAPPED,
    /** A partition's old folder has lost its manifest, and nothing else yet. */
    MANIFEST_DELETED,
    /** New files are visible on an object store; the manifest still names the old ones. */
    BEFORE_MANIFEST,
    /** The manifest names the new files; the old ones have not been deleted yet. */
    AFTER_MANIFEST,
    /** Everything is done, but Flink does not know yet. */
    DONE;

    /**
     * Lets tests fail a commit at a step. It travels in the job graph, so it must find what it
     * needs where it runs.
     */
    @FunctionalInterface
    public interface Listener extends Serializable {
        Listener NONE = step -> {};

        /**
         * Called when a step is done.
         *
         * @throws IOException to fail the commit here
         */
        void reached(CommitStep step) throws IOException;
    }
}
