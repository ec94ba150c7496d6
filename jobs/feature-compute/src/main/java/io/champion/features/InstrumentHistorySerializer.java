package io.champion.features;

import io.champion.indicators.FeatureLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Keeps histories. How they are laid out is kept once beside them; those of a job with another
 * feature set are laid out anew when they are used, or written.
 */
final class InstrumentHistorySerializer extends TypeSerializer<InstrumentHistory> {
    private static final long serialVersionUID = 1L;

    private final String text;
    private final boolean hasBenchmarks;
    private transient FeatureLayout layout;

    InstrumentHistorySerializer(FeatureLayout layout) {
        this(layout, true);
    }

    /**
     * @param hasBenchmarks false for states that were written before bars had a benchmark
     */
    InstrumentHistorySerializer(FeatureLayout layout, boolean hasBenchmarks) {
        this.text = layout.toString();
        this.layout = layout;
        this.hasBenchmarks = hasBenchmarks;
    }

    private FeatureLayout layout() {
        if (layout == null) {
            layout = FeatureLayout.parse(text);
        }
        return layout;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<InstrumentHistory> duplicate() {
        return this;
    }

    @Override
    public InstrumentHistory createInstance() {
        return null;
    }

    @Override
    public InstrumentHistory copy(InstrumentHistory history) {
        return history.copy();
    }

    @Override
    public InstrumentHistory copy(InstrumentHistory history, InstrumentHistory reuse) {
        return history.copy();
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(InstrumentHistory history, DataOutputView out) throws IOException {
        InstrumentHistory mine = history.laidOutBy(layout());
        out.writeLong(mine.baseTime());
        for (double number : mine.base()) {
            out.writeDouble(number);
        }
        out.writeInt(mine.bars().size());
        if (mine.bars().isEmpty()) {
            return;
        }
        FeatureBar first = mine.bars().get(0).bar;
        StringValue.writeString(first.instrument, out);
        StringValue.writeString(first.symbol, out);
        for (InstrumentHistory.Kept kept : mine.bars()) {
            FeatureBarSerializer.serializeNumbers(kept.bar, hasBenchmarks, out);
            out.writeInt(kept.version);
        }
    }

    @Override
    public InstrumentHistory deserialize(DataInputView in) throws IOException {
        long baseTime = in.readLong();
        double[] base = new double[layout().stateSize()];
        for (int i = 0; i < base.length; i++) {
            base[i] = in.readDouble();
        }
        int count = in.readInt();
        ArrayList<InstrumentHistory.Kept> bars = new ArrayList<>(count);
        if (count > 0) {
            String instrument = StringValue.readString(in);
            String symbol = StringValue.readString(in);
            for (int i = 0; i < count; i++) {
                FeatureBar bar =
                        FeatureBarSerializer.deserializeNumbers(
                                instrument, symbol, hasBenchmarks, in);
                bars.add(new InstrumentHistory.Kept(bar, in.readInt()));
            }
        }
        return new InstrumentHistory(layout, baseTime, base, bars);
    }

    @Override
    public InstrumentHistory deserialize(InstrumentHistory reuse, DataInputView in)
            throws IOException {
        return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        serialize(deserialize(in), out);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InstrumentHistorySerializer serializer
                && serializer.hasBenchmarks == hasBenchmarks
                && serializer.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<InstrumentHistory> snapshotConfiguration() {
        return new Snapshot(text, hasBenchmarks);
    }

    /** The layout of histories in a snapshot. */
    public static final class Snapshot implements TypeSerializerSnapshot<InstrumentHistory> {
        private static final int BEFORE_BENCHMARKS = 1;
        private static final int VERSION = 2;

        private String layout;
        private boolean hasBenchmarks = true;

        /** For Flink, which reads it. */
        public Snapshot() {}

        private Snapshot(String layout, boolean hasBenchmarks) {
            this.layout = layout;
            this.hasBenchmarks = hasBenchmarks;
        }

        @Override
        public int getCurrentVersion() {
            return hasBenchmarks ? VERSION : BEFORE_BENCHMARKS;
        }

        @Override
        public void writeSnapshot(DataOutputView out) throws IOException {
            byte[] text = layout.getBytes(StandardCharsets.UTF_8);
            out.writeInt(text.length);
            out.write(text);
        }

        @Override
        public void readSnapshot(int version, DataInputView in, ClassLoader loader)
                throws IOException {
            if (version != VERSION && version != BEFORE_BENCHMARKS) {
                throw new IOException(
                        "The format "
                                + version
                                + " of feature states is not known; this job knows "
                                + BEFORE_BENCHMARKS
                                + " and "
                                + VERSION
                                + ".");
            }
            hasBenchmarks = version == VERSION;
            byte[] text = new byte[in.readInt()];
            in.readFully(text);
            layout = new String(text, StandardCharsets.UTF_8);
        }

        @Override
        public TypeSerializer<InstrumentHistory> restoreSerializer() {
            return new InstrumentHistorySerializer(FeatureLayout.parse(layout), hasBenchmarks);
        }

        @Override
        public TypeSerializerSchemaCompatibility<InstrumentHistory> resolveSchemaCompatibility(
                TypeSerializerSnapshot<InstrumentHistory> before) {
            Snapshot other = (Snapshot) before;
            return other.layout.equals(layout) && other.hasBenchmarks == hasBenchmarks
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
        }
    }
}
