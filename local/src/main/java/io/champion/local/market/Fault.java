package io.champion.local.market;

import java.util.Arrays;

/** What is wrong with a simulated message, and so what should become of it. */
public enum Fault {
    /**
     * Nothing: it is to be accepted. It may still be out of order, a correction or a cancellation.
     */
    NONE,
    /** A copy, byte for byte, of an earlier message. */
    DUPLICATE,
    /** A trade that is reported hours after it took place, beyond any allowed lateness. */
    LATE,

    // A damaged copy of a message that itself follows undamaged; to be rejected.

    /** The value breaks off. */
    TRUNCATED,
    /** The value is noise. */
    NOISE,
    /** The value has no bytes. */
    EMPTY_VALUE,
    /** Another first byte than that of any wire format. */
    WRONG_MAGIC,
    /** The fingerprint of a schema that nobody knows. */
    UNKNOWN_SCHEMA,
    /** A record that begins well and then is none. */
    GARBLED,
    /** A kind of tick that the contract does not have. */
    UNKNOWN_KIND,
    /** A trade or correction without a price. */
    NO_PRICE,
    /** A price below zero. */
    NEGATIVE_PRICE,
    /** A price that is not a number. */
    NAN_PRICE,
    /** A price of infinity. */
    INFINITE_PRICE,
    /** A price of 1e12. */
    HUGE_PRICE,
    /** A trade or correction without a size. */
    NO_SIZE,
    /** A size below zero. */
    NEGATIVE_SIZE,
    /** No symbol. */
    EMPTY_SYMBOL,
    /** No trade id. */
    EMPTY_TRADE_ID;

    private static final Fault[] MALFORMED =
            Arrays.stream(values()).filter(Fault::isMalformed).toArray(Fault[]::new);

    /** Whether the message is to be rejected. */
    public boolean isMalformed() {
        return compareTo(TRUNCATED) >= 0;
    }

    static Fault malformed(long choice) {
        return MALFORMED[(int) Long.remainderUnsigned(choice, MALFORMED.length)];
    }
}
