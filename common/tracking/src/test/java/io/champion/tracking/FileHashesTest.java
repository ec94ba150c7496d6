package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileHashesTest {
    /** Of the text "abc", by FIPS 180-4. */
    private static final String ABC =
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final Instant READ = Instant.parse("2025-06-18T13:00:00Z");

    @TempDir Path folder;

    private String file(String name, Instant modified) throws Exception {
        Path file = Files.writeString(folder.resolve(name), "abc");
        Files.setLastModifiedTime(file, FileTime.from(modified));
        return file.toString();
    }

    @Test
    void aFileIsToldByItsHashAndAnEntryByItsArchive() throws Exception {
        String archive = file("a.zip", READ.minusSeconds(1));
        FileHashes hashes = new FileHashes(READ);
        assertThat(hashes.version("file:" + archive + "!one.csv")).isEqualTo(ABC);
        assertThat(hashes.version("file:" + archive + "!two.csv")).isEqualTo(ABC);
        assertThat(hashes.bytes()).isEqualTo(3);
        assertThat(hashes.version(file("b.csv", READ.minusSeconds(1)))).isEqualTo(ABC);
        assertThat(hashes.bytes()).isEqualTo(6);
    }

    @Test
    void aFileThatIsNotTheOneThatWasReadHasNone() throws Exception {
        FileHashes hashes = new FileHashes(READ);
        assertThat(hashes.version(file("changed.csv", READ.plusSeconds(1)))).isNull();
        assertThat(hashes.version(folder.resolve("gone.csv").toString())).isNull();
    }
}
