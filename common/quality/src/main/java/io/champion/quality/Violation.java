package io.champion.quality;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a rule found wrong with a row.
 *
 * @param field field at fault under the source's own name, or null where the whole row is
 * @param value its value as received, or null where the whole row is at fault
 * @param reason short code of the rule, for example {@code not_a_number}: rejects are counted by it
 * @param message what is wrong, as a full sentence
 */
public record Violation(String field, String value, String reason, String message)
        implements Serializable {

    public Violation {
        Objects.requireNonNull(reason);
        Objects.requireNonNull(message);
    }
}
