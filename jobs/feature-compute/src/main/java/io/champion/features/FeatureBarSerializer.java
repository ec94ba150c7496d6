package io.champion.features;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Writes bars, on the wire and in state. */
final class FeatureBarSerializer extends HandMadeSerializer<FeatureBar> {
    private static final long serialVersionUID = 1L;

    static final FeatureBarSerializer INSTANCE = new FeatureBarSerializer();

    static final TypeInformation<FeatureBar> TYPE =
            new Type<>(FeatureBar.class, FeatureBarSerializer::new);

    /** Of all but the names. */
    private static final int NUMBERS = 2 * Long.BYTES + 2 * Integer.BYTES + 6 * Double.BYTES;

    @Override
    public TypeSerializer<FeatureBar> duplicate() {
        return this;
    }

    @Override
    public void serialize(FeatureBar bar, DataOutputView out) throws IOException {
        StringValue.writeString(bar.instrument, out);
        StringValue.writeString(bar.symbol, out);
        serializeNumbers(bar, out);
    }

    @Override
    public FeatureBar deserialize(DataInputView in) throws IOException {
        return deserializeNumbers(StringValue.readString(in), StringValue.readString(in), in);
    }

    /** All but the names. */
    static void serializeNumbers(FeatureBar bar, DataOutputView out) throws IOException {
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
    }

    /** What {@link #serializeNumbers} wrote. */
    static FeatureBar deserializeNumbers(String instrument, String symbol, DataInputView in)
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
                in.readDouble());
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        StringValue.copyString(in, out);
        StringValue.copyString(in, out);
        out.write(in, NUMBERS);
    }

    @Override
    public TypeSerializerSnapshot<FeatureBar> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<FeatureBar> {
        public Snapshot() {
            super(FeatureBarSerializer::new);
        }
    }
}
