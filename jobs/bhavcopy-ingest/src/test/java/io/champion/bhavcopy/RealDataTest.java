package io.champion.bhavcopy;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.model.record.Reject;
import io.champion.quality.Accounting;
import io.champion.quality.FileReport;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every real file, held against an independent reading that knows nothing but lines and commas. */
class RealDataTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private static Path folder;
    private static IngestPlan plan;
    private static Accounting accounting;
    private static final List<Reject> REJECTS = new ArrayList<>();
    private static final Map<String, Long> COUNTS = new TreeMap<>();

    /** Volume and turnover by source, as received: shares or contracts, and INR. */
    private static final Map<String, BigDecimal> SUMS = new TreeMap<>();

    private static final Map<String, EquityOhlc> JUNE_2025 = new HashMap<>();

    @BeforeAll
    static void ingestEverything() throws IOException {
        folder = RealData.folder();
        plan = IngestPlan.of(List.of(folder.toString()), null, null, START);
        accounting = new Accounting();
        for (Session session : plan.sessions()) {
            accounting.add(
                    SessionAssembler.assemble(session, List.of(), START, RealDataTest::take));
        }
    }

    private static void take(SpecificRecordBase record) {
        COUNTS.merge(record.getClass().getSimpleName(), 1L, Long::sum);
        if (record instanceof Reject reject) {
            REJECTS.add(reject);
        } else if (record instanceof RawEquityOhlc raw) {
            add(raw.getSource() + ".volume", raw.getTtlTradgVol());
            add(raw.getSource() + ".turnover", raw.getTtlTrfVal());
        } else if (record instanceof RawDerivativesOhlc raw) {
            add(raw.getSource() + ".volume", raw.getTtlTradgVol());
            add(raw.getSource() + ".turnover", raw.getTtlTrfVal());
        } else if (record instanceof RawIndexOhlc raw) {
            add(raw.getSource() + ".volume", raw.getNETTRDQTY());
            add(raw.getSource() + ".turnover", raw.getNETTRDVAL());
        } else if (record instanceof EquityOhlc bar
                && bar.getTradeDate().equals(LocalDate.of(2025, 6, 18))) {
            JUNE_2025.put(bar.getInstrumentId(), bar);
        }
    }

    private static void add(String key, Number number) {
        if (number != null) {
            SUMS.merge(key, new BigDecimal(number.toString()), BigDecimal::add);
        }
    }

    @Test
    void everyRowIsAccountedFor() throws IOException {
        accounting.verify(Session.REJECTS);
        for (FileReport report : accounting.files()) {
            Path file = Path.of(report.file().replaceFirst("^file:", "").replaceFirst("!.*", ""));
            long rows = RealData.lines(file).stream().filter(line -> !line.isBlank()).count() - 1;
            assertThat(report.rowsRead()).as(report.file()).isEqualTo(rows);
        }
    }

    @Test
    void allFilesOfTheseFormatsAreRecognized() {
        Map<String, Long> files = new TreeMap<>();
        plan.sessions().stream()
                .flatMap(session -> session.files().stream())
                .forEach(file -> files.merge(file.format().source(), 1L, Long::sum));
        assertThat(files)
                .containsOnly(
                        Map.entry("nse_udiff_cm", 8L),
                        Map.entry("nse_udiff_fo", 2L),
                        Map.entry("bse_udiff_fo", 1L),
                        Map.entry("nse_sec_bhavdata_full", 235L),
                        Map.entry("nse_legacy_cm", 12L),
                        Map.entry("bse_legacy_eq", 5L),
                        Map.entry("nse_pd", 2L),
                        Map.entry("nse_bc", 2L),
                        Map.entry("nse_equity_l", 1L));
    }

    @Test
    void nothingIsRejectedButLayoutAndNothingRepeatedButTheHolidayFile() {
        assertThat(accounting.rejected()).containsOnly(Map.entry("layout_row", 30L));
        assertThat(REJECTS).allMatch(reject -> reject.getFile().startsWith("pd"));
        List<FileReport> repeated =
                accounting.files().stream().filter(file -> file.duplicates() > 0).toList();
        assertThat(repeated).hasSize(2);
        assertThat(repeated.get(0).source()).isEqualTo("nse_bc");
        assertThat(repeated.get(0).file()).endsWith("bc17122025.csv.gz");
        assertThat(repeated.get(0).duplicates()).isEqualTo(178);
        FileReport holiday = repeated.get(1);
        assertThat(holiday.file()).endsWith("sec_bhavdata_full_02102024.csv.gz");
        assertThat(holiday.session()).isEqualTo(LocalDate.of(2024, 10, 1));
        assertThat(holiday.duplicates()).isEqualTo(holiday.rowsRead()).isEqualTo(2717);
        assertThat(holiday.warnings()).containsEntry("named_for_another_day", 1L);
    }

    @Test
    void volumesAndTurnoversAddUpToThoseOfTheFiles() throws IOException {
        Map<String, BigDecimal> expected = new TreeMap<>();
        for (FileReport report : accounting.files()) {
            if (Set.of("nse_equity_l", "nse_bc").contains(report.source())
                    || report.duplicates() > 0) {
                continue;
            }
            Path file = Path.of(report.file().replaceFirst("^file:", "").replaceFirst("!.*", ""));
            List<String> lines = RealData.lines(file);
            List<String> header = Arrays.asList(RealData.cells(lines.get(0)));
            int volume =
                    column(
                            header,
                            "TtlTradgVol",
                            "TTL_TRD_QNTY",
                            "TOTTRDQTY",
                            "NO_OF_SHRS",
                            "NET_TRDQTY");
            int turnover = column(header, "TtlTrfVal", "TOTTRDVAL", "NET_TURNOV", "NET_TRDVAL");
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = RealData.cells(line);
                addText(expected, report.source() + ".volume", cells[volume]);
                if (turnover >= 0) {
                    addText(expected, report.source() + ".turnover", cells[turnover]);
                }
            }
        }
        assertThat(SUMS.keySet()).isEqualTo(expected.keySet());
        expected.forEach((key, sum) -> assertThat(SUMS.get(key)).as(key).isEqualByComparingTo(sum));
    }

    private static int column(List<String> header, String... names) {
        return Arrays.stream(names)
                .mapToInt(header::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(-1);
    }

    private static void addText(Map<String, BigDecimal> sums, String key, String text) {
        if (!text.isEmpty()) {
            sums.merge(key, new BigDecimal(text), BigDecimal::add);
        }
    }

    @Test
    void udiffAndSecBhavdataOfTheSameDayBecomeOneBar() throws IOException {
        EquityOhlc sbin = JUNE_2025.get("NSE:SBIN:EQ");
        assertThat(sbin.getSource()).isEqualTo("nse_udiff_cm+nse_sec_bhavdata_full");
        assertThat(sbin.getIsin()).isEqualTo("INE062A01020");
        assertThat(sbin.getDeliveryVolume()).isPositive().isLessThan(sbin.getVolume());
        assertThat(sbin.getAveragePrice()).isBetween(sbin.getLow(), sbin.getHigh());
        assertThat(accounting.warnings()).doesNotContainKey("sources_disagree");
        long udiff = JUNE_2025.values().stream().filter(bar -> bar.getIsin() != null).count();
        assertThat(udiff).isEqualTo(JUNE_2025.size()).isEqualTo(2993);
    }

    @Test
    void countsAreThoseOfTheReadme() {
        assertThat(COUNTS)
                .containsOnly(
                        Map.entry("RawEquityOhlc", 728_986L),
                        Map.entry("EquityOhlc", 699_874L),
                        Map.entry("RawDerivativesOhlc", 75_601L),
                        Map.entry("DerivativesOhlc", 75_601L),
                        Map.entry("RawIndexOhlc", 266L),
                        Map.entry("IndexOhlc", 266L),
                        Map.entry("SymbolMaster", 2_384L),
                        Map.entry("CorporateAction", 242L),
                        Map.entry("Reject", 30L));
        assertThat(accounting.merged())
                .containsOnly(Map.entry("normalized.equity_ohlc", 728_986L - 699_874L));
        assertThat(accounting.warnings())
                .containsOnly(
                        Map.entry("close_outside_range", 32L),
                        Map.entry("traded_without_high_and_low", 1L),
                        Map.entry("named_for_another_day", 1L),
                        Map.entry("purpose_not_understood", 8L));
    }
}
