package io.champion.lake;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.parquet.bytes.BytesInput;

/**
 * What the files of one thread share to make pages: buffers, the compressor, columns, and the
 * memory that finished pages wait in until their row group is written. That memory is used again
 * and again; arrays of their own would each be copied several times by the garbage collector,
 * because they outlive its young generation.
 */
final class PageMaker implements Closeable {
    /** Several pages of most columns; a larger page gets an array of its own. */
    private static final int SLAB_BYTES = 1 << 20;

    /** Columns without rows that are kept of each contract: most writers have one file open. */
    private static final int MAX_FREE_COLUMNS = 2;

    private final ParquetOptions options;
    private final Map<Schema, Deque<ContractColumns>> freeColumns = new IdentityHashMap<>();
    private final PageBuffer page = new PageBuffer();
    private final DeltaEncoder deltas = new DeltaEncoder();
    private final PageCompressor compressor;
    private final long maxFreeBytes;
    private final Deque<byte[]> free = new ArrayDeque<>();
    private byte[] compressed = new byte[0];
    private final Ints ids = new Ints();

    PageMaker(ParquetOptions options) {
        this.options = options;
        this.compressor = PageCompressor.of(options.codec());
        this.maxFreeBytes = options.rowGroupBytes();
    }

    /** Columns without rows, for a file of a contract. */
    ContractColumns columns(Schema schema) {
        Deque<ContractColumns> known = freeColumns.get(schema);
        return known == null || known.isEmpty()
                ? new ContractColumns(schema, options, this)
                : known.pop();
    }

    /** Takes the columns of a file that is finished, for another file. */
    void reuse(ContractColumns columns) {
        Deque<ContractColumns> known =
                freeColumns.computeIfAbsent(columns.schema(), schema -> new ArrayDeque<>());
        if (known.size() < MAX_FREE_COLUMNS) {
            known.push(columns);
        }
    }

    /** The page that is being encoded. */
    PageBuffer page() {
        return page;
    }

    DeltaEncoder deltas() {
        return deltas;
    }

    /** Where the ids of a page's values may be collected; without any. */
    Ints ids() {
        ids.clear();
        return ids;
    }

    /** Compresses {@link #page()}; the answer stays as it is until the store is cleared. */
    BytesInput compress(Finished store) throws IOException {
        int bound = compressor.bound(page.length());
        if (compressed.length < bound) {
            compressed = new byte[bound];
        }
        int length = compressor.compress(page.bytes(), page.length(), compressed);
        return store.add(compressed, length);
    }

    /** Where the finished pages of a file's row group are. */
    Finished finished() {
        return new Finished();
    }

    @Override
    public void close() {
        compressor.close();
    }

    /** The finished pages of a row group. */
    final class Finished {
        private final List<byte[]> slabs = new ArrayList<>();
        private int used = SLAB_BYTES;

        private BytesInput add(byte[] from, int length) {
            if (length > SLAB_BYTES) {
                return BytesInput.from(Arrays.copyOf(from, length));
            }
            if (SLAB_BYTES - used < length) {
                slabs.add(free.isEmpty() ? new byte[SLAB_BYTES] : free.pop());
                used = 0;
            }
            byte[] slab = slabs.get(slabs.size() - 1);
            System.arraycopy(from, 0, slab, used, length);
            used += length;
            return BytesInput.from(slab, used - length, length);
        }

        /** Gives the memory back: the row group is written. */
        void clear() {
            for (byte[] slab : slabs) {
                if ((long) free.size() * SLAB_BYTES < maxFreeBytes) {
                    free.push(slab);
                }
            }
            slabs.clear();
            used = SLAB_BYTES;
        }
    }
}
