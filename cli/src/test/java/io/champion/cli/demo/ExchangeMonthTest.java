package io.champion.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeMonthTest {

    private static final YearMonth MONTH = YearMonth.of(2025, 9);

    @TempDir Path folder;

    @Test
    void theSameSeedWritesTheSameFilesAndAnotherOneOthers() throws IOException {
        ExchangeMonth.write(folder.resolve("a"), MONTH, 100, 7);
        ExchangeMonth.write(folder.resolve("b"), MONTH, 100, 7);
        ExchangeMonth.write(folder.resolve("c"), MONTH, 100, 8);
        assertThat(contents(folder.resolve("a")))
                .isEqualTo(contents(folder.resolve("b")))
                .isNotEqualTo(contents(folder.resolve("c")));
    }

    @Test
    void aMonthHasItsSessionsAndCountsItsRows() throws IOException {
        ExchangeMonth.Month month = ExchangeMonth.write(folder, MONTH, 150, 1);
        assertThat(month.sessions())
                .hasSize(21)
                .startsWith(LocalDate.of(2025, 9, 1))
                .endsWith(LocalDate.of(2025, 9, 30));
        Map<String, String> contents = contents(folder);
        // Per session UDiFF, sec_bhavdata_full and pd; three times derivatives; one file twice,
        // one fetched on a holiday, the list of securities, and the republished one.
        assertThat(contents).hasSize(21 * 3 + 3 + 1 + 1 + 1 + 1);
        long lines =
                month.files().stream()
                        .mapToLong(
                                file ->
                                        contents.get(folder.relativize(file).toString())
                                                        .lines()
                                                        .count()
                                                - 1)
                        .sum();
        assertThat(month.rows()).isEqualTo(lines);
        assertThat(month.files()).hasSize(contents.size() - 1).doesNotContain(month.republished());
        assertThat(month.spoilt()).hasSize(11);
    }

    @Test
    void rowsHaveTheColumnsOfTheirFormat() throws IOException {
        ExchangeMonth.write(folder, MONTH, 150, 1);
        Map<String, String> contents = contents(folder);
        assertThat(rows(contents, "BhavCopy_NSE_CM_0_0_0_20250902_F_0000.csv.zip"))
                .allMatch(row -> row.split(",", -1).length == 34);
        assertThat(rows(contents, "BhavCopy_NSE_FO_0_0_0_20250901_F_0000.csv.zip"))
                .allMatch(row -> row.split(",", -1).length == 34)
                .anyMatch(row -> row.contains(",0.00,0.00,0.00,"));
        assertThat(rows(contents, "sec_bhavdata_full_02092025.csv"))
                .allMatch(row -> row.split(", ", -1).length == 15)
                .allMatch(row -> row.contains(", 02-Sep-2025, "))
                .filteredOn(row -> row.contains(", BE, "))
                .isNotEmpty()
                .allMatch(row -> row.endsWith(", -, -"));
        assertThat(rows(contents, "pd02092025.csv"))
                .hasSize(13)
                .allMatch(row -> row.split(",", -1).length == 16);
        assertThat(rows(contents, "EQUITY_L.csv"))
                .isNotEmpty()
                .allMatch(row -> row.split(",", -1).length == 8);
    }

    @Test
    void theRepublishedFileChangesAFewClosesAndNothingElse() throws IOException {
        ExchangeMonth.Month month = ExchangeMonth.write(folder, MONTH, 150, 1);
        Map<String, String> contents = contents(folder);
        List<String> before = rows(contents, month.republished().getFileName().toString()).toList();
        List<String> after =
                rows(contents, folder.relativize(month.republished()).toString()).toList();
        assertThat(after).hasSameSizeAs(before).isNotEqualTo(before);
        assertThat(after.stream().filter(row -> !before.contains(row)).count()).isLessThan(20);
    }

    @Test
    void checkDigitsAreThoseOfIso6166() {
        assertThat(Universe.checkDigit("US037833100")).isEqualTo(5);
        assertThat(Universe.checkDigit("GB000263494")).isEqualTo(6);
        assertThat(Universe.of(3, 200))
                .allMatch(
                        i ->
                                Universe.checkDigit(i.isin().substring(0, 11))
                                        == i.isin().charAt(11) - '0');
    }

    @Test
    void symbolAndSeriesIsAKeyAndSymbolIsNone() {
        List<Instrument> universe = Universe.of(3, 500);
        assertThat(universe).extracting(i -> i.symbol() + ":" + i.series()).doesNotHaveDuplicates();
        assertThat(universe.stream().map(Instrument::symbol).distinct().count())
                .isLessThan(universe.size());
    }

    @Test
    void anExchangeNeedsCompanies() {
        assertThatThrownBy(() -> ExchangeMonth.write(folder, MONTH, 3, 1))
                .hasMessageContaining("3 companies");
    }

    private static Stream<String> rows(Map<String, String> contents, String file) {
        assertThat(contents).containsKey(file);
        return contents.get(file).lines().skip(1);
    }

    /** The text of every file; of a zip that of its entry. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile)
                    .forEach(f -> contents.put(folder.relativize(f).toString(), text(f)));
        }
        return contents;
    }

    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(in)) {
            boolean zipped = zip.getNextEntry() != null;
            return zipped
                    ? new String(zip.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
