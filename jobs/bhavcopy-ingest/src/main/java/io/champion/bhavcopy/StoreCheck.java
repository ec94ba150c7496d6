package io.champion.bhavcopy;

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
import java.util.TreeMap;
import org.apache.flink.core.fs.Path;

/** Counts what the stores hold after a run, independently of what the run says that it wrote. */
final class StoreCheck {

    private StoreCheck() {}

    /** Rows of partitions by the lake's manifests. */
    static Map<PartitionKey, Long> lake(String root, Collection<PartitionKey> partitions)
            throws IOException {
        LakeReader reader = new LakeReader(new Path(root));
        Map<PartitionKey, Long> rows = new HashMap<>();
        for (PartitionKey partition : partitions) {
            rows.put(partition, reader.rows(partition));
        }
        return rows;
    }

    /** Rows of partitions by the warehouse's tables. */
    static Map<PartitionKey, Long> warehouse(
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
        String folder =
                dataset.folderField() == null ? "''" : ClickHouse.identifier(dataset.folderField());
        Comparator<PartitionKey> byDay = Comparator.comparing(PartitionKey::date);
        Map<String, Long> counts = new HashMap<>();
        for (GenericRecord row :
                warehouse.query(
                        "SELECT toString("
                                + day
                                + ") AS d, toString("
                                + folder
                                + ") AS f, count() AS n FROM "
                                + table
                                + " WHERE "
                                + day
                                + " >= "
                                + literal(partitions.stream().min(byDay).orElseThrow().date())
                                + " AND "
                                + day
                                + " <= "
                                + literal(partitions.stream().max(byDay).orElseThrow().date())
                                + " GROUP BY d, f")) {
            counts.put(row.getString("f") + "/" + row.getString("d"), row.getLong("n"));
        }
        for (PartitionKey partition : partitions) {
            String name =
                    dataset.folderField() == null
                            ? ""
                            : partition.folder().substring(partition.folder().indexOf('/') + 1);
            rows.put(partition, counts.getOrDefault(name + "/" + partition.date(), 0L));
        }
    }

    private static String literal(LocalDate day) {
        return "toDate32(" + ClickHouse.literal(day.toString()) + ")";
    }
}
