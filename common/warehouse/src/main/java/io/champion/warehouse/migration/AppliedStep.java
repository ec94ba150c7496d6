package io.champion.warehouse.migration;

/**
 * Something that {@link Migrations#apply} did.
 *
 * @param version number of the migration
 * @param name the table or view it makes
 * @param what what was done
 */
public record AppliedStep(int version, String name, What what) {

    /** What can be done. */
    public enum What {
        APPLIED,
        /** Applied from where an earlier run had stopped. */
        RESUMED,
        /** Its table keeps rows for another time from now on. */
        RETENTION_CHANGED
    }
}
