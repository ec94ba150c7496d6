package io.champion.tracking;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.lake.ContractFile;
import io.champion.lake.LakeReader;
import io.champion.lake.ParquetOptions;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Reject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;

/**
 * Looks at what a run wrote to the lake: a sample of each dataset as Parquet, statistics of its
 * columns, and its rejects. No more than {@value #MAX_ROWS} rows of a dataset are read; the
 * statistics say of how many they are.
 */
public final class WrittenRows {
    /** Of a sample, and of rejects. */
    static final int SAMPLE_ROWS = 1_000;

    static final int MAX_ROWS = 50_000;

    private static final Dataset REJECTS = Dataset.of(Reject.getClassSchema());
    private static final ObjectMapper JSON = new ObjectMapper();

    private WrittenRows() {}

    /**
     * Adds artifacts: {@code sample/<dataset>.parquet}, {@code rejects.jsonl} and {@code
     * statistics.json}; and the metric {@code nulls.<dataset>} where all rows were looked at.
     *
     * @param lake its root
     * @param partitions that the run wrote
     * @throws IOException if the lake cannot be read
     */
    public static void describe(
            Path lake, Collection<PartitionKey> partitions, TrackedRun.Builder run)
            throws IOException {
        Map<String, List<PartitionKey>> datasets = new TreeMap<>();
        for (PartitionKey partition : partitions) {
            datasets.computeIfAbsent(partition.dataset(), id -> new ArrayList<>()).add(partition);
        }
        LakeReader reader = new LakeReader(lake);
        ObjectNode statistics = JSON.createObjectNode();
        for (Map.Entry<String, List<PartitionKey>> written : datasets.entrySet()) {
            WrittenRows.describe(reader, written.getKey(), written.getValue(), run, statistics);
        }
        run.artifact(
                "statistics.json",
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(statistics));
    }

    private static void describe(
            LakeReader reader,
            String id,
            List<PartitionKey> partitions,
            TrackedRun.Builder run,
            ObjectNode statistics)
            throws IOException {
        Dataset dataset = Dataset.of(id);
        long all = 0;
        for (PartitionKey partition : partitions) {
            all += reader.rows(partition);
        }
        List<SpecificRecordBase> sample = new ArrayList<>();
        List<Column> columns =
                dataset.schema().getFields().stream()
                        .filter(field -> !isOfEachRow(field))
                        .map(Column::new)
                        .toList();
        long read = read(reader, partitions, sample, columns);
        if (id.equals(REJECTS.id())) {
            StringBuilder lines = new StringBuilder();
            sample.forEach(row -> lines.append(row).append('\n'));
            run.artifact("rejects.jsonl", lines.toString());
        } else if (!sample.isEmpty()) {
            run.artifact("sample/" + id + ".parquet", parquet(dataset.schema(), sample));
        }
        ObjectNode node = statistics.putObject(id).put("rows", all).put("looked_at", read);
        long nulls = 0;
        for (Column column : columns) {
            column.describe(node.withObject("/columns"), read);
            nulls += read - column.count;
        }
        if (read == all) {
            run.metric("nulls." + id, nulls);
        }
    }

    /** Names of rows, which no statistics are of. */
    private static boolean isOfEachRow(Schema.Field field) {
        return field.name().equals("event_id");
    }

    private static long read(
            LakeReader reader,
            List<PartitionKey> partitions,
            List<SpecificRecordBase> sample,
            List<Column> columns)
            throws IOException {
        long read = 0;
        for (PartitionKey partition : partitions) {
            try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
                while (rows.hasNext() && read < MAX_ROWS) {
                    SpecificRecordBase row = rows.next();
                    read++;
                    if (sample.size() < SAMPLE_ROWS) {
                        sample.add(row);
                    }
                    for (Column column : columns) {
                        column.add(row.get(column.field.pos()));
                    }
                }
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
            if (read == MAX_ROWS) {
                break;
            }
        }
        return read;
    }

    private static byte[] parquet(Schema schema, List<SpecificRecordBase> rows) throws IOException {
        java.nio.file.Path file = Files.createTempFile("champion-sample", ".parquet");
        try {
            try (ContractFile.Maker maker = new ContractFile.Maker(ParquetOptions.defaults());
                    ContractFile parquet = maker.create(new Path(file.toUri()), schema)) {
                for (SpecificRecordBase row : rows) {
                    parquet.write(row);
                }
            }
            return Files.readAllBytes(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** What is in a column. */
    private static final class Column {
        private final Schema.Field field;
        private final Statistics numbers = new Statistics();
        private long count;
        private Comparable<Object> least;
        private Comparable<Object> greatest;

        Column(Schema.Field field) {
            this.field = field;
        }

        @SuppressWarnings("unchecked") // Values of a column are of one class.
        void add(Object value) {
            if (value == null) {
                return;
            }
            count++;
            if (value instanceof Number number) {
                if (Double.isFinite(number.doubleValue())) {
                    numbers.add(number.doubleValue());
                }
            } else if (value instanceof Comparable<?>) {
                Comparable<Object> other = (Comparable<Object>) value;
                if (least == null || other.compareTo(least) < 0) {
                    least = other;
                }
                if (greatest == null || other.compareTo(greatest) > 0) {
                    greatest = other;
                }
            }
        }

        void describe(ObjectNode columns, long rows) {
            ObjectNode node = columns.putObject(field.name());
            node.put("count", count).put("nulls", rows - count);
            if (numbers.count() > 0) {
                node.put("min", numbers.min())
                        .put("max", numbers.max())
                        .put("mean", numbers.mean())
                        .put("deviation", numbers.deviation());
            } else if (least != null) {
                node.put("min", least.toString()).put("max", greatest.toString());
            }
        }
    }
}
