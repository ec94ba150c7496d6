package io.champion.warehouse;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Keeps sealed blocks in checkpoints. */
final class SealedBlockSerializer implements SimpleVersionedSerializer<SealedBlock> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(SealedBlock block) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        write(block, out);
        return out.getCopyOfBuffer();
    }

    @Override
    public SealedBlock deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "The state holds blocks in version "
                            + version
                            + ", but this sink knows versions up to "
                            + VERSION
                            + ". Restore it with the version of the job that wrote it, or a later"
                            + " one.");
        }
        return read(new DataInputDeserializer(serialized));
    }

    static void write(SealedBlock block, DataOutputSerializer out) throws IOException {
        BlockId id = block.id();
        out.writeUTF(id.sink());
        out.writeUTF(id.epoch());
        out.writeLong(id.checkpoint());
        out.writeInt(id.subtask());
        out.writeLong(id.sequence());
        out.writeLong(id.attempt());
        out.writeUTF(block.dataset());
        out.writeUTF(block.table());
        out.writeUTF(block.partition());
        out.writeUTF(block.file());
        out.writeInt(block.rows());
        out.writeLong(block.bytes());
        out.writeLong(block.checksum());
        out.writeLong(block.sealedAt());
    }

    static SealedBlock read(DataInputDeserializer in) throws IOException {
        BlockId id =
                new BlockId(
                        in.readUTF(),
                        in.readUTF(),
                        in.readLong(),
                        in.readInt(),
                        in.readLong(),
                        in.readLong());
        return new SealedBlock(
                id,
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
