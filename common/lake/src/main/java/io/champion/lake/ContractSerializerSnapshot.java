package io.champion.lake;

import io.champion.lake.ContractSerializer.Version;
import io.champion.model.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The contract versions that state was written with. Public for Flink, which instantiates it. */
public final class ContractSerializerSnapshot
        implements TypeSerializerSnapshot<SpecificRecordBase> {
    private static final int VERSION = 1;

    private List<Version> versions;

    /** For Flink, which then reads it. */
    public ContractSerializerSnapshot() {
        this(List.of());
    }

    ContractSerializerSnapshot(List<Version> versions) {
        this.versions = List.copyOf(versions);
    }

    @Override
    public int getCurrentVersion() {
        return VERSION;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
        out.writeInt(versions.size());
        for (Version version : versions) {
            out.writeUTF(version.dataset());
            // A schema may be longer than the 64 KiB that writeUTF takes.
            byte[] schema = version.schema().toString().getBytes(StandardCharsets.UTF_8);
            out.writeInt(schema.length);
            out.write(schema);
        }
    }

    @Override
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader loader)
            throws IOException {
        if (readVersion != VERSION) {
            throw new IOException(
                    "State of contract records was written in version "
                            + readVersion
                            + " of its format, and this release reads version "
                            + VERSION
                            + ". Restore it with the release that wrote it, or a later one.");
        }
        int count = in.readInt();
        List<Version> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String dataset = in.readUTF();
            byte[] schema = new byte[in.readInt()];
            in.readFully(schema);
            read.add(
                    new Version(
                            dataset,
                            new Schema.Parser().parse(new String(schema, StandardCharsets.UTF_8))));
        }
        versions = List.copyOf(read);
    }

    @Override
    public TypeSerializer<SpecificRecordBase> restoreSerializer() {
        return new ContractSerializer(
                ContractSerializer.append(versions, ContractSerializer.current()));
    }

    @Override
    public TypeSerializerSchemaCompatibility<SpecificRecordBase> resolveSchemaCompatibility(
            TypeSerializerSnapshot<SpecificRecordBase> old) {
        if (!(old instanceof ContractSerializerSnapshot written)) {
            return TypeSerializerSchemaCompatibility.incompatible();
        }
        Map<String, Dataset> datasets =
                Dataset.all().stream().collect(Collectors.toMap(Dataset::id, Function.identity()));
        for (Version version : written.versions) {
            Dataset dataset = datasets.get(version.dataset());
            if (dataset == null || !readable(version.schema(), dataset.schema())) {
                return TypeSerializerSchemaCompatibility.incompatible();
            }
        }
        List<Version> appended = ContractSerializer.append(written.versions, versions);
        return sameNumbers(appended, versions)
                ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                : TypeSerializerSchemaCompatibility.compatibleWithReconfiguredSerializer(
                        new ContractSerializer(appended));
    }

    private static boolean readable(Schema written, Schema current) {
        return SchemaCompatibility.checkReaderWriterCompatibility(current, written).getType()
                == SchemaCompatibilityType.COMPATIBLE;
    }

    private static boolean sameNumbers(List<Version> one, List<Version> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!one.get(i).sameEncoding(other.get(i))) {
                return false;
            }
        }
        return true;
    }
}
