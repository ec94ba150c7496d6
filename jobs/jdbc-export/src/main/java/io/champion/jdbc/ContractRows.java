package io.champion.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.types.Row;

/** Makes rows of the records of one contract. */
final class ContractRows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Column> columns;
    private final PgType[] types;

    ContractRows(Dataset dataset) {
        this.columns = dataset.columns();
        this.types = columns.stream().map(c -> PgType.of(c.type())).toArray(PgType[]::new);
    }

    /** The columns of a contract. */
    static List<ExportColumn> columns(Dataset dataset) {
        return dataset.columns().stream()
                .map(
                        column ->
                                new ExportColumn(
                                        column.name(),
                                        PgType.of(column.type()),
                                        column.type().precision(),
                                        column.type().scale(),
                                        column.type().nullable()))
                .toList();
    }

    Row row(IndexedRecord record) {
        Row row = new Row(types.length);
        for (int i = 0; i < types.length; i++) {
            Object value = record.get(columns.get(i).position());
            row.setField(i, value == null ? null : value(value, types[i], columns.get(i).type()));
        }
        return row;
    }

    private static Object value(Object value, PgType type, ColumnType contract) {
        return switch (type) {
            case TEXT -> value.toString();
            case BYTES -> bytes(value);
            case INTEGERS -> ((Collection<?>) value).toArray(new Integer[0]);
            case BIGINTS -> ((Collection<?>) value).toArray(new Long[0]);
            case DOUBLES -> ((Collection<?>) value).toArray(new Double[0]);
            case TEXTS ->
                    ((Collection<?>) value).stream().map(Object::toString).toArray(String[]::new);
            case JSON -> json(plain(value, contract));
            default -> value;
        };
    }

    private static byte[] bytes(Object value) {
        if (value instanceof GenericFixed fixed) {
            return fixed.bytes();
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** As JSON has it: maps, lists, numbers and texts. */
    private static Object plain(Object value, ColumnType type) {
        if (value == null) {
            return null;
        }
        return switch (type.kind()) {
            case ARRAY -> {
                List<Object> all = new ArrayList<>();
                ((Collection<?>) value).forEach(one -> all.add(plain(one, type.element())));
                yield all;
            }
            case MAP -> {
                Map<String, Object> all = new LinkedHashMap<>();
                ((Map<?, ?>) value)
                        .forEach((key, one) -> all.put(key.toString(), plain(one, type.element())));
                yield all;
            }
            case STRUCT -> {
                Map<String, Object> all = new LinkedHashMap<>();
                for (Column child : type.children()) {
                    all.put(
                            child.name(),
                            plain(((IndexedRecord) value).get(child.position()), child.type()));
                }
                yield all;
            }
            case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> value;
            case BYTES, FIXED -> bytes(value);
            default -> value.toString();
        };
    }

    static String json(Object plain) {
        try {
            return JSON.writeValueAsString(plain);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A value of a contract has no JSON.", e);
        }
    }
}
