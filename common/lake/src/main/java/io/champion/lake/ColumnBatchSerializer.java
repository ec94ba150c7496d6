package io.champion.lake;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.EmptyMaps;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a batch as its dataset and partition, then column by column its name, its kind, the form
 * of its values, and these. A text that is at the same place as the one before takes one byte.
 *
 * <p>A column that the contract has got since then has its default in all rows; a number that has
 * become wider since then is widened.
 */
final class ColumnBatchSerializer extends TypeSerializerSingleton<ColumnBatch> {
    private static final long serialVersionUID = 1L;

    static final ColumnBatchSerializer INSTANCE = new ColumnBatchSerializer();

    private static final int VERSION = 1;

    // What a column is, in one byte.
    private static final int NUMBERS = 0;
    private static final int TEXTS = 1;
    private static final int LISTS = 2;
    private static final int EMPTY_MAPS = 3;
    private static final int FORM = 3;
    private static final int HAS_NULLS = 4;
    private static final int IS_CONSTANT = 8;

    /** Numbers that are written and read at a time. */
    private static final int CHUNK = 512;

    /** What a copy begins with. */
    private static final int COPY_BYTES = 1 << 16;

    @Override
    public void serialize(ColumnBatch batch, DataOutputView out) throws IOException {
        write(batch, batch.dataset().columns(), batch::column, out);
    }

    /**
     * Writes a batch.
     *
     * @param columns those of the contract, in some version
     */
    static void write(
            ColumnBatch batch, List<Column> columns, IntFunction<Values> values, DataOutputView out)
            throws IOException {
        out.writeByte(VERSION);
        out.writeUTF(batch.dataset().id());
        out.writeUTF(batch.partition().folder());
        out.writeUTF(batch.partition().path());
        out.writeInt(batch.rows());
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            out.writeUTF(columns.get(i).name());
            out.writeUTF(kind(columns.get(i).type()).name());
            if (values.apply(i) instanceof Constant constant) {
                write(constant.value(), IS_CONSTANT, 1, out);
            } else {
                write(values.apply(i), 0, batch.rows(), out);
            }
        }
    }

    private static void write(Values values, int flags, int rows, DataOutputView out)
            throws IOException {
        if (values instanceof Numbers numbers) {
            writeForm(NUMBERS | flags, numbers.nulls(), rows, out);
            writeLongs(numbers.values(), rows, out);
        } else if (values instanceof Texts texts) {
            writeForm(TEXTS | flags, texts.nulls(), rows, out);
            writeTexts(texts, rows, out);
        } else if (values instanceof EmptyMaps) {
            writeForm(EMPTY_MAPS | flags, null, rows, out);
        } else {
            NumberLists lists = (NumberLists) values;
            writeForm(LISTS | flags, null, rows, out);
            int start = 0;
            for (int i = 0; i < rows; i++) {
                writeVarInt(lists.ends()[i] - start, out);
                start = lists.ends()[i];
            }
            writeLongs(lists.elements(), start, out);
        }
    }

    private static void writeForm(int form, byte[] nulls, int rows, DataOutputView out)
            throws IOException {
        out.writeByte(nulls == null ? form : form | HAS_NULLS);
        if (nulls != null) {
            out.write(nulls, 0, rows);
        }
    }

    private static void writeLongs(long[] values, int count, DataOutputView out)
            throws IOException {
        byte[] chunk = new byte[Math.min(count, CHUNK) * Long.BYTES];
        for (int start = 0; start < count; start += CHUNK) {
            int some = Math.min(CHUNK, count - start);
            for (int i = 0; i < some; i++) {
                PageBuffer.LONGS.set(chunk, i * Long.BYTES, values[start + i]);
            }
            out.write(chunk, 0, some * Long.BYTES);
        }
    }

    private static void writeTexts(Texts texts, int rows, DataOutputView out) throws IOException {
        int lastStart = -1;
        int lastEnd = -1;
        for (int i = 0; i < rows; i++) {
            if (texts.nulls() != null && texts.nulls()[i] != 0) {
                continue;
            }
            int start = texts.starts()[i];
            int end = texts.ends()[i];
            if (start == lastStart && end == lastEnd) {
                out.writeByte(0);
            } else {
                writeVarInt(end - start + 1, out);
                out.write(texts.bytes(), start, end - start);
                lastStart = start;
                lastEnd = end;
            }
        }
    }

    private static void writeVarInt(int value, DataOutputView out) throws IOException {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            out.writeByte(rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    @Override
    public ColumnBatch deserialize(DataInputView in) throws IOException {
        int version = in.readByte();
        if (version != VERSION) {
            throw new IOException(
                    "A batch was written in version "
                            + version
                            + " of its format, and this release reads version "
                            + VERSION
                            + ". Restore it with the release that wrote it, or a later one.");
        }
        Dataset dataset = Dataset.of(in.readUTF());
        PartitionKey partition = new PartitionKey(dataset.id(), in.readUTF(), in.readUTF());
        int rows = in.readInt();
        int count = in.readUnsignedShort();
        List<Column> contract = dataset.columns();
        Values[] columns = new Values[contract.size()];
        for (int i = 0; i < count; i++) {
            String name = in.readUTF();
            Kind kind = Kind.valueOf(in.readUTF());
            Values values = read(rows, in);
            int index = index(contract, name, i);
            if (index < 0) {
                throw new IOException(
                        "A batch of "
                                + dataset
                                + " has a column '"
                                + name
                                + "', which this release does not know. Restore it with the"
                                + " release that wrote it.");
            }
            columns[index] = widen(values, kind, kind(contract.get(index).type()));
        }
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] == null) {
                columns[i] = defaultOf(dataset, contract.get(i));
            }
        }
        return new ColumnBatch(dataset, partition, rows, columns);
    }

    /** Where a column is, mostly at the place that it had when it was written. */
    private static int index(List<Column> contract, String name, int written) {
        if (written < contract.size() && contract.get(written).name().equals(name)) {
            return written;
        }
        for (int i = 0; i < contract.size(); i++) {
            if (contract.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static Values read(int rowsOfBatch, DataInputView in) throws IOException {
        int form = in.readByte();
        boolean constant = (form & IS_CONSTANT) != 0;
        int rows = constant ? 1 : rowsOfBatch;
        byte[] nulls = null;
        if ((form & HAS_NULLS) != 0) {
            nulls = new byte[rows];
            in.readFully(nulls);
        }
        Values values =
                switch (form & FORM) {
                    case NUMBERS -> new Numbers(readLongs(rows, in), nulls);
                    case TEXTS -> readTexts(rows, nulls, in);
                    case LISTS -> readLists(rows, in);
                    case EMPTY_MAPS -> new EmptyMaps();
                    default -> throw new IOException("No form of a column: " + form + ".");
                };
        return constant ? new Constant(values) : values;
    }

    private static NumberLists readLists(int rows, DataInputView in) throws IOException {
        int[] ends = new int[rows];
        int end = 0;
        for (int i = 0; i < rows; i++) {
            end += readVarInt(in);
            ends[i] = end;
        }
        return new NumberLists(readLongs(end, in), ends);
    }

    private static long[] readLongs(int count, DataInputView in) throws IOException {
        long[] values = new long[count];
        byte[] chunk = new byte[Math.min(count, CHUNK) * Long.BYTES];
        for (int start = 0; start < count; start += CHUNK) {
            int some = Math.min(CHUNK, count - start);
            in.readFully(chunk, 0, some * Long.BYTES);
            for (int i = 0; i < some; i++) {
                values[start + i] = (long) PageBuffer.LONGS.get(chunk, i * Long.BYTES);
            }
        }
        return values;
    }

    private static Texts readTexts(int rows, byte[] nulls, DataInputView in) throws IOException {
        int[] starts = new int[rows];
        int[] ends = new int[rows];
        byte[] bytes = new byte[Math.max(64, rows * 4)];
        int start = 0;
        int end = 0;
        for (int i = 0; i < rows; i++) {
            if (nulls == null || nulls[i] == 0) {
                int length = readVarInt(in) - 1;
                if (length >= 0) {
                    start = end;
                    end = Math.addExact(start, length);
                    if (end > bytes.length) {
                        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
                    }
                    in.readFully(bytes, start, length);
                }
            }
            starts[i] = start;
            ends[i] = end;
        }
        return new Texts(bytes, starts, ends, nulls);
    }

    private static int readVarInt(DataInputView in) throws IOException {
        int value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            byte next = in.readByte();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IOException("A length of more than five bytes: the data is no batch.");
    }

    /** What a contract may turn a number into: what Avro itself resolves. */
    private static Values widen(Values values, Kind from, Kind to) {
        if (from == to || !(to == Kind.FLOAT || to == Kind.DOUBLE)) {
            return values;
        }
        if (values instanceof Constant constant) {
            return new Constant(widen(constant.value(), from, to));
        }
        if (values instanceof NumberLists lists) {
            return new NumberLists(widen(lists.elements(), from, to), lists.ends());
        }
        Numbers numbers = (Numbers) values;
        return new Numbers(widen(numbers.values(), from, to), numbers.nulls());
    }

    private static long[] widen(long[] values, Kind from, Kind to) {
        long[] widened = new long[values.length];
        for (int i = 0; i < widened.length; i++) {
            long value = values[i];
            if (to == Kind.FLOAT) {
                widened[i] = Float.floatToRawIntBits((float) value);
            } else {
                widened[i] =
                        Double.doubleToRawLongBits(
                                from == Kind.FLOAT ? Float.intBitsToFloat((int) value) : value);
            }
        }
        return widened;
    }

    /** The kind of a column's numbers or texts, in lists or not. */
    private static Kind kind(ColumnType type) {
        return (type.kind() == Kind.ARRAY ? type.element() : type).kind();
    }

    private static Values defaultOf(Dataset dataset, Column column) throws IOException {
        Schema.Field field = dataset.schema().getFields().get(column.position());
        Object value = field.defaultVal();
        Kind kind = column.type().kind();
        if (value == null) {
            throw new IOException(
                    "A batch of "
                            + dataset
                            + " lacks the column '"
                            + column.name()
                            + "', for which the contract has no default.");
        }
        byte[] nulls = value == JsonProperties.NULL_VALUE ? new byte[] {1} : null;
        if (kind == Kind.STRING || kind == Kind.ENUM) {
            byte[] text =
                    nulls == null ? value.toString().getBytes(StandardCharsets.UTF_8) : new byte[0];
            return new Constant(new Texts(text, new int[1], new int[] {text.length}, nulls));
        }
        if (kind == Kind.MAP) {
            return new Constant(new EmptyMaps());
        }
        if (kind == Kind.ARRAY) {
            long[] elements =
                    ((List<?>) value)
                            .stream()
                                    .mapToLong(item -> bits(column.type().element().kind(), item))
                                    .toArray();
            return new Constant(new NumberLists(elements, new int[] {elements.length}));
        }
        return new Constant(new Numbers(new long[] {nulls == null ? bits(kind, value) : 0}, nulls));
    }

    private static long bits(Kind kind, Object value) {
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        Number number = (Number) value;
        return switch (kind) {
            case DOUBLE -> Double.doubleToRawLongBits(number.doubleValue());
            case FLOAT -> Float.floatToRawIntBits(number.floatValue());
            default -> number.longValue();
        };
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    /** A batch without rows of any dataset: Flink asks for an instance that it may ignore. */
    @Override
    public ColumnBatch createInstance() {
        Dataset dataset = Dataset.of("normalized.trades");
        return new ColumnBatchBuilder(dataset, 0)
                .build(new PartitionKey(dataset.id(), dataset.folder(), ""));
    }

    @Override
    public ColumnBatch copy(ColumnBatch from) {
        try {
            DataOutputSerializer bytes = new DataOutputSerializer(COPY_BYTES);
            serialize(from, bytes);
            return deserialize(
                    new DataInputDeserializer(bytes.getSharedBuffer(), 0, bytes.length()));
        } catch (IOException e) {
            throw new UncheckedIOException("A batch cannot be copied in memory.", e);
        }
    }

    @Override
    public ColumnBatch copy(ColumnBatch from, ColumnBatch reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public ColumnBatch deserialize(ColumnBatch reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public TypeSerializerSnapshot<ColumnBatch> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Batches describe themselves, so there is nothing more to it. For Flink, which makes it. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ColumnBatch> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
