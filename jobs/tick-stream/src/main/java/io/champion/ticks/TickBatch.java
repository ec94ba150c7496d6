package io.champion.ticks;

import java.util.List;

/**
 * Messages of one key group, which cross the network together.
 *
 * @param messages at least one; not to be changed
 */
record TickBatch(List<TickMessage> messages) {

    /** A batch of one message. */
    static TickBatch of(TickMessage message) {
        return new TickBatch(List.of(message));
    }

    /** One of the instruments; any of them leads to the key group. */
    String instrument() {
        return messages.get(0).instrument;
    }
}
