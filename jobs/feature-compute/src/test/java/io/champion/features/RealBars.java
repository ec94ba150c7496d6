package io.champion.features;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Real daily bars of a few instruments over years, where the machine has them. */
final class RealBars {
    private RealBars() {}

    private static final double RUPEES_PER_LAKH = 100_000;

    /** Bars of all instruments from one day to another; skips the calling test without data. */
    static List<FeatureBar> between(LocalDate from, LocalDate to) throws IOException {
        List<FeatureBar> bars = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder().resolve("nse_eq_history_by_symbol"))) {
            for (Path file : files.sorted().toList()) {
                read(file, from, to, bars);
            }
        }
        bars.sort(Comparator.comparingLong(bar -> bar.time));
        return bars;
    }

    private static void read(Path file, LocalDate from, LocalDate to, List<FeatureBar> bars)
            throws IOException {
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            for (String line : in.lines().skip(1).toList()) {
                String[] cells = line.split(",", -1);
                LocalDate day = LocalDate.parse(cells[0]);
                if (day.isBefore(from) || day.isAfter(to)) {
                    continue;
                }
                String symbol = cells[1].strip();
                bars.add(
                        new FeatureBar(
                                "NSE:" + symbol + ":EQ",
                                symbol,
                                day.toEpochDay() * Bars.DAY,
                                day.toEpochDay() * Bars.DAY + 36_000_000,
                                (int) day.toEpochDay(),
                                1,
                                Double.parseDouble(cells[5]),
                                Double.parseDouble(cells[6]),
                                Double.parseDouble(cells[7]),
                                Double.parseDouble(cells[9]),
                                Double.parseDouble(cells[11]),
                                Double.parseDouble(cells[12]) * RUPEES_PER_LAKH));
            }
        }
    }

    private static Path folder() {
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
}
