package io.champion.local.market;

import io.champion.model.record.TickKind;

/**
 * An accepted message.
 *
 * @param instrumentId {@code exchange:symbol:series}
 * @param eventTime nanoseconds since the epoch, UTC
 * @param price null in a cancellation
 * @param size null in a cancellation
 */
public record ExpectedRow(
        String instrumentId,
        long sequenceNumber,
        long eventId,
        long eventTime,
        String tradeId,
        TickKind kind,
        Double price,
        Double size) {}
