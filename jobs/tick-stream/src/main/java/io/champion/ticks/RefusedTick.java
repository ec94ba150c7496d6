package io.champion.ticks;

import io.champion.kafka.DeadLetter;

/**
 * A message that was not taken.
 *
 * @param kind whether it can never be taken, or came too late
 * @param reason code, for counting
 * @param field the field that is wrong; empty for the message as a whole
 * @param found what the field holds, as text; empty for nothing
 * @param sentence what is wrong, for a person
 */
public record RefusedTick(
        TickMessage message,
        DeadLetter.Kind kind,
        String reason,
        String field,
        String found,
        String sentence) {}
