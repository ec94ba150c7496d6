package io.champion.tracking;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * What one task did since it last said so; see {@link IntervalMeter}.
 *
 * @param counts by figure; not to be changed
 * @param offsets of the messages that were counted, by partition; not to be changed
 */
public record IntervalPart(Map<String, Long> counts, Map<Integer, Offsets> offsets) {

    /** Its type, for streams of parts. */
    public static final TypeInformation<IntervalPart> TYPE =
            new HandMadeSerializer.Type<>(IntervalPart.class, Serializer::new);

    /**
     * A range of offsets.
     *
     * @param first in it
     * @param next not in it
     */
    public record Offsets(long first, long next) {
        Offsets and(Offsets other) {
            return new Offsets(Math.min(first, other.first), Math.max(next, other.next));
        }

        @Override
        public String toString() {
            return first + ".." + next;
        }
    }

    /** Names and numbers, one after the other. */
    static final class Serializer extends HandMadeSerializer<IntervalPart> {
        private static final long serialVersionUID = 1L;

        @Override
        public TypeSerializer<IntervalPart> duplicate() {
            return this;
        }

        @Override
        public void serialize(IntervalPart part, DataOutputView out) throws IOException {
            out.writeInt(part.counts.size());
            for (Map.Entry<String, Long> count : part.counts.entrySet()) {
                out.writeUTF(count.getKey());
                out.writeLong(count.getValue());
            }
            out.writeInt(part.offsets.size());
            for (Map.Entry<Integer, Offsets> range : part.offsets.entrySet()) {
                out.writeInt(range.getKey());
                out.writeLong(range.getValue().first);
                out.writeLong(range.getValue().next);
            }
        }

        @Override
        public IntervalPart deserialize(DataInputView in) throws IOException {
            Map<String, Long> counts = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                counts.put(in.readUTF(), in.readLong());
            }
            Map<Integer, Offsets> offsets = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                offsets.put(in.readInt(), new Offsets(in.readLong(), in.readLong()));
            }
            return new IntervalPart(counts, offsets);
        }

        @Override
        public void copy(DataInputView in, DataOutputView out) throws IOException {
            serialize(deserialize(in), out);
        }

        @Override
        public TypeSerializerSnapshot<IntervalPart> snapshotConfiguration() {
            return new Snapshot();
        }
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<IntervalPart> {
        public Snapshot() {
            super(Serializer::new);
        }
    }
}
