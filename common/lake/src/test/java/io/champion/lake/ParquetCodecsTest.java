package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

final class ParquetCodecsTest {

    /** As that of a Flink job: fails once the job has ended. */
    private static final class JobClassLoader extends ClassLoader {
        private boolean closed;

        JobClassLoader(ClassLoader parent) {
            super(parent);
        }

        @Override
        public URL getResource(String name) {
            requireOpen();
            return super.getResource(name);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            requireOpen();
            return super.loadClass(name, resolve);
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("Trying to access closed classloader.");
            }
        }
    }

    @Test
    void outliveTheJobThatFirstReadAFile() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        JobClassLoader job = new JobClassLoader(before);
        thread.setContextClassLoader(job);
        try {
            assertThat(read("first")).isEqualTo("first");
        } finally {
            thread.setContextClassLoader(before);
        }
        job.closed = true;
        // As when a class of Hadoop's is loaded that has defaults of its own.
        Configuration.reloadExistingConfigurations();
        assertThat(read("second")).isEqualTo("second");
    }

    private static String read(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        BytesInput compressed = BytesInput.from(Snappy.compress(bytes));
        return new String(
                ParquetCodecs.readOptions()
                        .getCodecFactory()
                        .getDecompressor(CompressionCodecName.SNAPPY)
                        .decompress(compressed, bytes.length)
                        .toByteArray(),
                StandardCharsets.UTF_8);
    }
}
