package io.champion.jdbc;

import com.clickhouse.client.api.query.GenericRecord;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.warehouse.ClickHouse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.types.Row;

/**
 * A query of the warehouse, and the columns that it answers.
 *
 * @param sql in ClickHouse's SQL
 * @param columns of the answer, in its order
 */
record WarehouseQuery(String sql, List<ExportColumn> columns) implements Serializable {
    private static final Pattern WRAPPED = Pattern.compile("(LowCardinality|Nullable)\\((.*)\\)");
    private static final Pattern DECIMAL =
            Pattern.compile("Decimal(?:32|64|128|256)?\\((\\d+)(?:, *(\\d+))?\\)");
    private static final Pattern ARRAY = Pattern.compile("Array\\((.*)\\)");
    private static final Pattern TIME = Pattern.compile("DateTime64\\((\\d)(?:,.*)?\\)");

    /** Answers' lines on their way from ClickHouse's thread to the task's. */
    private static final int QUEUED_LINES = 10_000;

    /**
     * Asks the warehouse what a query answers.
     *
     * @throws PostgresException if a column has no plain name, or a type that has no counterpart
     * @throws io.champion.warehouse.WarehouseException if the query is wrong
     */
    static WarehouseQuery of(ClickHouse clickHouse, String sql) {
        String plain = sql.strip().replaceAll(";+\\s*$", "");
        List<ExportColumn> columns = new ArrayList<>();
        for (GenericRecord row : clickHouse.query("DESCRIBE TABLE (" + plain + ")")) {
            columns.add(column(row.getString("name"), row.getString("type")));
        }
        return new WarehouseQuery(plain, List.copyOf(columns));
    }

    static ExportColumn column(String name, String type) {
        if (!Identifiers.isPlain(name)) {
            throw new PostgresException(
                    "The query's column '"
                            + name
                            + "' has no plain name: write it as ... AS name, of letters, digits and"
                            + " underscores.");
        }
        boolean nullable = false;
        String bare = type;
        for (Matcher m = WRAPPED.matcher(bare); m.matches(); m = WRAPPED.matcher(bare)) {
            nullable |= m.group(1).equals("Nullable");
            bare = m.group(2);
        }
        Matcher decimal = DECIMAL.matcher(bare);
        if (decimal.matches() && decimal.group(2) != null) {
            return new ExportColumn(
                    name,
                    PgType.NUMERIC,
                    Integer.parseInt(decimal.group(1)),
                    Integer.parseInt(decimal.group(2)),
                    nullable);
        }
        int digits =
                switch (bare) {
                    case "UInt64" -> 20;
                    case "Int128", "UInt128" -> 39;
                    case "Int256", "UInt256" -> 78;
                    default -> 0;
                };
        if (digits > 0) {
            return new ExportColumn(name, PgType.NUMERIC, digits, 0, nullable);
        }
        PgType found = type(bare);
        if (found == null) {
            throw new PostgresException(
                    "The query's column '"
                            + name
                            + "' is of the type "
                            + type
                            + ", which has no counterpart in PostgreSQL: cast it, for example"
                            + " toString("
                            + name
                            + ") AS "
                            + name
                            + ".");
        }
        return ExportColumn.of(name, found, nullable);
    }

    private static PgType type(String bare) {
        Matcher array = ARRAY.matcher(bare);
        if (array.matches()) {
            String element = array.group(1);
            PgType one = element.startsWith("Nullable") ? null : type(element);
            // Numbers of other lengths would come as they are, not as the elements are to be.
            return one == null ? PgType.JSON : one.array();
        }
        Matcher time = TIME.matcher(bare);
        if (time.matches()) {
            return Integer.parseInt(time.group(1)) > 6 ? PgType.NANOS : PgType.TIME;
        }
        String family = bare.indexOf('(') < 0 ? bare : bare.substring(0, bare.indexOf('('));
        return switch (family) {
            case "Bool" -> PgType.BOOLEAN;
            case "Int8", "Int16", "Int32", "UInt8", "UInt16" -> PgType.INTEGER;
            case "Int64", "UInt32" -> PgType.BIGINT;
            case "Float32" -> PgType.REAL;
            case "Float64" -> PgType.DOUBLE;
            case "String", "FixedString", "Enum8", "Enum16", "UUID", "IPv4", "IPv6" -> PgType.TEXT;
            case "Date", "Date32" -> PgType.DATE;
            case "DateTime" -> PgType.TIME;
            case "Map", "Tuple", "Nested" -> PgType.JSON;
            default -> null;
        };
    }

    /** The query with each column in a form that JSON holds exactly. */
    private String exact() {
        String columns =
                this.columns.stream().map(WarehouseQuery::exact).collect(Collectors.joining(", "));
        return "SELECT "
                + columns
                + " FROM ("
                + sql
                + ") SETTINGS output_format_json_quote_64bit_integers = 0,"
                + " output_format_json_quote_denormals = 1,"
                + " output_format_json_named_tuples_as_objects = 1";
    }

    private static String exact(ExportColumn column) {
        String name = ClickHouse.identifier(column.name());
        return switch (column.type()) {
            case NUMERIC, DATE, TEXT -> "toString(" + name + ")";
            case TIME -> "toUnixTimestamp64Micro(toDateTime64(" + name + ", 6, 'UTC'))";
            case NANOS -> "toUnixTimestamp64Nano(toDateTime64(" + name + ", 9, 'UTC'))";
            default -> name;
        };
    }

    /** Asks, and hands each row on, in the caller's thread. */
    void read(ClickHouse clickHouse, Consumer<Row> to) throws Exception {
        BlockingQueue<byte[]> lines = new ArrayBlockingQueue<>(QUEUED_LINES);
        ExecutorService asking = Executors.newSingleThreadExecutor();
        try {
            Future<?> answer =
                    asking.submit(
                            () ->
                                    clickHouse.query(
                                            exact(), "JSONCompactEachRow", new Lines(lines)));
            ObjectMapper json = new ObjectMapper();
            while (true) {
                // What was put before the answer was done is in the queue afterwards.
                boolean done = answer.isDone();
                byte[] line = lines.poll(done ? 0 : 100, TimeUnit.MILLISECONDS);
                if (line != null) {
                    to.accept(row(json.readTree(line), json));
                } else if (done) {
                    answer.get();
                    return;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            asking.shutdownNow();
        }
    }

    private Row row(JsonNode values, ObjectMapper json) throws IOException {
        Row row = new Row(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            JsonNode value = values.get(i);
            row.setField(i, value.isNull() ? null : value(value, columns.get(i).type(), json));
        }
        return row;
    }

    private static Object value(JsonNode value, PgType type, ObjectMapper json) throws IOException {
        return switch (type) {
            case BOOLEAN -> value.asBoolean();
            case INTEGER -> value.intValue();
            case BIGINT, NANOS, NANOS_CUT -> value.longValue();
            case REAL -> (float) number(value);
            case DOUBLE -> number(value);
            case NUMERIC -> new BigDecimal(value.asText());
            case TEXT -> value.asText();
            case BYTES -> throw new IllegalStateException("ClickHouse has no bytes.");
            case DATE -> LocalDate.parse(value.asText());
            case TIME -> {
                long micros = value.longValue();
                yield Instant.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        Math.floorMod(micros, 1_000_000L) * 1_000L);
            }
            case JSON -> json.writeValueAsString(value);
            case INTEGERS ->
                    elements(value).mapToObj(i -> value.get(i).intValue()).toArray(Integer[]::new);
            case BIGINTS ->
                    elements(value).mapToObj(i -> value.get(i).longValue()).toArray(Long[]::new);
            case DOUBLES ->
                    elements(value).mapToObj(i -> number(value.get(i))).toArray(Double[]::new);
            case TEXTS ->
                    elements(value).mapToObj(i -> value.get(i).asText()).toArray(String[]::new);
        };
    }

    private static IntStream elements(JsonNode array) {
        return IntStream.range(0, array.size());
    }

    private static double number(JsonNode value) {
        return switch (value.asText()) {
            case "nan", "-nan" -> Double.NaN;
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> value.doubleValue();
        };
    }

    /** Cuts bytes into lines. */
    private static final class Lines extends OutputStream {
        private final BlockingQueue<byte[]> lines;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(BlockingQueue<byte[]> lines) {
            this.lines = lines;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            for (int i = offset; i < offset + length; i++) {
                if (bytes[i] == '\n') {
                    line.write(bytes, from, i - from);
                    put();
                    from = i + 1;
                }
            }
            line.write(bytes, from, offset + length - from);
        }

        private void put() throws IOException {
            try {
                lines.put(line.toByteArray());
                line.reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("Interrupted while rows were handed on.");
            }
        }
    }
}
