package io.champion.reader;

import io.champion.lake.ParquetCodecs;
import io.champion.model.ColumnType;
import java.io.IOException;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/** Decodes a whole column chunk through parquet-java, whatever its encoding and codec are. */
final class SlowColumn {
    private SlowColumn() {}

    static Vector read(
            Source source, ParquetMetadata footer, int group, String column, ColumnType type)
            throws IOException {
        MessageType file = footer.getFileMetaData().getSchema();
        MessageType one = new MessageType(file.getName(), file.getType(column));
        // Parquet-java moves the stream that the other threads read from as well.
        synchronized (source) {
            try (ParquetFileReader reader =
                    new ParquetFileReader(
                            source.asInputFile(),
                            ParquetCodecs.readOptions(),
                            source.asInputFile().newStream())) {
                reader.setRequestedSchema(one);
                PageReadStore pages = reader.readRowGroup(group);
                ColumnDescriptor descriptor = one.getColumns().get(0);
                ColumnReader values =
                        new ColumnReadStoreImpl(
                                        pages,
                                        new Nowhere(),
                                        one,
                                        footer.getFileMetaData().getCreatedBy())
                                .getColumnReader(descriptor);
                return new SlowColumn.Values(values, descriptor)
                        .read(type, Math.toIntExact(pages.getRowCount()));
            }
        }
    }

    private record Values(ColumnReader reader, ColumnDescriptor column) {
        Vector read(ColumnType type, int rows) {
            byte[] nulls = new byte[rows];
            Vector vector =
                    switch (type.kind()) {
                        case LONG, TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS ->
                                longs(rows, nulls);
                        case FLOAT, DOUBLE -> doubles(rows, nulls);
                        case INT, DATE -> ints(rows, nulls);
                        case BOOLEAN -> booleans(rows, nulls);
                        case STRING, ENUM -> texts(rows, nulls);
                        case ARRAY -> lists(rows);
                        default ->
                                throw new IllegalArgumentException(
                                        "Columns of " + type.kind() + " are not read.");
                    };
            return vector;
        }

        private boolean isThere() {
            return reader.getCurrentDefinitionLevel() == column.getMaxDefinitionLevel();
        }

        private long number() {
            return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> reader.getInteger();
                case INT64 -> reader.getLong();
                default -> throw other();
            };
        }

        private IllegalArgumentException other() {
            return new IllegalArgumentException(
                    "The file has "
                            + column.getPrimitiveType()
                            + ", which is no value of the contract.");
        }

        private static byte[] orNull(byte[] nulls) {
            for (byte one : nulls) {
                if (one != 0) {
                    return nulls;
                }
            }
            return null;
        }

        private Vector longs(int rows, byte[] nulls) {
            long[] values = new long[rows];
            for (int row = 0; row < rows; row++) {
                nulls[row] = (byte) (isThere() ? 0 : 1);
                values[row] = isThere() ? number() : Columns.NO_LONG;
                reader.consume();
            }
            return new Vector.Longs(values, orNull(nulls));
        }

        private Vector doubles(int rows, byte[] nulls) {
            double[] values = new double[rows];
            for (int row = 0; row < rows; row++) {
                nulls[row] = (byte) (isThere() ? 0 : 1);
                values[row] = isThere() ? real() : Double.NaN;
                reader.consume();
            }
            return new Vector.Doubles(values, orNull(nulls));
        }

        private double real() {
            return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
                case DOUBLE -> reader.getDouble();
                case FLOAT -> reader.getFloat();
                default -> throw other();
            };
        }

        private Vector ints(int rows, byte[] nulls) {
            int[] values = new int[rows];
            for (int row = 0; row < rows; row++) {
                nulls[row] = (byte) (isThere() ? 0 : 1);
                values[row] = isThere() ? Math.toIntExact(number()) : Columns.NO_INT;
                reader.consume();
            }
            return new Vector.Ints(values, orNull(nulls));
        }

        private Vector booleans(int rows, byte[] nulls) {
            boolean[] values = new boolean[rows];
            for (int row = 0; row < rows; row++) {
                nulls[row] = (byte) (isThere() ? 0 : 1);
                values[row] = isThere() && reader.getBoolean();
                reader.consume();
            }
            return new Vector.Booleans(values, orNull(nulls));
        }

        private Vector texts(int rows, byte[] nulls) {
            int[] starts = new int[rows];
            int[] ends = new int[rows];
            byte[] utf8 = new byte[Math.max(64, rows * 8)];
            int length = 0;
            for (int row = 0; row < rows; row++) {
                nulls[row] = (byte) (isThere() ? 0 : 1);
                starts[row] = length;
                if (isThere()) {
                    Binary value = reader.getBinary();
                    if (utf8.length - length < value.length()) {
                        utf8 = Arrays.copyOf(utf8, utf8.length * 2 + value.length());
                    }
                    System.arraycopy(value.getBytes(), 0, utf8, length, value.length());
                    length += value.length();
                }
                ends[row] = length;
                reader.consume();
            }
            return new Vector.Texts(Arrays.copyOf(utf8, length), starts, ends, orNull(nulls));
        }

        private Vector lists(int rows) {
            int[] ends = new int[rows];
            int[] elements = new int[rows + 8];
            int count = 0;
            int row = -1;
            long entries = reader.getTotalValueCount();
            for (long i = 0; i < entries; i++) {
                if (reader.getCurrentRepetitionLevel() == 0) {
                    row++;
                }
                if (isThere()) {
                    if (count == elements.length) {
                        elements = Arrays.copyOf(elements, count * 2);
                    }
                    elements[count++] = Math.toIntExact(number());
                }
                ends[row] = count;
                reader.consume();
            }
            return new Vector.Lists(Arrays.copyOf(elements, count), ends);
        }
    }

    /** Values are taken from the column reader; nothing is converted. */
    private static final class Nowhere extends GroupConverter {
        @Override
        public Converter getConverter(int index) {
            return new Group();
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }

    /** Stands for any field, however deep. */
    private static final class Group extends GroupConverter {
        @Override
        public boolean isPrimitive() {
            return true;
        }

        @Override
        public PrimitiveConverter asPrimitiveConverter() {
            return new PrimitiveConverter() {
                @Override
                public void addBinary(Binary value) {}
            };
        }

        @Override
        public Converter getConverter(int index) {
            return this;
        }

        @Override
        public GroupConverter asGroupConverter() {
            return this;
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
