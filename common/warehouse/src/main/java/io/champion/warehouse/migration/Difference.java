package io.champion.warehouse.migration;

/**
 * Something in the database that is not as this release has it.
 *
 * @param object the table or view
 * @param property what differs, for example {@code column volume}
 * @param expected how it should be, or null if it should not be there
 * @param actual how it is, or null if it is not there
 */
public record Difference(String object, String property, String expected, String actual) {

    @Override
    public String toString() {
        if (actual == null) {
            return object + ": " + property + " is missing; it should be " + expected + ".";
        }
        if (expected == null) {
            return object + ": " + property + " should not be there; it is " + actual + ".";
        }
        return object + ": " + property + " is " + actual + "; it should be " + expected + ".";
    }
}
