package io.champion.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeFilesTest {

    @TempDir java.nio.file.Path folder;

    /** As HDFS is for Flink: it renames to places that are free, and nothing else. */
    private static final class Distributed extends LocalFileSystem {

        /** Changes until it dies. */
        private int left = Integer.MAX_VALUE;

        @Override
        public boolean isDistributedFS() {
            return true;
        }

        @Override
        public boolean rename(Path from, Path to) throws IOException {
            count();
            return !exists(to) && super.rename(from, to);
        }

        @Override
        public boolean delete(Path path, boolean recursive) throws IOException {
            count();
            return super.delete(path, recursive);
        }

        private void count() throws IOException {
            if (left-- == 0) {
                throw new IOException("killed");
            }
        }
    }

    @Test
    void aFileThatIsWrittenAgainIsNeverAway() throws Exception {
        int deaths = 0;
        for (int changes = 0; ; changes++) {
            Distributed fs = new Distributed();
            Path path = new Path(folder.resolve("f" + changes).toUri());
            LakeFiles.put(fs, path, "old".getBytes(UTF_8));
            fs.left = changes;
            boolean died = false;
            try {
                LakeFiles.put(fs, path, "new".getBytes(UTF_8));
            } catch (IOException e) {
                assertThat(e).hasMessage("killed");
                died = true;
            }
            fs.left = Integer.MAX_VALUE;
            assertThat(LakeFiles.read(fs, path).map(bytes -> new String(bytes, UTF_8)))
                    .hasValueSatisfying(text -> assertThat(text).isIn("old", "new"));
            LakeFiles.put(fs, path, "newest".getBytes(UTF_8));
            assertThat(LakeFiles.read(fs, path)).hasValue("newest".getBytes(UTF_8));
            LakeFiles.remove(fs, path);
            assertThat(LakeFiles.read(fs, path)).isEmpty();
            if (!died) {
                break;
            }
            deaths++;
        }
        assertThat(deaths).isEqualTo(4);
    }
}
