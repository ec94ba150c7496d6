package io.champion.adjust;

import static io.champion.adjust.Bars.action;
import static io.champion.adjust.Bars.listed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Real prices of 227 sessions, read by the test itself. The exchange's announcements of that time
 * are not among the real files, so the actions are stated here, as a person lists them.
 */
class RealHistoriesTest {

    private static final DateTimeFormatter DATE =
            new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern("d-MMM-yyyy")
                    .toFormatter(Locale.ENGLISH);
    private static final AdjustedHistory.Settings SETTINGS =
            new AdjustedHistory.Settings(false, 0.25, 10, Instant.parse("2030-06-01T00:00:00Z"));

    private static final Map<String, List<EquityOhlc>> SECURITIES = new TreeMap<>();
    private static int rows;

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> files = Files.list(folder().resolve("nse_sec_bhavdata_full"))) {
            for (Path file : files.sorted().toList()) {
                for (EquityOhlc bar : bars(file)) {
                    if (bar.getTradeDate().isBefore(LocalDate.of(2025, 7, 1))) {
                        rows++;
                        SECURITIES
                                .computeIfAbsent(
                                        Securities.of(bar.getInstrumentId()),
                                        s -> new ArrayList<>())
                                .add(bar);
                    }
                }
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

    private static List<EquityOhlc> bars(Path file) throws IOException {
        List<EquityOhlc> bars = new ArrayList<>();
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(file)),
                                StandardCharsets.UTF_8))) {
            boolean dated = in.readLine().startsWith("Date,");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String text = dated ? line.substring(line.indexOf(',') + 1) : line;
                String[] cells = text.replace("\"", "").split(",");
                for (int i = 0; i < cells.length; i++) {
                    cells[i] = cells[i].strip();
                }
                EquityOhlc bar =
                        Bars.bar(
                                "NSE:" + cells[0] + ":" + cells[1],
                                LocalDate.parse(cells[2], DATE),
                                Double.valueOf(cells[3]),
                                Double.parseDouble(cells[4]),
                                Double.parseDouble(cells[8]));
                bar.setVolume((long) Double.parseDouble(cells[10]));
                bar.setTurnover(Double.parseDouble(cells[11]) * 100_000);
                bars.add(bar);
            }
        }
        return bars;
    }

    private static AdjustedHistory adjust(
            String security, List<EquityOhlc> bars, CorporateAction... actions) {
        return AdjustedHistory.of(security, bars, List.of(actions), List.of(), null, SETTINGS);
    }

    private static CorporateAction bonus(String symbol, String exDate, double a, double b) {
        return listed(
                action("NSE:" + symbol, LocalDate.parse(exDate), CorporateActionType.BONUS, a, b));
    }

    private static EquityAdjusted of(AdjustedHistory history, String date) {
        return history.rows().stream()
                .filter(row -> row.getTradeDate().equals(LocalDate.parse(date)))
                .filter(row -> row.getSeries().equals("EQ"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theBonusOfRelianceLeavesNoJump() {
        AdjustedHistory raw = adjust("NSE:RELIANCE", SECURITIES.get("NSE:RELIANCE"));
        assertThat(raw.adjustments().breaks)
                .singleElement()
                .satisfies(
                        found -> {
                            assertThat(found.date()).isEqualTo("2024-10-28");
                            assertThat(found.previousClose()).isEqualTo(2655.70);
                            assertThat(found.open()).isEqualTo(1337.00);
                        });

        AdjustedHistory adjusted =
                adjust(
                        "NSE:RELIANCE",
                        SECURITIES.get("NSE:RELIANCE"),
                        bonus("RELIANCE", "2024-10-28", 1, 1));
        assertThat(adjusted.adjustments().breaks).isEmpty();
        assertThat(of(adjusted, "2024-10-25").getClose()).isEqualTo(1327.85);
        assertThat(of(adjusted, "2024-10-28").getPrevClose()).isEqualTo(1327.85);
        assertThat(of(adjusted, "2024-10-28").getOpen()).isEqualTo(1337.00);
        List<EquityAdjusted> eq =
                adjusted.rows().stream().filter(r -> r.getSeries().equals("EQ")).toList();
        assertThat(eq).hasSize(227);
        for (int i = 1; i < eq.size(); i++) {
            double change = eq.get(i).getClose() / eq.get(i - 1).getClose() - 1;
            assertThat(change).as(eq.get(i).getTradeDate().toString()).isBetween(-0.08, 0.08);
            assertThat(eq.get(i).getPrevClose()).isEqualTo(eq.get(i - 1).getClose());
        }
    }

    @Test
    void theBonusOfRelianceInItsHistoryOfSevenYears() throws IOException {
        List<EquityOhlc> bars =
                bars(folder().resolve("nse_eq_history_by_symbol").resolve("RELIANCE.csv.gz"));
        AdjustedHistory adjusted =
                adjust("NSE:RELIANCE", bars, bonus("RELIANCE", "2024-10-28", 1, 1));
        assertThat(adjusted.adjustments().breaks).isEmpty();
        for (EquityAdjusted row : adjusted.rows()) {
            boolean before = row.getTradeDate().isBefore(LocalDate.of(2024, 10, 28));
            assertThat(row.getAdjustmentFactor()).isEqualTo(before ? 2 : 1);
        }
        assertThat(of(adjusted, "2024-10-25").getClose()).isEqualTo(1327.85);
    }

    @Test
    void theOtherBreaksAreFlagged() {
        Adjustments all = new Adjustments();
        SECURITIES.forEach((security, bars) -> all.add(adjust(security, bars).adjustments()));
        assertThat(rows).isEqualTo(629_611);
        long expected =
                SECURITIES.values().stream()
                        .flatMap(List::stream)
                        .filter(bar -> bar.getSeries().equals("EQ"))
                        .filter(bar -> bar.getOpen() > 0)
                        .filter(bar -> bar.getOpen() <= 0.72 * bar.getPrevClose())
                        .count();
        assertThat(all.breaks)
                .filteredOn(found -> found.instrument().endsWith(":EQ") && found.ratio() <= 0.72)
                .hasSize((int) expected)
                .hasSize(82);
        assertThat(all.breaks).hasSize(130);
        assertThat(all.breaks).filteredOn(found -> found.ratio() > 1).hasSize(1);
        assertThat(all.rewritten).isEmpty();
    }
}
