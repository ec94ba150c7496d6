package io.champion.lake;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.Closeable;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/**
 * Compresses pages from array to array. Parquet-java's codecs go through Hadoop's streams instead,
 * and through two buffers outside the heap.
 */
abstract class PageCompressor implements Closeable {
    /** As in parquet-java. */
    private static final int ZSTD_LEVEL = 3;

    /** The most bytes that this many can become. */
    abstract int bound(int length);

    /**
     * Compresses the first bytes of an array.
     *
     * @param into at least {@link #bound} bytes long
     * @return how many bytes they have become
     */
    abstract int compress(byte[] from, int length, byte[] into) throws IOException;

    @Override
    public void close() {}

    static PageCompressor of(ParquetOptions.Codec codec) {
        return switch (codec) {
            case NONE -> new None();
            case SNAPPY -> new SnappyCompressor();
            case ZSTD -> new ZstdCompressor();
        };
    }

    private static final class None extends PageCompressor {
        @Override
        int bound(int length) {
            return length;
        }

        @Override
        int compress(byte[] from, int length, byte[] into) {
            System.arraycopy(from, 0, into, 0, length);
            return length;
        }
    }

    private static final class SnappyCompressor extends PageCompressor {
        @Override
        int bound(int length) {
            return Snappy.maxCompressedLength(length);
        }

        @Override
        int compress(byte[] from, int length, byte[] into) throws IOException {
            return Snappy.compress(from, 0, length, into, 0);
        }
    }

    private static final class ZstdCompressor extends PageCompressor {
        private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(ZSTD_LEVEL);

        @Override
        int bound(int length) {
            return Math.toIntExact(Zstd.compressBound(length));
        }

        @Override
        int compress(byte[] from, int length, byte[] into) {
            return context.compressByteArray(into, 0, into.length, from, 0, length);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
