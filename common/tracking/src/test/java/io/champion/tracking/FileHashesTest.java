package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
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
        String one = "file:" + archive + "!one.csv";
        String two = "file:" + archive + "!two.csv";
        String plain = file("b.csv", READ.minusSeconds(1));
        FileHashes hashes = FileHashes.of(READ, List.of(one, two, plain));
        assertThat(hashes.version(one)).isEqualTo(ABC);
        assertThat(hashes.version(two)).isEqualTo(ABC);
        assertThat(hashes.version(plain)).isEqualTo(ABC);
        assertThat(hashes.bytes()).isEqualTo(6);
    }

    @Test
    void aFileThatIsNotTheOneThatWasReadHasNone() throws Exception {
        String changed = file("changed.csv", READ.plusSeconds(1));
        String gone = folder.resolve("gone.csv").toString();
        FileHashes hashes = FileHashes.of(READ, List.of(changed, gone));
        assertThat(hashes.version(changed)).isNull();
        assertThat(hashes.version(gone)).isNull();
        assertThat(hashes.bytes()).isEqualTo(3);
    }
}
