package io.champion.ticks;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes pieces of an {@link InstrumentBook}'s state as the bytes that they are. They begin with
 * the version of their format, by which the book reads them, so that this serializer need never
 * change. Nobody changes a piece, so the heap backend need not copy it while a snapshot is written.
 */
final class PieceSerializer extends HandMadeSerializer<byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public TypeSerializer<byte[]> duplicate() {
        return this;
    }

    @Override
    public void serialize(byte[] piece, DataOutputView out) throws IOException {
        writeBytes(piece, out);
    }

    @Override
    public byte[] deserialize(DataInputView in) throws IOException {
        return readBytes(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        copyBytes(in, out);
    }

    @Override
    public TypeSerializerSnapshot<byte[]> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<byte[]> {
        public Snapshot() {
            super(PieceSerializer::new);
        }
    }
}
