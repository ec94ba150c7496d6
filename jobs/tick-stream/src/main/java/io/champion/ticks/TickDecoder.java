package io.champion.ticks;

import io.champion.model.record.EquityTrade;
import java.io.IOException;
import java.io.Serializable;

/** Reads the values of messages. Not shared between threads. */
public interface TickDecoder extends Serializable {
    /**
     * The tick that a value is; a new record each time.
     *
     * @param value null for none
     * @throws RejectedTickException if the value is no tick
     * @throws IOException if the schema that the value names could not be asked for
     */
    EquityTrade decode(byte[] value) throws RejectedTickException, IOException;
}
