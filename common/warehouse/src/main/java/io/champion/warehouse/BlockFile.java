package io.champion.warehouse;

import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jpountz.xxhash.StreamingXXHash64;
import net.jpountz.xxhash.XXHashFactory;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A block in durable storage: what its columns are, then their values in the Native format,
 * compressed as {@link CompressedFrames}, so that an insert sends them as they are. It describes
 * itself, so that a job whose contracts have moved on can still insert what an earlier version of
 * it sealed.
 */
final class BlockFile implements BlockTarget.Rows {

    private static final int MAGIC = 0x43424c4b; // "CBLK"
    private static final int VERSION = 2;

    /** Seed of the checksums; part of the format. */
    private static final long SEED = 0;

    private final List<String> columns;
    private final List<String> types;
    private final int rows;
    private final byte[] file;
    private final int bodyOffset;

    private BlockFile(
            List<String> columns, List<String> types, int rows, byte[] file, int bodyOffset) {
        this.columns = columns;
        this.types = types;
        this.rows = rows;
        this.file = file;
        this.bodyOffset = bodyOffset;
    }

    /** Size and checksum of a file that was written. */
    record Written(long bytes, long checksum) {}

    /** Writes a block and returns when it is durable. */
    static Written write(NativeBlock block, Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem();
        try (StreamingXXHash64 hash = XXHashFactory.fastestInstance().newStreamingHash64(SEED);
                FSDataOutputStream out =
                        fileSystem.create(path, FileSystem.WriteMode.NO_OVERWRITE)) {
            HashedOutput hashed = new HashedOutput(out, hash);
            DataOutputStream head = new DataOutputStream(hashed);
            head.writeInt(MAGIC);
            head.writeShort(VERSION);
            head.writeInt(block.rows());
            head.writeShort(block.columns().size());
            for (Column column : block.columns()) {
                head.writeUTF(column.name());
                head.writeUTF(TypeMapping.clickHouse(column.type()));
            }
            try (CompressedFrames compressed = new CompressedFrames(hashed)) {
                block.writeColumns(compressed);
            }
            if (!fileSystem.isDistributedFS()) {
                // Distributed file systems make a file durable when it is closed, and some of them
                // refuse to do so earlier.
                out.sync();
            }
            return new Written(hashed.bytes, hash.getValue());
        }
    }

    /**
     * Reads a block's file and checks that it is the one that was written.
     *
     * @throws WarehouseException fatal, if it is gone or damaged
     */
    static BlockFile read(SealedBlock block) throws IOException {
        Path path = new Path(block.file());
        byte[] file;
        try (FSDataInputStream in = path.getFileSystem().open(path)) {
            file = in.readAllBytes();
        } catch (FileNotFoundException e) {
            throw new WarehouseException(
                    WarehouseException.Kind.FATAL,
                    0,
                    "Block "
                            + block.id()
                            + " was never inserted into "
                            + block.table()
                            + " and its file "
                            + path
                            + " is gone. Restore the file, or start with a new epoch from a state"
                            + " whose blocks are still there.",
                    e);
        }
        long checksum = XXHashFactory.fastestInstance().hash64().hash(ByteBuffer.wrap(file), SEED);
        if (file.length != block.bytes() || checksum != block.checksum()) {
            throw WarehouseException.fatal(
                    "The file "
                            + path
                            + " of block "
                            + block.id()
                            + " is damaged: it has "
                            + file.length
                            + " bytes and not the "
                            + block.bytes()
                            + " bytes that were written, or others. Restore the file, or start with"
                            + " a new epoch from an earlier state.");
        }
        ByteArrayInputStream in = new ByteArrayInputStream(file);
        DataInputStream head = new DataInputStream(in);
        if (head.readInt() != MAGIC || head.readUnsignedShort() != VERSION) {
            throw WarehouseException.fatal(
                    "The file "
                            + path
                            + " was written by another version of the sink, whose blocks this one"
                            + " cannot read. Let that version finish them first.");
        }
        int rows = head.readInt();
        int count = head.readUnsignedShort();
        List<String> columns = new ArrayList<>(count);
        List<String> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            columns.add(head.readUTF());
            types.add(head.readUTF());
        }
        return new BlockFile(columns, types, rows, file, file.length - in.available());
    }

    static void delete(SealedBlock block) throws IOException {
        Path path = new Path(block.file());
        path.getFileSystem().delete(path, false);
    }

    @Override
    public int rows() {
        return rows;
    }

    /** Names of the columns. */
    @Override
    public List<String> columns() {
        return columns;
    }

    /** ClickHouse types of the columns. */
    List<String> types() {
        return types;
    }

    /** Writes the block in the Native format with the commit column as its last, compressed. */
    @Override
    public void writeCommitted(String commitId, OutputStream out) throws IOException {
        write(out, last -> putConstant(last, WarehouseSink.COMMIT_COLUMN, commitId, rows));
    }

    /**
     * Writes the block in the Native format with a column of row numbers, from 0, as its last,
     * compressed.
     */
    void writeNumbered(String numberColumn, OutputStream out) throws IOException {
        write(
                out,
                last -> {
                    last.putString(numberColumn);
                    last.putString("UInt32");
                    for (int i = 0; i < rows; i++) {
                        last.putInt(i);
                    }
                });
    }

    private void write(OutputStream out, java.util.function.Consumer<Bytes> lastColumn)
            throws IOException {
        try (CompressedFrames around = new CompressedFrames(out)) {
            Bytes bytes = new Bytes();
            bytes.putVarint(columns.size() + 1);
            bytes.putVarint(rows);
            bytes.writeTo(around);
            around.flush();
            out.write(file, bodyOffset, file.length - bodyOffset);
            bytes.length = 0;
            lastColumn.accept(bytes);
            bytes.writeTo(around);
        }
    }

    /** A LowCardinality column of one value: a dictionary of one key, and a byte for each row. */
    static void putConstant(Bytes bytes, String name, String value, int rows) {
        bytes.putString(name);
        bytes.putString("LowCardinality(String)");
        bytes.putLong(1); // version of the serialization: keys travel with the values
        bytes.putLong(1 << 9 | 1 << 10); // additional keys, dictionary changed, 8-bit indexes
        bytes.putLong(2); // keys: position 0 is the type's default
        bytes.putString("");
        bytes.putString(value);
        bytes.putLong(rows);
        for (int i = 0; i < rows; i++) {
            bytes.putByte(1);
        }
    }

    private static final class HashedOutput extends OutputStream {
        private final OutputStream out;
        private final StreamingXXHash64 hash;
        private long bytes;

        HashedOutput(OutputStream out, StreamingXXHash64 hash) {
            this.out = out;
            this.hash = hash;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] data, int offset, int length) throws IOException {
            out.write(data, offset, length);
            hash.update(data, offset, length);
            bytes += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
