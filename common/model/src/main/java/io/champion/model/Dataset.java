package io.champion.model;

import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 *       of a string field. Days and hours of a timestamp are those of UTC;
 *   <li>{@code table}: its table in the warehouse, partitioned by {@code table_partition}: {@code
 *       month} or {@code day} of {@code partition_time}, or {@code none}.
 * </ul>
 */
public final class Dataset {

    private static final Set<String> TIME_LEVELS = Set.of("date", "year", "month", "day", "hour");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]*");

    private static final long DAY_SECONDS = 86_400L;
    private static final long HOUR_SECONDS = 3_600L;

    /** More partitions than a run has open at a time; beyond it, keys are made anew. */
    private static final int MAX_REMEMBERED_KEYS = 10_000;

    // Last, because loading uses the constants above.
    private static final Map<String, Dataset> ALL = load();
    private static final Map<String, Dataset> BY_RECORD_NAME =
            ALL.values().stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    dataset -> dataset.schema.getFullName(), dataset -> dataset));

    private final Schema schema;
    private final List<Column> columns;
    private final Layer layer;
    private final String name;
    private final String id;
    private final String folder;
    private final Schema.Field folderField;
    private final List<String> partitionBy;
    private final Schema.Field partitionTime;
    private final Kind timeKind;
    private final long slotSeconds;
    private final int[] nameFields;
    private final String table;
    private final String tablePartition;

    // The hot path: one key per partition, and the last one without a look-up, because rows of one
    // partition follow each other. Races lose nothing but time: a memo is immutable and published
    // whole.
    private final Map<Place, PartitionKey> keys = new ConcurrentHashMap<>();
    private volatile Memo memo = new Memo(Long.MIN_VALUE, null);

    /** What places a row: its day or hour since the epoch, and the strings that name folders. */
    private record Place(long slot, List<String> names) {}

    private record Memo(long slot, PartitionKey key) {}

    Dataset(Schema schema) {
        if (!(schema.getObjectProp("dataset") instanceof Map<?, ?> where)) {
            throw new IllegalArgumentException(
                    "Contract " + schema.getFullName() + " has no 'dataset' property.");
        }
        this.schema = schema;
        this.columns = TypeMapping.columns(schema);
        this.layer = Layer.of(required(where, "layer"));
        this.name = identifier(where, "name");
        this.id = layer.folder() + "." + name;
        this.table = identifier(where, "table");
        this.tablePartition = required(where, "table_partition");
        if (!(where.get("partition_by") instanceof List<?> levels)) {
            throw wrong("lists no levels under 'partition_by'; without partitions it is []");
        }
        this.partitionBy = levels.stream().map(String::valueOf).toList();
        this.folder = layer.folder() + "/" + (where.get("folder") instanceof String f ? f : name);
        this.folderField = field(where, "folder_field");
        this.partitionTime = field(where, "partition_time");
        this.timeKind = partitionTime == null ? null : kind(partitionTime);
        this.slotSeconds = partitionBy.contains("hour") ? HOUR_SECONDS : DAY_SECONDS;
        this.nameFields =
                Stream.concat(
                                Stream.ofNullable(folderField),
                                partitionBy.stream()
                                        .filter(level -> !TIME_LEVELS.contains(level))
                                        .map(this::placingField))
                        .mapToInt(Schema.Field::pos)
                        .toArray();
        check();
    }

    private void check() {
        boolean byTime = partitionBy.stream().anyMatch(TIME_LEVELS::contains);
        switch (tablePartition) {
            case "month", "day" -> byTime = true;
            case "none" -> {}
            default -> throw wrong("partitions its table by '" + tablePartition + "'");
        }
        if (byTime != (partitionTime != null)) {
            throw wrong("needs a 'partition_time' if and only if time places its rows");
        }
        if (timeKind != null
                && timeKind != Kind.DATE
                && timeKind != Kind.TIMESTAMP_MILLIS
                && timeKind != Kind.TIMESTAMP_NANOS) {
            throw wrong("is placed by '" + partitionTime.name() + "', which is no date or time");
        }
        if (timeKind == Kind.DATE && partitionBy.contains("hour")) {
            throw wrong("is placed by the hour of a date");
        }
        for (int position : nameFields) {
            Schema.Field field = schema.getFields().get(position);
            if (kind(field) != Kind.STRING) {
                throw wrong("is placed by '" + field.name() + "', which is no string");
            }
        }
        // Refuses a folder that leads elsewhere.
        new PartitionKey(id, folder, "");
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(
                "The 'dataset' property of contract " + schema.getFullName() + " " + what + ".");
    }

    private String required(Map<?, ?> where, String key) {
        if (where.get(key) instanceof String text) {
            return text;
        }
        throw wrong("has no '" + key + "'");
    }

    private String identifier(Map<?, ?> where, String key) {
        String text = required(where, key);
        if (!IDENTIFIER.matcher(text).matches()) {
            throw wrong("has the " + key + " '" + text + "', which is no identifier");
        }
        return text;
    }

    private Schema.Field field(Map<?, ?> where, String key) {
        return where.get(key) instanceof String field ? placingField(field) : null;
    }

    private Schema.Field placingField(String field) {
        if (schema.getField(field) == null) {
            throw wrong("places rows by the field '" + field + "', which it does not have");
        }
        return schema.getField(field);
    }

    private Kind kind(Schema.Field field) {
        return columns.stream()
                .filter(column -> column.position() == field.pos())
                .findFirst()
                .orElseThrow()
                .type()
                .kind();
    }

    private static Map<String, Dataset> load() {
        Map<String, Dataset> all = new LinkedHashMap<>();
        for (String file : resource("index").lines().toList()) {
            Dataset dataset = new Dataset(new Schema.Parser().parse(resource(file)));
            if (all.put(dataset.id(), dataset) != null) {
                throw new IllegalStateException("Two contracts of dataset " + dataset.id() + ".");
            }
        }
        return Collections.unmodifiableMap(all);
    }

    static String resource(String file) {
        String path = "champion/avro/" + file;
        try (InputStream in = Dataset.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("Missing from the class path: " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
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
     * The dataset that a contract record belongs to, by the name of its schema. Cheap enough to be
     * asked for every record.
     *
     * @throws IllegalArgumentException if its schema is not a contract
     */
    public static Dataset of(Schema schema) {
        Dataset dataset = BY_RECORD_NAME.get(schema.getFullName());
        if (dataset == null) {
            throw new IllegalArgumentException(
                    schema.getFullName() + " is not a contract of this version of the platform.");
        }
        return dataset;
    }

    /** {@code layer.name}, for example {@code normalized.equity_ohlc}. */
    public String id() {
        return id;
    }

    /** The contract. */
    public Schema schema() {
        return schema;
    }

    /** The contract's columns, in the order of its fields. */
    public List<Column> columns() {
        return columns;
    }

    public Layer layer() {
        return layer;
    }

    public String name() {
        return name;
    }

    /** Version of the contract, for example {@code v1.0.0}. */
    public String version() {
        return ContractEvolution.Version.of(schema).toString();
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

    /** The dataset's folder below the lake's root; null where a field of each row names it. */
    public String folder() {
        return folderField == null ? folder : null;
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
     * @param row a record of this dataset's current contract
     * @throws IllegalArgumentException if a field that places the row is null or is not a plain
     *     name
     */
    public PartitionKey partitionOf(IndexedRecord row) {
        long slot = partitionTime == null ? 0 : slot(row.get(partitionTime.pos()));
        if (nameFields.length == 0) {
            return key(slot);
        }
        if (nameFields.length == 1) {
            return key(new Place(slot, List.of(name(row, nameFields[0]))));
        }
        List<String> names = new ArrayList<>(nameFields.length);
        for (int position : nameFields) {
            names.add(name(row, position));
        }
        return key(new Place(slot, names));
    }

    /**
     * The partition of a time.
     *
     * @param time as a row has it in {@link #partitionTime}, in the contract's unit
     * @throws IllegalArgumentException if more than a time places the dataset's rows, or less
     */
    public PartitionKey partitionOf(long time) {
        if (partitionTime == null || nameFields.length > 0) {
            throw new IllegalArgumentException("A time alone names no partition of " + id + ".");
        }
        return key(slot(time));
    }

    /**
     * The partition of a day.
     *
     * @param names what else places a row: the value of the {@linkplain #folderField() folder
     *     field}, if there is one, and of each level that is no part of a date, outermost first
     * @throws IllegalArgumentException if the dataset is placed by more or less than that
     */
    public PartitionKey partitionOf(LocalDate day, String... names) {
        if (names.length != nameFields.length || partitionBy.contains("hour")) {
            throw new IllegalArgumentException(
                    "A day and "
                            + List.of(names)
                            + " name no single partition of "
                            + id
                            + ": it is placed by "
                            + Stream.concat(Stream.ofNullable(folderField()), partitionBy.stream())
                                    .toList()
                            + ".");
        }
        return key(new Place(day.toEpochDay(), List.of(names)));
    }

    private long slot(Object time) {
        if (time instanceof LocalDate date) {
            return date.toEpochDay();
        }
        if (time instanceof Instant instant) {
            return Math.floorDiv(instant.getEpochSecond(), slotSeconds);
        }
        if (time instanceof Long number) {
            return slot(number.longValue());
        }
        if (time instanceof Integer days) {
            return days;
        }
        throw new IllegalArgumentException(
                "A row of " + id + " has no " + partitionTime.name() + ", so it has no place.");
    }

    private long slot(long time) {
        return switch (timeKind) {
            case TIMESTAMP_NANOS -> Math.floorDiv(time, slotSeconds * 1_000_000_000L);
            case TIMESTAMP_MILLIS -> Math.floorDiv(time, slotSeconds * 1_000L);
            default -> time;
        };
    }

    private String name(IndexedRecord row, int position) {
        Object value = row.get(position);
        return value == null ? "" : value.toString();
    }

    private PartitionKey key(long slot) {
        Memo last = memo;
        if (last.key != null && last.slot == slot) {
            return last.key;
        }
        PartitionKey key = key(new Place(slot, List.of()));
        memo = new Memo(slot, key);
        return key;
    }

    private PartitionKey key(Place place) {
        PartitionKey key = keys.get(place);
        if (key == null) {
            key = makeKey(place);
            if (keys.size() >= MAX_REMEMBERED_KEYS) {
                keys.clear();
            }
            keys.put(place, key);
        }
        return key;
    }

    private PartitionKey makeKey(Place place) {
        LocalDate day =
                LocalDate.ofEpochDay(
                        Math.floorDiv(place.slot, Math.floorDiv(DAY_SECONDS, slotSeconds)));
        for (int i = 0; i < nameFields.length; i++) {
            String text = place.names.get(i);
            if (!PartitionKey.isPlainName(text)) {
                throw new IllegalArgumentException(
                        id
                                + " is placed by its field '"
                                + schema.getFields().get(nameFields[i]).name()
                                + "', but '"
                                + text
                                + "' is no plain name.");
            }
        }
        int next = 0;
        String below =
                folderField == null ? folder : layer.folder() + "/" + place.names.get(next++);
        List<String> path = new ArrayList<>(partitionBy.size());
        for (String level : partitionBy) {
            String value =
                    switch (level) {
                        case "date" -> day.toString();
                        case "year" -> pad(4, day.getYear());
                        case "month" -> pad(2, day.getMonthValue());
                        case "day" -> pad(2, day.getDayOfMonth());
                        case "hour" -> pad(2, (int) Math.floorMod(place.slot, 24L));
                        default -> place.names.get(next++);
                    };
            path.add(level + "=" + value);
        }
        return new PartitionKey(id, below, String.join("/", path));
    }

    private static String pad(int digits, int value) {
        return String.format(Locale.ROOT, "%0" + digits + "d", value);
    }

    @Override
    public String toString() {
        return id;
    }
}
