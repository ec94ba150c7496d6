package io.champion.jdbc;

import java.io.Serializable;

/**
 * A table of a database.
 *
 * @param schema its schema
 * @param name its name; both plain
 */
record TableName(String schema, String name) implements Serializable {

    /**
     * Reads {@code table} or {@code schema.table}.
     *
     * @param option the option that it comes from, for the message
     * @throws io.champion.runtime.ConfigException if it is neither
     */
    static TableName of(String text, String option) {
        int dot = text.indexOf('.');
        TableName table =
                dot < 0
                        ? new TableName("public", text)
                        : new TableName(text.substring(0, dot), text.substring(dot + 1));
        Identifiers.quote(table.schema, option);
        Identifiers.quote(table.name, option);
        return table;
    }

    /** Quoted, as SQL has it. */
    String sql() {
        return Identifiers.quote(schema) + "." + Identifiers.quote(name);
    }

    @Override
    public String toString() {
        return schema.equals("public") ? name : schema + "." + name;
    }
}
