package io.champion.ticks;

import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.ticks.ReprocessReport.Difference;
import io.champion.ticks.ReprocessReport.Example;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.WarehouseGeneration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Holds a generation against what the warehouse has of the same days: what holds of each bar and of
 * each message, not how it got its number.
 */
final class GenerationComparison {
    private static final int EXAMPLES_OF_A_KIND = 3;
    private static final int EXAMPLES = 60;

    /** Beyond, ClickHouse groups on disk. */
    private static final String SETTINGS =
            " SETTINGS max_bytes_before_external_group_by = 500000000";

    /**
     * How rows of a table are compared.
     *
     * @param instrument expression
     * @param interval expression
     * @param position expression of a whole number: with the two above, what identifies a row
     * @param time expression of what identifies a row for a person
     * @param rank expression: of rows with the same identity the one with the highest holds
     * @param counts expression: whether a row that holds is more than a sign that there is none
     * @param values columns that are compared
     */
    private record Table(
            Dataset dataset,
            String instrument,
            String interval,
            String position,
            String time,
            String rank,
            String counts,
            List<String> values) {}

    private static final List<Table> TABLES =
            List.of(
                    new Table(
                            Dataset.of(EquityTrade.getClassSchema()),
                            "concat(exchange, ':', symbol, if(series = '', '', ':'), series)",
                            "''",
                            "sequence_number",
                            "concat('message ', toString(sequence_number))",
                            "0",
                            "1",
                            List.of(
                                    "event_id",
                                    "event_time",
                                    "trade_id",
                                    "kind",
                                    "price",
                                    "size",
                                    "side",
                                    "conditions")),
                    new Table(
                            Dataset.of(Bar.getClassSchema()),
                            "instrument_id",
                            "bar_interval",
                            "toUnixTimestamp64Nano(window_start)",
                            "toString(window_start)",
                            "version",
                            "trades > 0",
                            List.of(
                                    "window_end",
                                    "open",
                                    "high",
                                    "low",
                                    "close",
                                    "volume",
                                    "turnover",
                                    "vwap",
                                    "trades",
                                    "first_event_time",
                                    "last_event_time")));

    private final ClickHouse clickHouse;
    private final WarehouseGeneration generation;
    private final DayRange days;
    private final List<Difference> differences = new ArrayList<>();
    private final List<Example> examples = new ArrayList<>();

    private GenerationComparison(
            ClickHouse clickHouse, WarehouseGeneration generation, DayRange days) {
        this.clickHouse = clickHouse;
        this.generation = generation;
        this.days = days;
    }

    /**
     * @param datasets those that the generation has
     */
    static GenerationComparison of(
            ClickHouse clickHouse,
            WarehouseGeneration generation,
            DayRange days,
            List<Dataset> datasets) {
        GenerationComparison comparison = new GenerationComparison(clickHouse, generation, days);
        for (Table table : TABLES) {
            if (datasets.contains(table.dataset())) {
                comparison.count(table);
                comparison.choose(table);
            }
        }
        return comparison;
    }

    /** By dataset, interval and day. */
    List<Difference> differences() {
        return differences;
    }

    /** A few of each kind. */
    List<Example> examples() {
        return examples;
    }

    private String rows(Table table, String columns) {
        return "SELECT "
                + columns
                + ", false AS is_new FROM "
                + clickHouse.table(table.dataset().table())
                + ofDays()
                + " UNION ALL SELECT "
                + columns
                + ", true AS is_new FROM "
                + generation.table(table.dataset().table())
                + ofDays();
    }

    private String ofDays() {
        return " WHERE toDate(event_time) BETWEEN "
                + literal(days.from().toString())
                + " AND "
                + literal(days.to().toString());
    }

    private static String identity(Table table) {
        return "toDate(event_time) AS day, "
                + table.instrument()
                + " AS instrument, "
                + table.interval()
                + " AS of_interval, "
                + table.position()
                + " AS place";
    }

    private String compared(Table table) {
        String rows =
                rows(
                        table,
                        identity(table)
                                + ", "
                                + table.rank()
                                + " AS rank, "
                                + table.counts()
                                + " AS counts, cityHash64(toString(("
                                + String.join(", ", table.values())
                                + "))) AS hash");
        return "SELECT day, instrument, of_interval, place, countIf(NOT is_new) AS old_rows,"
                + " countIf(is_new) AS new_rows, argMaxIf(counts, rank, NOT is_new) AS was,"
                + " argMaxIf(counts, rank, is_new) AS is, argMaxIf(hash, rank, NOT is_new) AS"
                + " old_hash, argMaxIf(hash, rank, is_new) AS new_hash FROM ("
                + rows
                + ") GROUP BY day, instrument, of_interval, place";
    }

    private void count(Table table) {
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT toString(day) AS of_day, of_interval, sum(old_rows) AS before,"
                                + " sum(new_rows) AS after, countIf(was AND NOT is) AS only_old,"
                                + " countIf(is AND NOT was) AS only_new, countIf(was AND is AND"
                                + " old_hash != new_hash) AS changed, countIf(was AND is AND"
                                + " old_hash = new_hash) AS same FROM ("
                                + compared(table)
                                + ") GROUP BY of_day, of_interval ORDER BY of_day, of_interval"
                                + SETTINGS)) {
            differences.add(
                    new Difference(
                            table.dataset().id(),
                            row.getString("of_interval"),
                            row.getString("of_day"),
                            row.getLong("before"),
                            row.getLong("after"),
                            row.getLong("only_old"),
                            row.getLong("only_new"),
                            row.getLong("changed"),
                            row.getLong("same")));
        }
    }

    private record Place(String instrument, String interval, long position) {}

    private record Chosen(String day, String kind) {}

    private void choose(Table table) {
        Map<Place, Chosen> chosen = new LinkedHashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT toString(day) AS of_day, instrument, of_interval, place,"
                                + " multiIf(NOT was, 'only new', NOT is, 'only old', 'changed')"
                                + " AS kind FROM ("
                                + compared(table)
                                + ") WHERE was != is OR (was AND old_hash != new_hash) ORDER BY"
                                + " of_day, of_interval, kind, instrument, place LIMIT "
                                + EXAMPLES_OF_A_KIND
                                + " BY of_day, of_interval, kind LIMIT "
                                + EXAMPLES
                                + SETTINGS)) {
            chosen.put(
                    new Place(
                            row.getString("instrument"),
                            row.getString("of_interval"),
                            row.getLong("place")),
                    new Chosen(row.getString("of_day"), row.getString("kind")));
        }
        if (!chosen.isEmpty()) {
            show(table, chosen);
        }
    }

    /** Of the rows that hold: their time, and their values as text. */
    private record Shown(String time, Map<String, String> values) {}

    private void show(Table table, Map<Place, Chosen> chosen) {
        String values =
                table.values().stream()
                        .map(value -> "toString(" + value + ") AS text_" + value)
                        .collect(Collectors.joining(", "));
        String places =
                chosen.keySet().stream()
                        .map(
                                place ->
                                        "("
                                                + literal(place.instrument())
                                                + ", "
                                                + literal(place.interval())
                                                + ", "
                                                + place.position()
                                                + ")")
                        .collect(Collectors.joining(", "));
        Map<Place, Shown> before = new LinkedHashMap<>();
        Map<Place, Shown> after = new LinkedHashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT * FROM ("
                                + rows(
                                        table,
                                        identity(table)
                                                + ", "
                                                + table.rank()
                                                + " AS rank, "
                                                + table.time()
                                                + " AS time, "
                                                + values)
                                + ") WHERE (instrument, of_interval, place) IN ("
                                + places
                                + ") ORDER BY rank")) {
            Map<String, String> texts = new LinkedHashMap<>();
            table.values().forEach(value -> texts.put(value, row.getString("text_" + value)));
            (row.getBoolean("is_new") ? after : before)
                    .put(
                            new Place(
                                    row.getString("instrument"),
                                    row.getString("of_interval"),
                                    row.getLong("place")),
                            new Shown(row.getString("time"), texts));
        }
        chosen.forEach(
                (place, about) -> {
                    Shown old = about.kind().equals("only new") ? null : before.get(place);
                    Shown now = about.kind().equals("only old") ? null : after.get(place);
                    examples.add(
                            new Example(
                                    table.dataset().id(),
                                    place.interval(),
                                    about.day(),
                                    about.kind(),
                                    place.instrument(),
                                    (old == null ? now : old).time(),
                                    text(old, now)));
                });
    }

    private static String text(Shown old, Shown now) {
        Map<String, String> any = (old == null ? now : old).values();
        return any.keySet().stream()
                .map(
                        value -> {
                            String was = old == null ? null : old.values().get(value);
                            String is = now == null ? null : now.values().get(value);
                            if (old != null && now != null) {
                                return Objects.equals(was, is)
                                        ? null
                                        : value + " " + was + " → " + is;
                            }
                            String only = old == null ? is : was;
                            return only == null ? null : value + " " + only;
                        })
                .filter(Objects::nonNull)
                .collect(Collectors.joining(", "));
    }
}
