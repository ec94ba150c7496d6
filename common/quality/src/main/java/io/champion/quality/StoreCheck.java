package io.champion.quality;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.warehouse.ClickHouse;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.fs.Path;

/** Counts what the stores hold after a run, independently of what the run says that it wrote. */
public final class StoreCheck {

    private static final Set<String> DATE_LEVELS = Set.of("date", "year", "month", "day");

    private StoreCheck() {}

    /** Rows of partitions by the lake's manifests. */
    public static Map<PartitionKey, Long> lake(String root, Collection<PartitionKey> partitions)
            throws IOException {
        LakeReader reader = new LakeReader(new Path(root));
        Map<PartitionKey, Long> rows = new HashMap<>();
        for (PartitionKey partition : partitions) {
            rows.put(partition, reader.rows(partition));
        }
        return rows;
    }

    /** Rows of partitions by the warehouse's tables. */
    public static Map<PartitionKey, Long> warehouse(
            ClickHouse warehouse, Collection<PartitionKey> partitions) {
        Map<String, List<PartitionKey>> datasets = new TreeMap<>();
        for (PartitionKey partition : partitions) {
            datasets.computeIfAbsent(partition.dataset(), id -> new ArrayList<>()).add(partition);
        }
        Map<PartitionKey, Long> rows = new HashMap<>();
        datasets.forEach((id, keys) -> count(warehouse, Dataset.of(id), keys, rows));
        return rows;
    }

    private static void count(
            ClickHouse warehouse,
            Dataset dataset,
            List<PartitionKey> partitions,
            Map<PartitionKey, Long> rows) {
        String table = warehouse.table(dataset.table());
        if (dataset.partitionTime() == null) {
            long count = warehouse.queryLong("SELECT count() FROM " + table);
            partitions.forEach(partition -> rows.put(partition, count));
            return;
        }
        String day = ClickHouse.identifier(dataset.partitionTime());
        List<String> names = names(dataset);
        StringBuilder columns = new StringBuilder("toString(" + day + ") AS place_day");
        StringBuilder groups = new StringBuilder("place_day");
        for (int i = 0; i < names.size(); i++) {
            columns.append(", toString(")
                    .append(ClickHouse.identifier(names.get(i)))
                    .append(") AS place_")
                    .append(i);
            groups.append(", place_").append(i);
        }
        Comparator<PartitionKey> byDay = Comparator.comparing(PartitionKey::date);
        Map<List<String>, Long> counts = new HashMap<>();
        for (GenericRecord row :
                warehouse.query(
                        "SELECT "
                                + columns
                                + ", count() AS n FROM "
                                + table
                                + " WHERE "
                                + day
                                + " >= "
                                + literal(partitions.stream().min(byDay).orElseThrow().date())
                                + " AND "
                                + day
                                + " <= "
                                + literal(partitions.stream().max(byDay).orElseThrow().date())
                                + " GROUP BY "
                                + groups)) {
            List<String> place = new ArrayList<>(List.of(row.getString("place_day")));
            for (int i = 0; i < names.size(); i++) {
                place.add(row.getString("place_" + i));
            }
            counts.put(place, row.getLong("n"));
        }
        for (PartitionKey partition : partitions) {
            rows.put(partition, counts.getOrDefault(place(dataset, partition), 0L));
        }
    }

    /** Columns that place a row beside its day. */
    private static List<String> names(Dataset dataset) {
        List<String> names = new ArrayList<>();
        if (dataset.folderField() != null) {
            names.add(dataset.folderField());
        }
        dataset.partitionBy().stream()
                .filter(level -> !DATE_LEVELS.contains(level))
                .forEach(names::add);
        return names;
    }

    private static List<String> place(Dataset dataset, PartitionKey partition) {
        List<String> place = new ArrayList<>(List.of(partition.date().toString()));
        if (dataset.folderField() != null) {
            place.add(partition.folder().substring(partition.folder().indexOf('/') + 1));
        }
        dataset.partitionBy().stream()
                .filter(level -> !DATE_LEVELS.contains(level))
                .forEach(level -> place.add(partition.values().get(level)));
        return place;
    }

    private static String literal(LocalDate day) {
        return "toDate32(" + ClickHouse.literal(day.toString()) + ")";
    }
}
