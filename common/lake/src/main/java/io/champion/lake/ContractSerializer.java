package io.champion.lake;

import io.champion.model.Dataset;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.DataInputViewStream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes a record as the number of its contract's version followed by Avro's binary encoding.
 *
 * <p>The numbered list of versions only ever grows: a restored serializer takes over the list that
 * the state was written with and appends the versions that are current now. Writing always uses
 * current versions; older ones are read through Avro's schema resolution. So state never has to be
 * migrated when contracts change, and records of before and after may lie side by side.
 */
final class ContractSerializer extends TypeSerializer<SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    /** One version of a contract. */
    record Version(String dataset, Schema schema) implements Serializable {
        /** Whether both are read and written alike; wording and properties do not matter. */
        boolean sameEncoding(Version other) {
            return dataset.equals(other.dataset)
                    && SchemaNormalization.toParsingForm(schema)
                            .equals(SchemaNormalization.toParsingForm(other.schema));
        }
    }

    private final List<Version> versions;
    private transient Map<Class<?>, Writer> writers;
    private transient Reader[] readers;
    private transient Writer lastWriter;

    /** Versions as they are now. */
    ContractSerializer() {
        this(current());
    }

    ContractSerializer(List<Version> versions) {
        this.versions = List.copyOf(versions);
    }

    /** The versions of all contracts, in an order that does not depend on the class path. */
    static List<Version> current() {
        return Dataset.all().stream()
                .map(dataset -> new Version(dataset.id(), dataset.schema()))
                .sorted(Comparator.comparing(Version::dataset))
                .toList();
    }

    /** {@code versions} under their numbers, then those of {@code more} that they lack. */
    static List<Version> append(List<Version> versions, List<Version> more) {
        List<Version> all = new ArrayList<>(versions);
        for (Version version : more) {
            if (all.stream().noneMatch(version::sameEncoding)) {
                all.add(version);
            }
        }
        return all;
    }

    List<Version> versions() {
        return versions;
    }

    private record Writer(Class<?> recordClass, int number, RecordCodec codec) {}

    private interface Reader {
        SpecificRecordBase read(DataInputView in) throws IOException;
    }

    /** Reads an older version into a record of the current one. */
    private static final class ResolvingReader implements Reader {
        private final RecordCodec current;
        private final SpecificDatumReader<SpecificRecordBase> reader;
        private BinaryDecoder decoder;

        ResolvingReader(Schema written, Dataset dataset, RecordCodec current) {
            this.current = current;
            this.reader =
                    new SpecificDatumReader<>(
                            written, dataset.schema(), current.newRecord().getSpecificData());
        }

        @Override
        public SpecificRecordBase read(DataInputView in) throws IOException {
            // Direct, because a buffering decoder would swallow the start of the next record.
            decoder =
                    DecoderFactory.get().directBinaryDecoder(new DataInputViewStream(in), decoder);
            return reader.read(current.newRecord(), decoder);
        }
    }

    private void prepare() {
        Map<Class<?>, Writer> writersByClass = new HashMap<>();
        Reader[] readersByNumber = new Reader[versions.size()];
        for (int number = 0; number < readersByNumber.length; number++) {
            Version version = versions.get(number);
            Dataset dataset = Dataset.of(version.dataset());
            RecordCodec codec = new RecordCodec(dataset.schema(), Dataset.class.getClassLoader());
            if (version.sameEncoding(new Version(dataset.id(), dataset.schema()))) {
                Class<?> recordClass = codec.newRecord().getClass();
                writersByClass.put(recordClass, new Writer(recordClass, number, codec));
                readersByNumber[number] = codec::read;
            } else {
                readersByNumber[number] = new ResolvingReader(version.schema(), dataset, codec);
            }
        }
        writers = writersByClass;
        readers = readersByNumber;
    }

    private Writer writer(SpecificRecordBase record) {
        Writer last = lastWriter;
        if (last != null && last.recordClass == record.getClass()) {
            return last;
        }
        if (writers == null) {
            prepare();
        }
        Writer writer = writers.get(record.getClass());
        if (writer == null) {
            throw new IllegalArgumentException(
                    record.getClass().getName()
                            + " is not generated from one of the contracts "
                            + Dataset.all().stream().map(Dataset::id).sorted().toList()
                            + ".");
        }
        lastWriter = writer;
        return writer;
    }

    @Override
    public void serialize(SpecificRecordBase record, DataOutputView target) throws IOException {
        Writer writer = writer(record);
        int rest = writer.number;
        while (rest > 0x7F) {
            target.writeByte(rest | 0x80);
            rest >>>= 7;
        }
        target.writeByte(rest);
        writer.codec.write(record, target);
    }

    @Override
    public SpecificRecordBase deserialize(DataInputView source) throws IOException {
        if (readers == null) {
            prepare();
        }
        int number = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            byte next = source.readByte();
            number |= (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        if (number < 0 || number >= readers.length) {
            throw new IOException(
                    "Contract version " + number + " of " + readers.length + ": no record here.");
        }
        return readers[number].read(source);
    }

    @Override
    public SpecificRecordBase deserialize(SpecificRecordBase reuse, DataInputView source)
            throws IOException {
        return deserialize(source);
    }

    @Override
    public SpecificRecordBase copy(SpecificRecordBase from) {
        return writer(from).codec.copy(from);
    }

    @Override
    public SpecificRecordBase copy(SpecificRecordBase from, SpecificRecordBase reuse) {
        return copy(from);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public SpecificRecordBase createInstance() {
        if (writers == null) {
            prepare();
        }
        return writers.values().iterator().next().codec.newRecord();
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public TypeSerializer<SpecificRecordBase> duplicate() {
        return new ContractSerializer(versions);
    }

    @Override
    public TypeSerializerSnapshot<SpecificRecordBase> snapshotConfiguration() {
        return new ContractSerializerSnapshot(versions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContractSerializer that && versions.equals(that.versions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(versions.stream().map(Version::dataset).toList());
    }
}
