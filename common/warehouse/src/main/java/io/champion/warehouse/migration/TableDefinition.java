package io.champion.warehouse.migration;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code CREATE TABLE} of the migrations says, spelled as {@code system.tables} spells it.
 *
 * @param columns name to type
 * @param engine with its arguments
 * @param partitionBy empty if the table has no partitions
 * @param orderBy without the brackets around
 * @param ttl empty if rows stay
 */
record TableDefinition(
        String table,
        Map<String, String> columns,
        String engine,
        String partitionBy,
        String orderBy,
        String ttl,
        Map<String, String> settings) {

    /** The clauses stand in this order, each on a line of its own. */
    private static final Pattern CREATE =
            Pattern.compile(
                    "CREATE TABLE IF NOT EXISTS `\\w+`\\.(\\w+) *(?:ON CLUSTER `\\w+`)?\\s*"
                            + "\\(\\s*(.*?)\\s*\\)\\s*"
                            + "\\nENGINE = ([^\\n]*)"
                            + "(?:\\nPARTITION BY ([^\\n]*))?"
                            + "\\nORDER BY \\(?([^\\n]*?)\\)?"
                            + "(?:\\n(?:TTL ([^\\n]*))?)?"
                            + "(?:\\nSETTINGS\\s+(.*))?",
                    Pattern.DOTALL);

    private static final Pattern COLUMN =
            Pattern.compile("(\\w+)\\s+(.*?)(?:\\s+DEFAULT .*|\\s+CODEC\\(.*)?", Pattern.DOTALL);

    private static final Pattern SETTING = Pattern.compile("(\\w+)\\s*=\\s*([^,\\s]+)");

    static boolean isOne(String statement) {
        return statement.startsWith("CREATE TABLE");
    }

    /**
     * Reads a statement.
     *
     * @throws IllegalArgumentException if it is not of the form that all migrations have
     */
    static TableDefinition parse(String statement) {
        Matcher create = CREATE.matcher(statement);
        if (!create.matches()) {
            throw new IllegalArgumentException(
                    "Not of the form CREATE TABLE IF NOT EXISTS ... (columns), ENGINE, PARTITION"
                            + " BY, ORDER BY, TTL, SETTINGS, each on a line of its own: "
                            + statement);
        }
        Map<String, String> columns = new LinkedHashMap<>();
        for (String line : create.group(2).split(",\\s*\\n")) {
            Matcher column = COLUMN.matcher(line.strip());
            if (!line.strip().startsWith("INDEX ") && column.matches()) {
                columns.put(column.group(1), column.group(2));
            }
        }
        return new TableDefinition(
                create.group(1),
                columns,
                create.group(3),
                create.group(4) == null ? "" : create.group(4),
                create.group(5),
                create.group(6) == null ? "" : create.group(6),
                settings(create.group(7)));
    }

    /** Settings by name, from what follows SETTINGS; none from null. */
    static Map<String, String> settings(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        if (text != null) {
            Matcher setting = SETTING.matcher(text);
            while (setting.find()) {
                settings.put(setting.group(1), setting.group(2));
            }
        }
        return settings;
    }
}
