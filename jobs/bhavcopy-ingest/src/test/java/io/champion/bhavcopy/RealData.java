package io.champion.bhavcopy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;

/** Real exchange files, where the machine has them; never part of the project. */
final class RealData {

    private RealData() {}

    /** The folder of real files; skips the calling test where there is none. */
    static Path folder() {
        String configured = System.getenv("CHAMPION_REAL_DATA");
        Path root = Path.of("").toAbsolutePath();
        while (root.getParent() != null && !Files.isDirectory(root.resolve(".mvn"))) {
            root = root.getParent();
        }
        Path folder =
                configured != null
                        ? Path.of(configured)
                        : root.resolveSibling("shared").resolve("data");
        assumeTrue(
                Files.isDirectory(folder),
                "No real exchange files: set CHAMPION_REAL_DATA to their folder.");
        return folder;
    }

    /** The lines of a file, read without any code of the project; the header is the first. */
    static List<String> lines(Path file) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        byte[] bytes;
        if (name.endsWith(".zip")) {
            try (ZipFile zip = new ZipFile(file.toFile());
                    InputStream in = zip.getInputStream(zip.entries().nextElement())) {
                bytes = in.readAllBytes();
            }
        } else if (name.endsWith(".gz")) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                in.transferTo(out);
                bytes = out.toByteArray();
            }
        } else {
            bytes = Files.readAllBytes(file);
        }
        return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }

    /** The cells of a line: real lines have no comma within quotes. */
    static String[] cells(String line) {
        String[] cells = line.split(",", -1);
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cells[i].replace("\"", "").strip();
        }
        return cells;
    }
}
