package io.champion.warehouse.migration;

import static io.champion.warehouse.ClickHouse.identifier;

import io.champion.model.Layer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the placeholders of a migration stand for. One file serves a single server and a cluster.
 *
 * <ul>
 *   <li>{@code {database}}: the database;
 *   <li>{@code {on_cluster}}: {@code ON CLUSTER name}, or nothing;
 *   <li>{@code {engine:MergeTree}}, {@code {engine:ReplacingMergeTree(column)}} and so on: that
 *       engine, or its replicated form;
 *   <li>{@code {ttl:layer:day}}: {@code TTL day + ...} as the retention of that layer wants it, or
 *       nothing.
 * </ul>
 *
 * @param cluster name of the cluster, or null for a single server
 */
record Placeholders(String database, String cluster, Retention retention) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)\\}");
    private static final Pattern ENGINE =
            Pattern.compile("(\\w*MergeTree)(?:\\(([A-Za-z_][\\w, ]*)\\))?");
    private static final Pattern DAY = Pattern.compile("\\w+|toDate\\(\\w+\\)");

    /**
     * The shard and the replica are macros of each server; the id of the table, which is the same
     * on all of them, keeps a table that is made again apart from the one that was dropped.
     */
    private static final String REPLICA = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'";

    Placeholders {
        identifier(database);
        if (cluster != null) {
            identifier(cluster);
        }
    }

    /**
     * Fills the placeholders in.
     *
     * @throws IllegalArgumentException if one is not known
     */
    String fillIn(String template) {
        Matcher placeholders = PLACEHOLDER.matcher(template);
        StringBuilder sql = new StringBuilder();
        while (placeholders.find()) {
            placeholders.appendReplacement(
                    sql, Matcher.quoteReplacement(value(placeholders.group(1))));
        }
        String around = PLACEHOLDER.matcher(template).replaceAll("");
        if (around.indexOf('{') >= 0 || around.indexOf('}') >= 0) {
            throw new IllegalArgumentException(
                    "A brace stands alone. Placeholders are {database}, {on_cluster},"
                            + " {engine:...} and {ttl:layer:day}.");
        }
        return placeholders.appendTail(sql).toString();
    }

    private String value(String placeholder) {
        String[] parts = placeholder.split(":", -1);
        String kind = parts[0];
        if (placeholder.equals("database")) {
            return identifier(database);
        } else if (placeholder.equals("on_cluster")) {
            return cluster == null ? "" : "ON CLUSTER " + identifier(cluster);
        } else if (kind.equals("engine") && parts.length == 2) {
            Matcher engine = ENGINE.matcher(parts[1]);
            if (engine.matches()) {
                return engine(engine.group(1), engine.group(2));
            }
        } else if (kind.equals("ttl") && parts.length == 3 && DAY.matcher(parts[2]).matches()) {
            return retention
                    .expiry(Layer.of(parts[1]), parts[2])
                    .map(expiry -> "TTL " + expiry)
                    .orElse("");
        }
        throw new IllegalArgumentException(
                "The placeholder {"
                        + placeholder
                        + "} is not known. There are {database}, {on_cluster}, {engine:...MergeTree}"
                        + " and {ttl:layer:day}.");
    }

    private String engine(String name, String arguments) {
        if (cluster == null) {
            return arguments == null ? name : name + "(" + arguments + ")";
        }
        return "Replicated"
                + name
                + "("
                + REPLICA
                + (arguments == null ? "" : ", " + arguments)
                + ")";
    }
}
