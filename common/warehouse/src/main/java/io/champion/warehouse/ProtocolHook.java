package io.champion.warehouse;

import java.io.IOException;
import java.io.Serializable;

/**
 * Called at every step of the protocol, so that tests can break it there: by throwing, by killing
 * the process, by waiting. It travels in the job graph, so it must find what it needs where it
 * runs.
 *
 * <p>An {@link IOException} thrown at {@link ProtocolStep#AFTER_INSERT_BEFORE_RESPONSE} is taken
 * for a lost response; at any other step it fails the task.
 */
@FunctionalInterface
public interface ProtocolHook extends Serializable {

    /** Does nothing. */
    ProtocolHook NONE = (step, subject) -> {};

    /**
     * Called when a step is reached.
     *
     * @param step where the protocol is
     * @param subject the block or the table that it is about
     */
    void at(ProtocolStep step, String subject) throws IOException;
}
