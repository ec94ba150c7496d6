package io.champion.ticks;

import io.champion.kafka.DeadLetter;
import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Writes refused ticks on their way to the sink; they are in no state. */
final class RefusedTickSerializer extends HandMadeSerializer<RefusedTick> {
    private static final long serialVersionUID = 1L;

    static final TypeInformation<RefusedTick> TYPE =
            new Type<>(RefusedTick.class, RefusedTickSerializer::new);

    private final TickMessageSerializer messages = new TickMessageSerializer();

    @Override
    public TypeSerializer<RefusedTick> duplicate() {
        return new RefusedTickSerializer();
    }

    @Override
    public void serialize(RefusedTick tick, DataOutputView out) throws IOException {
        messages.serialize(tick.message(), out);
        out.writeByte(tick.kind().ordinal());
        StringValue.writeString(tick.reason(), out);
        StringValue.writeString(tick.field(), out);
        StringValue.writeString(tick.found(), out);
        StringValue.writeString(tick.sentence(), out);
    }

    @Override
    public RefusedTick deserialize(DataInputView in) throws IOException {
        return new RefusedTick(
                messages.deserialize(in),
                DeadLetter.Kind.values()[in.readByte()],
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in),
                StringValue.readString(in));
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        messages.copy(in, out);
        out.writeByte(in.readByte());
        StringValue.copyString(in, out);
        StringValue.copyString(in, out);
        StringValue.copyString(in, out);
        StringValue.copyString(in, out);
    }

    @Override
    public TypeSerializerSnapshot<RefusedTick> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<RefusedTick> {
        public Snapshot() {
            super(RefusedTickSerializer::new);
        }
    }
}
