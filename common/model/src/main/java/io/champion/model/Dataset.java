package io.champion.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * A dataset of the platform: its contract, and where the contract says that its rows lie in the
 * lake and in the warehouse.
 *
 * <p>Everything is read from the contract's {@code dataset} property:
 *
 * <ul>
 *   <li>{@code layer} and {@code name}: the dataset's folder is {@code layer/name}, unless {@code
 *       folder} names another one below the layer, or {@code folder_field} names a string field
 *       that does (rejects lie under the name of the dataset they were meant for);
 *   <li>{@code partition_by}: the partition's levels, each {@code date}, {@code hour}, {@code
 *       year}, {@code month} or {@code day} of the field {@code partition_time}, or else the name
 *       of a string field;
 *   <li>{@code table}: its table in the warehouse, partitioned by {@code table_partition}: {@code
 *       month} or {@code day} of {@code partition_time}, or {@code none}.
 * </ul>
 */
public final class Dataset {

    /** Folder and file names must not lead out of the lake, whatever a record says. */
    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]*");

    private static final Map<String, Dataset> ALL = load();

    private final Schema schema;
    private final Layer layer;
    private final String name;
    private final String folder;
    private final Schema.Field folderField;
    private final List<String> partitionBy;
    private final Schema.Field partitionTime;
    private final String table;
    private final String tablePartition;

    // Rows of one partition tend to follow each other, so the last key is worth keeping. A racing
    // writer only loses the benefit: the pair is immutable and published whole.
    private volatile Memo memo = new Memo(null, null);

    private record Memo(Object time, PartitionKey key) {}

    private Dataset(Schema schema) {
        Map<?, ?> where = (Map<?, ?>) schema.getObjectProp("dataset");
        if (where == null) {
            throw new IllegalArgumentException(
                    "Contract " + schema.getFullName() + " has no 'dataset' property.");
        }
        this.schema = schema;
        this.layer = Layer.of((String) where.get("layer"));
        this.name = (String) where.get("name");
        this.folder = (String) where.get("folder");
        this.folderField = field(schema, (String) where.get("folder_field"));
        this.partitionBy =
                ((List<?>) where.get("partition_by")).stream().map(String::valueOf).toList();
        this.partitionTime = field(schema, (String) where.get("partition_time"));
        this.table = (String) where.get("table");
        this.tablePartition = (String) where.get("table_partition");
    }

    private static Schema.Field field(Schema schema, String name) {
        if (name == null) {
            return null;
        }
        Schema.Field field = schema.getField(name);
        if (field == null) {
            throw new IllegalArgumentException(
                    "Contract "
                            + schema.getFullName()
                            + " places rows by the field '"
                            + name
                            + "', which it does not have.");
        }
        return field;
    }

    private static Map<String, Dataset> load() {
        Map<String, Dataset> all = new LinkedHashMap<>();
        for (String file : resource("champion/avro/index").lines().toList()) {
            Dataset dataset =
                    new Dataset(new Schema.Parser().parse(resource("champion/avro/" + file)));
            all.put(dataset.id(), dataset);
        }
        return Map.copyOf(all);
    }

    private static String resource(String path) {
        try (InputStream in = Dataset.class.getClassLoader().getResourceAsStream(path)) {
            return new String(
                    Objects.requireNonNull(in, () -> "Missing from the class path: " + path)
                            .readAllBytes(),
                    java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All datasets that have a contract. */
    public static Collection<Dataset> all() {
        return ALL.values();
    }

    /**
     * The dataset of the given id.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Dataset of(String id) {
        Dataset dataset = ALL.get(id);
        if (dataset == null) {
            throw new IllegalArgumentException(
                    "No dataset '" + id + "'. Known: " + ALL.keySet().stream().sorted().toList());
        }
        return dataset;
    }

    /**
     * The dataset that a contract record belongs to.
     *
     * @throws IllegalArgumentException if its schema is not a contract
     */
    public static Dataset of(Schema schema) {
        Map<?, ?> where = (Map<?, ?>) schema.getObjectProp("dataset");
        if (where == null) {
            throw new IllegalArgumentException(
                    schema.getFullName() + " is not a contract: it has no 'dataset' property.");
        }
        return of(where.get("layer") + "." + where.get("name"));
    }

    /** {@code layer.name}, for example {@code normalized.equity_ohlc}. */
    public String id() {
        return layer.folder() + "." + name;
    }

    public Schema schema() {
        return schema;
    }

    public Layer layer() {
        return layer;
    }

    public String name() {
        return name;
    }

    /** The table in the warehouse, without its database. */
    public String table() {
        return table;
    }

    /** How the table is partitioned: {@code month}, {@code day} or {@code none}. */
    public String tablePartition() {
        return tablePartition;
    }

    /** The field that places a row in time, or null where the dataset has no partitions. */
    public String partitionTime() {
        return partitionTime == null ? null : partitionTime.name();
    }

    /** The string field that names a row's folder, or null where all rows share one. */
    public String folderField() {
        return folderField == null ? null : folderField.name();
    }

    /** The partition's levels, outermost first. */
    public List<String> partitionBy() {
        return partitionBy;
    }

    /**
     * The partition that a row belongs to.
     *
     * @throws IllegalArgumentException if a field that places the row is null or is not a plain
     *     name
     */
    public PartitionKey partitionOf(IndexedRecord row) {
        Object time = partitionTime == null ? "" : row.get(partitionTime.pos());
        Memo last = memo;
        boolean byTimeAlone =
                folderField == null && (partitionTime == null || time instanceof LocalDate);
        if (byTimeAlone && time != null && time.equals(last.time)) {
            return last.key;
        }
        PartitionKey key = computePartition(row, time);
        if (byTimeAlone) {
            memo = new Memo(time, key);
        }
        return key;
    }

    private PartitionKey computePartition(IndexedRecord row, Object time) {
        StringBuilder path = new StringBuilder();
        for (String level : partitionBy) {
            path.append(path.isEmpty() ? "" : "/").append(level).append('=');
            switch (level) {
                case "date" -> path.append(date(time));
                case "year" -> path.append(pad(date(time).getYear(), 4));
                case "month" -> path.append(pad(date(time).getMonthValue(), 2));
                case "day" -> path.append(pad(date(time).getDayOfMonth(), 2));
                case "hour" -> path.append(pad(hour(time), 2));
                default -> path.append(safeName(level, row.get(field(schema, level).pos())));
            }
        }
        String below =
                folderField != null
                        ? safeName(folderField.name(), row.get(folderField.pos()))
                        : folder != null ? folder : name;
        return new PartitionKey(id(), layer.folder() + "/" + below, path.toString());
    }

    /** The partition of a day, for datasets that are partitioned by day and nothing else. */
    public PartitionKey partitionOf(LocalDate day) {
        StringBuilder path = new StringBuilder();
        for (String level : partitionBy) {
            path.append(path.isEmpty() ? "" : "/").append(level).append('=');
            switch (level) {
                case "date" -> path.append(day);
                case "year" -> path.append(pad(day.getYear(), 4));
                case "month" -> path.append(pad(day.getMonthValue(), 2));
                case "day" -> path.append(pad(day.getDayOfMonth(), 2));
                default ->
                        throw new IllegalArgumentException(
                                id() + " is partitioned by " + level + " as well.");
            }
        }
        return new PartitionKey(
                id(), layer.folder() + "/" + (folder != null ? folder : name), path.toString());
    }

    private static String pad(int value, int width) {
        String digits = Integer.toString(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private String safeName(String field, Object value) {
        String text = value == null ? "" : value.toString();
        if (!SAFE_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    id()
                            + " is placed by its field '"
                            + field
                            + "', but '"
                            + text
                            + "' is no plain name.");
        }
        return text;
    }

    private LocalDate date(Object time) {
        if (time instanceof LocalDate date) {
            return date;
        }
        return instant(time).atZone(ZoneOffset.UTC).toLocalDate();
    }

    private int hour(Object time) {
        return instant(time).atZone(ZoneOffset.UTC).getHour();
    }

    private Instant instant(Object time) {
        if (time instanceof Instant instant) {
            return instant;
        }
        if (time instanceof Long nanos) {
            return Instant.ofEpochSecond(
                    Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
        }
        throw new IllegalArgumentException(
                "A row of " + id() + " has no " + partitionTime.name() + ", so it has no place.");
    }

    @Override
    public String toString() {
        return id();
    }
}
