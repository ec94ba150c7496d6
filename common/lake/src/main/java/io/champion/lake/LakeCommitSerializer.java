package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Writes committables into checkpoints. */
final class LakeCommitSerializer implements SimpleVersionedSerializer<LakeCommit> {
    private static final int VERSION = 2;

    /** Without the writers. */
    private static final int FIRST_VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(LakeCommit commit) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        out.writeUTF(commit.id());
        out.writeInt(commit.files().size());
        for (PendingFile file : commit.files()) {
            write(file.partition(), out);
            out.writeUTF(file.name());
            out.writeLong(file.rows());
            out.writeLong(file.bytes());
            out.writeInt(file.recoverableVersion());
            out.writeInt(file.recoverable().length);
            out.write(file.recoverable());
        }
        out.writeInt(commit.complete().size());
        for (PartitionKey partition : commit.complete()) {
            write(partition, out);
        }
        out.writeInt(commit.writers().size());
        for (String writer : commit.writers()) {
            out.writeUTF(writer);
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public LakeCommit deserialize(int version, byte[] serialized) throws IOException {
        if (version < FIRST_VERSION || version > VERSION) {
            throw new IOException(
                    "A lake commit was written in version "
                            + version
                            + " of its format, and this release reads versions up to "
                            + VERSION
                            + ". Restore it with the release that wrote it, or a later one.");
        }
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        String id = in.readUTF();
        List<PendingFile> files = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            PartitionKey partition = read(in);
            String name = in.readUTF();
            long rows = in.readLong();
            long bytes = in.readLong();
            int recoverableVersion = in.readInt();
            byte[] recoverable = new byte[in.readInt()];
            in.readFully(recoverable);
            files.add(
                    new PendingFile(partition, name, rows, bytes, recoverableVersion, recoverable));
        }
        List<PartitionKey> complete = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            complete.add(read(in));
        }
        List<String> writers = new ArrayList<>();
        if (version > FIRST_VERSION) {
            for (int left = in.readInt(); left > 0; left--) {
                writers.add(in.readUTF());
            }
        }
        return new LakeCommit(id, files, complete, writers);
    }

    private static void write(PartitionKey partition, DataOutputView out) throws IOException {
        out.writeUTF(partition.dataset());
        out.writeUTF(partition.folder());
        out.writeUTF(partition.path());
    }

    private static PartitionKey read(DataInputView in) throws IOException {
        return new PartitionKey(in.readUTF(), in.readUTF(), in.readUTF());
    }
}
