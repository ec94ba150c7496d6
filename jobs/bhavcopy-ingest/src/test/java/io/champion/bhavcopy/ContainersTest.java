package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.record.EquityOhlc;
import io.champion.runtime.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gzip files and zip archives, sound, damaged and hostile. */
class ContainersTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";

    @TempDir Path folder;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private void refused(Path file, String... sentence) {
        assertThatThrownBy(() -> Ingested.of(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.getFileName().toString())
                .hasMessageContainingAll(sentence)
                .hasMessageEndingWith(".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"day.csv.gz", "day.csv.GZ", "day"})
    void gzipIsToldByItsContent(String name) throws IOException {
        Ingested ingested = Ingested.of(write(name, gzip(bytes(text(SEC)))));
        assertThat(ingested.all(EquityOhlc.class)).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"day.zip", "DAY_CSV.ZIP", "day"})
    void anArchiveMayHoldSeveralFilesAndOthersBesides(String name) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("bundle/", new byte[0]);
        entries.put("bundle/" + SEC, bytes(text(SEC)));
        entries.put("bundle/EQUITY_L.csv", bytes(text("EQUITY_L.csv")));
        entries.put("bundle/readme.txt", bytes("Information on files"));
        Ingested ingested = Ingested.of(write(name, zip(entries)));
        assertThat(ingested.plan().files()).isEqualTo(2);
        assertThat(
                        ingested.rawEquity("nse_sec_bhavdata_full:NSE:ALPHA:EQ:2030-01-07")
                                .getSourceFile())
                .isEqualTo(name + "!" + SEC);
        assertThat(ingested.plan().skipped()).hasSize(1);
        assertThat(ingested.plan().skipped().get(0).reason())
                .contains(name + "!bundle/readme.txt", "no known format", "Information on files");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../etc/day.csv",
                "a/../../day.csv",
                "/etc/day.csv",
                "C:/day.csv",
                "a\\..\\day.csv",
                "day\n.csv"
            })
    void entriesThatLeadOutOfTheArchiveAreRefused(String entry) throws IOException {
        refused(write("trick.zip", zip(Map.of(entry, bytes(text(SEC))))), "leads out of");
    }

    @Test
    void archivesWithinArchivesAreRefused() throws IOException {
        byte[] gzip = gzip(bytes(text(SEC)));
        byte[] zip = zip(Map.of(SEC, bytes(text(SEC))));
        refused(write("a.zip", zip(Map.of("day.csv.gz", gzip))), "archive within an archive");
        refused(write("b.zip", zip(Map.of("day.zip", zip))), "archive within an archive");
        refused(write("c.gz", gzip(zip)), "archive within an archive");
    }

    @Test
    void bombsAreRefused() throws IOException {
        byte[] blanks = new byte[64 << 20];
        Arrays.fill(blanks, (byte) ' ');
        byte[] head = bytes(text(SEC));
        System.arraycopy(head, 0, blanks, 0, head.length);
        refused(write("bomb.zip", zip(Map.of(SEC, blanks))), "decompression bomb");
        refused(write("bomb.csv.gz", gzip(blanks)), "decompression bomb");
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (int i = 0; i <= Containers.MAX_ENTRIES; i++) {
            entries.put("day" + i + ".csv", new byte[0]);
        }
        refused(write("many.zip", zip(entries)), "more than the 1000 entries");
    }

    @Test
    void truncatedAndDamagedFilesAreRefusedAsAWhole() throws IOException {
        StringBuilder rows = new StringBuilder(text(SEC));
        for (int i = 0; i < 20_000; i++) {
            rows.append("S").append(i * 7919L % 100_003);
            rows.append(", EQ, 07-Jan-2030, 1, 1, 1, 1, 1, 1, 1, ").append(i * 31L);
            rows.append(", 1, 1, 1, 1\n");
        }
        byte[] gzip = gzip(bytes(rows.toString()));
        byte[] zip = zip(Map.of(SEC, bytes(rows.toString())));
        refused(write("cut.csv.gz", Arrays.copyOf(gzip, gzip.length - 100)), "truncated gzip");
        refused(write("cut.zip", Arrays.copyOf(zip, zip.length / 2)), "truncated zip");
        refused(write("tail.zip", Arrays.copyOf(zip, zip.length - 30)), "truncated zip");
        byte[] flipped = gzip.clone();
        flipped[flipped.length / 2] ^= 0x55;
        refused(write("flipped.csv.gz", flipped), "damaged");
        flipped = zip.clone();
        flipped[flipped.length / 2] ^= 0x55;
        refused(write("flipped.zip", flipped), "damaged");
    }

    @Test
    void namesThatPromiseAnArchiveHaveToKeepIt() throws IOException {
        refused(write("day.zip", bytes(text(SEC))), "named .zip but is no zip archive");
        refused(write("day.csv.gz", bytes(text(SEC))), "named .gz but is no gzip file");
        refused(write("empty.csv", new byte[0]), "is empty");
        refused(write("empty.csv.gz", gzip(new byte[0])), "holds no text");
    }

    @Test
    void inFoldersUnusableFilesAreListedWithTheReason() throws IOException {
        write("bad.zip", bytes("PK"));
        Files.copy(fixture(SEC), folder.resolve(SEC));
        Ingested ingested = Ingested.of(folder);
        assertThat(ingested.plan().files()).isEqualTo(1);
        assertThat(ingested.plan().skipped())
                .extracting(IngestPlan.Skipped::reason)
                .singleElement()
                .asString()
                .contains("bad.zip", "no zip archive");
    }
}
