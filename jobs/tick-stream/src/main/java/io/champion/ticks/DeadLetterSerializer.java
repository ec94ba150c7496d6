package io.champion.ticks;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Writes dead letters on their way to the sink; they are in no state. */
final class DeadLetterSerializer extends HandMadeSerializer<DeadLetter> {
    private static final long serialVersionUID = 1L;

    static final TypeInformation<DeadLetter> TYPE =
            new Type<>(DeadLetter.class, DeadLetterSerializer::new);

    private final TickMessageSerializer messages = new TickMessageSerializer();

    @Override
    public TypeSerializer<DeadLetter> duplicate() {
        return new DeadLetterSerializer();
    }

    @Override
    public void serialize(DeadLetter letter, DataOutputView out) throws IOException {
        messages.serialize(letter.message(), out);
        out.writeByte(letter.kind().ordinal());
        StringValue.writeString(letter.field(), out);
        StringValue.writeString(letter.found(), out);
        StringValue.writeString(letter.sentence(), out);
    }

    @Override
    public DeadLetter deserialize(DataInputView in) throws IOException {
        return new DeadLetter(
                messages.deserialize(in),
                DeadLetter.Kind.values()[in.readByte()],
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
    }

    @Override
    public TypeSerializerSnapshot<DeadLetter> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<DeadLetter> {
        public Snapshot() {
            super(DeadLetterSerializer::new);
        }
    }
}
