package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the tables of a warehouse keep rows, by their TTL. A row older than that is accepted and
 * then vanishes in a merge, at a time of the server's choice: who writes one should say so.
 *
 * <p>Knows the form that migrations give a TTL, a day of the row and an interval of years, months
 * or days; a table with another one counts as keeping its rows. Days are of UTC.
 */
public final class TableRetention {

    private static final Pattern TTL =
            Pattern.compile(
                    "\\bTTL (?:toDate\\()?(\\w+)\\)? \\+ toInterval(Year|Month|Day)\\((\\d+)\\)(?= SETTINGS|$)");

    private final Map<String, Period> tables;

    private TableRetention(Map<String, Period> tables) {
        this.tables = tables;
    }

    /** Reads the TTL of every table of the database. */
    public static TableRetention read(ClickHouse clickHouse) {
        Map<String, String> engines = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name, engine_full FROM system.tables WHERE database = "
                                + literal(clickHouse.config().database()))) {
            engines.put(row.getString("name"), row.getString("engine_full"));
        }
        return of(engines);
    }

    /**
     * Reads TTLs.
     *
     * @param engines {@code engine_full} as ClickHouse spells it, by table
     */
    static TableRetention of(Map<String, String> engines) {
        Map<String, Period> tables = new HashMap<>();
        engines.forEach(
                (table, engine) -> {
                    Matcher ttl = TTL.matcher(engine);
                    if (ttl.find()) {
                        tables.put(table, period(ttl.group(2), Integer.parseInt(ttl.group(3))));
                    }
                });
        return new TableRetention(tables);
    }

    private static Period period(String unit, int count) {
        return switch (unit) {
            case "Year" -> Period.ofYears(count);
            case "Month" -> Period.ofMonths(count);
            default -> Period.ofDays(count);
        };
    }

    /** How long a dataset's table keeps rows, counted from their day; null for good. */
    Period of(Dataset dataset) {
        return dataset.partitionTime() == null ? null : tables.get(dataset.table());
    }

    /** Whether the rows of a partition are older than their table keeps. */
    public boolean hasExpired(PartitionKey partition) {
        Period kept = of(Dataset.of(partition.dataset()));
        return kept != null && hasExpired(partition.date(), kept, today());
    }

    /** Whether a row of a day is older than a table keeps. */
    static boolean hasExpired(LocalDate day, Period kept, LocalDate today) {
        return !day.plus(kept).isAfter(today);
    }

    /** A period as a person says it: {@code 3 years}. */
    static String words(Period kept) {
        if (kept.getYears() > 0) {
            return kept.getYears() + " years";
        }
        return kept.getMonths() > 0 ? kept.getMonths() + " months" : kept.getDays() + " days";
    }

    static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }
}
