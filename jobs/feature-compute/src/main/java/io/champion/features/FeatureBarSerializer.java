package io.champion.features;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Writes bars, on the wire and in state. */
final class FeatureBarSerializer extends HandMadeSerializer<FeatureBar> {
    private static final long serialVersionUID = 1L;

    static final FeatureBarSerializer INSTANCE = new FeatureBarSerializer();

    /** Of states that were written before bars had a benchmark; it reads them alone. */
    static final FeatureBarSerializer BEFORE_BENCHMARKS = new FeatureBarSerializer(false);

    static final TypeInformation<FeatureBar> TYPE =
            new Type<>(FeatureBar.class, FeatureBarSerializer::new);

    /** Of all but the names. */
    private static final int NUMBERS = 2 * Long.BYTES + 2 * Integer.BYTES + 7 * Double.BYTES;

    private final boolean hasBenchmark;

    FeatureBarSerializer() {
        this(true);
    }

    private FeatureBarSerializer(boolean hasBenchmark) {
        this.hasBenchmark = hasBenchmark;
    }

    @Override
    public TypeSerializer<FeatureBar> duplicate() {
        return this;
    }

    @Override
    public void serialize(FeatureBar bar, DataOutputView out) throws IOException {
        StringValue.writeString(bar.instrument, out);
        StringValue.writeString(bar.symbol, out);
        serializeNumbers(bar, hasBenchmark, out);
    }

    @Override
    public FeatureBar deserialize(DataInputView in) throws IOException {
        return deserializeNumbers(
                StringValue.readString(in), StringValue.readString(in), hasBenchmark, in);
    }

    /** All but the names. */
    static void serializeNumbers(FeatureBar bar, boolean hasBenchmark, DataOutputView out)
            throws IOException {
        out.writeLong(bar.time);
        out.writeLong(bar.end);
        out.writeInt(bar.session);
        out.writeInt(bar.version);
        out.writeDouble(bar.open);
        out.writeDouble(bar.high);
        out.writeDouble(bar.low);
        out.writeDouble(bar.close);
        out.writeDouble(bar.volume);
        out.writeDouble(bar.turnover);
        if (hasBenchmark) {
            out.writeDouble(bar.benchmark);
        }
    }

    /** What {@link #serializeNumbers} wrote. */
    static FeatureBar deserializeNumbers(
            String instrument, String symbol, boolean hasBenchmark, DataInputView in)
            throws IOException {
        return new FeatureBar(
                instrument,
                symbol,
                in.readLong(),
                in.readLong(),
                in.readInt(),
                in.readInt(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                hasBenchmark ? in.readDouble() : Double.NaN);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        StringValue.copyString(in, out);
        StringValue.copyString(in, out);
        out.write(in, hasBenchmark ? NUMBERS : NUMBERS - Double.BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureBarSerializer serializer
                && serializer.hasBenchmark == hasBenchmark;
    }

    @Override
    public int hashCode() {
        return Boolean.hashCode(hasBenchmark);
    }

    @Override
    public TypeSerializerSnapshot<FeatureBar> snapshotConfiguration() {
        return new Snapshot(hasBenchmark);
    }

    /** Which of the two formats a state is in. */
    public static final class Snapshot implements TypeSerializerSnapshot<FeatureBar> {
        /** Flink's own number for serializers of one format, as this was one. */
        private static final int BEFORE = 3;

        private static final int VERSION = 4;

        private boolean hasBenchmark = true;

        /** For Flink, which reads it. */
        public Snapshot() {}

        private Snapshot(boolean hasBenchmark) {
            this.hasBenchmark = hasBenchmark;
        }

        @Override
        public int getCurrentVersion() {
            return hasBenchmark ? VERSION : BEFORE;
        }

        @Override
        public void writeSnapshot(DataOutputView out) {}

        @Override
        public void readSnapshot(int version, DataInputView in, ClassLoader loader)
                throws IOException {
            if (version != BEFORE && version != VERSION) {
                throw new IOException(
                        "The format "
                                + version
                                + " of bars is not known; this job knows "
                                + BEFORE
                                + " and "
                                + VERSION
                                + ".");
            }
            hasBenchmark = version == VERSION;
        }

        @Override
        public TypeSerializer<FeatureBar> restoreSerializer() {
            return hasBenchmark ? INSTANCE : BEFORE_BENCHMARKS;
        }

        @Override
        public TypeSerializerSchemaCompatibility<FeatureBar> resolveSchemaCompatibility(
                TypeSerializerSnapshot<FeatureBar> before) {
            return ((Snapshot) before).hasBenchmark == hasBenchmark
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
        }
    }
}
