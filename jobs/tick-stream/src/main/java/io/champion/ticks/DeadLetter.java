package io.champion.ticks;

/**
 * A message that was not taken.
 *
 * @param kind whether it can never be taken, or came too late
 * @param field the field that is wrong, or {@code value} for the message as a whole
 * @param found what the field holds, as text; null for nothing
 * @param sentence what is wrong, for a person
 */
public record DeadLetter(
        TickMessage message, Kind kind, String field, String found, String sentence) {

    /** Why a message was not taken. */
    public enum Kind {
        REJECT,
        LATE
    }
}
