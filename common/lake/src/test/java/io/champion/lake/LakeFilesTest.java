package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeFilesTest {
    @TempDir Path folder;

    @Test
    void whatStaysIsListedWhileOtherThingsComeAndGo() throws Exception {
        Path stays = Files.createFile(folder.resolve("stays"));
        FileSystem fs = FileSystem.getLocalFileSystem();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<?> comings =
                other.submit(
                        () -> {
                            while (!done.get()) {
                                Path goes = Files.createFile(folder.resolve("goes"));
                                Files.delete(goes);
                            }
                            return null;
                        });
        for (int i = 0; i < 20_000; i++) {
            assertThat(LakeFiles.list(fs, lake()))
                    .anyMatch(entry -> entry.getPath().getName().equals("stays"));
        }
        done.set(true);
        comings.get();
        other.shutdown();
        assertThat(stays).exists();
    }

    @Test
    void whatCannotBeLookedAtIsNoEmptyFolder() throws Exception {
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        assertThatThrownBy(() -> LakeFiles.list(FileSystem.getLocalFileSystem(), lake()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("link");
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() throws Exception {
        assertThat(
                        LakeFiles.list(
                                FileSystem.getLocalFileSystem(),
                                new org.apache.flink.core.fs.Path(lake(), "none")))
                .isEmpty();
    }

    private org.apache.flink.core.fs.Path lake() {
        return new org.apache.flink.core.fs.Path(folder.toUri());
    }
}
