package io.champion.warehouse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * All blocks that one writer of a bounded run has sealed. There is one of every writer, also of one
 * that has seen no rows: partitions may have to be emptied.
 */
record ReplacementPart(List<SealedBlock> blocks) {

    /** Hands parts to the committer. */
    static final class Serializer implements SimpleVersionedSerializer<ReplacementPart> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(ReplacementPart part) throws IOException {
            DataOutputSerializer out = new DataOutputSerializer(256);
            out.writeInt(part.blocks.size());
            for (SealedBlock block : part.blocks) {
                SealedBlockSerializer.write(block, out);
            }
            return out.getCopyOfBuffer();
        }

        @Override
        public ReplacementPart deserialize(int version, byte[] serialized) throws IOException {
            if (version != VERSION) {
                throw new IOException(
                        "Part of a replacement in version "
                                + version
                                + ", but this sink knows version "
                                + VERSION
                                + ". Run the job again from its start.");
            }
            DataInputDeserializer in = new DataInputDeserializer(serialized);
            int count = in.readInt();
            List<SealedBlock> blocks = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                blocks.add(SealedBlockSerializer.read(in));
            }
            return new ReplacementPart(blocks);
        }
    }
}
