package io.champion.ticks;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes the number of messages, and each. Batches are nowhere kept in state, only in flight of an
 * unaligned checkpoint.
 */
final class TickBatchSerializer extends HandMadeSerializer<TickBatch> {
    private static final long serialVersionUID = 1L;

    static final TypeInformation<TickBatch> TYPE =
            new Type<>(TickBatch.class, TickBatchSerializer::new);

    private final TickMessageSerializer messages = new TickMessageSerializer();

    @Override
    public TypeSerializer<TickBatch> duplicate() {
        return new TickBatchSerializer();
    }

    @Override
    public void serialize(TickBatch batch, DataOutputView out) throws IOException {
        out.writeInt(batch.messages().size());
        for (TickMessage message : batch.messages()) {
            messages.serialize(message, out);
        }
    }

    @Override
    public TickBatch deserialize(DataInputView in) throws IOException {
        int count = in.readInt();
        List<TickMessage> batch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batch.add(messages.deserialize(in));
        }
        return new TickBatch(batch);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        int count = in.readInt();
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            messages.copy(in, out);
        }
    }

    @Override
    public TypeSerializerSnapshot<TickBatch> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<TickBatch> {
        public Snapshot() {
            super(TickBatchSerializer::new);
        }
    }
}
