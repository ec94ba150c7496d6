package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.Reject;
import io.champion.quality.FileReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of bad, odd and repeated rows. */
class RowsTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";
    private static final String UDIFF = "BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv";
    private static final String FO = "BhavCopy_NSE_FO_0_0_0_20300107_F_0000.csv";

    @TempDir Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Reject onlyReject(Ingested ingested) {
        assertThat(ingested.rejects()).hasSize(1);
        return ingested.rejects().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what stands in the file | what stands in its place | field | value | reason
                "100.00, 110.50  | abc, 110.50     | OPEN_PRICE   | abc      | not_a_number",
                "100.00, 110.50  | NaN, 110.50     | OPEN_PRICE   | NaN      | not_a_number",
                "100.00, 110.50  | Infinity, 110.50| OPEN_PRICE   | Infinity | not_a_number",
                "100.00, 110.50  | 0x1p3, 110.50   | OPEN_PRICE   | 0x1p3    | not_a_number",
                "100.00, 110.50  | 1e2, 110.50     | OPEN_PRICE   | 1e2      | not_a_number",
                "100.00, 110.50  | 100f, 110.50    | OPEN_PRICE   | 100f     | not_a_number",
                "100.00, 110.50  | ., 110.50       | OPEN_PRICE   | .        | not_a_number",
                "100.00, 110.50  | -100.00, 110.50 | OPEN_PRICE   | -100.00  | negative",
                "103.25, 1000    | 103.25, -1000   | TTL_TRD_QNTY | -1000    | negative",
                "103.25, 1000    | 103.25, 1000.5  | TTL_TRD_QNTY | 1000.5   | not_a_whole_number",
                "103.25, 1000    | 103.25, 99999999999999999999 | TTL_TRD_QNTY | 99999999999999999999 | not_a_whole_number",
                "1000, 1.03      | 1000, x         | TURNOVER_LACS| x        | not_a_number",
                "42, 450         | 42, 4 50        | DELIV_QTY    | 4 50     | not_a_number",
                "110.50, 99.95   | 99.94, 99.95    | HIGH_PRICE   | 99.94    | price_order",
                "100.00, 110.50  | 111.00, 110.50  | OPEN_PRICE   | 111.00   | price_order",
                "105.20, 105.25  | 105.20, 99.90   | CLOSE_PRICE  | 99.90    | price_order",
                "07-Jan-2030, 101| 31-Feb-2030, 101| DATE1        | 31-Feb-2030 | not_a_date",
                "07-Jan-2030, 101| 08-Jan-2030, 101| DATE1        | 08-Jan-2030 | other_session",
                "07-Jan-2030, 101| 31-Dec-1969, 101| DATE1        | 31-Dec-1969 | date_out_of_range",
                "07-Jan-2030, 101| , 101           | DATE1        | ''       | missing_identity",
                "ALPHA, EQ       | , EQ            | SYMBOL       | ''       | missing_identity",
                "ALPHA, EQ       | ALPHA,          | SERIES       | ''       | missing_identity",
                "ALPHA, EQ       | AL:PHA, EQ      | SYMBOL       | AL:PHA   | invalid_identity",
            })
    void badRowsAreRejectedWithEverythingThatExplainsThem(
            String before, String after, String field, String value, String reason)
            throws IOException {
        String good = text(SEC);
        int at = good.indexOf(before);
        String bad = good.substring(0, at) + after + good.substring(at + before.length());
        Ingested ingested = Ingested.of(write("day.csv", bad));

        Reject reject = onlyReject(ingested);
        assertThat(reject.getFile()).isEqualTo("day.csv");
        assertThat(reject.getLine()).isEqualTo(2);
        assertThat(reject.getField()).isEqualTo(field);
        assertThat(reject.getValue()).isEqualTo(value);
        assertThat(reject.getReason()).isEqualTo(reason);
        assertThat(reject.getMessage()).endsWith(".").hasSizeGreaterThan(20);
        assertThat(reject.getRecord()).isEqualTo(bad.lines().toList().get(1));
        assertThat(reject.getDataset()).isEqualTo("equity_ohlc");
        assertThat(reject.getDate()).isEqualTo(LocalDate.of(2030, 1, 7));
        assertThat(reject.getSource()).isEqualTo("nse_sec_bhavdata_full");
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(3);
        FileReport report = ingested.accounting().files().get(0);
        assertThat(report.rowsRead()).isEqualTo(4);
        assertThat(report.rejected()).containsOnly(Map.entry(reason, 1L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STF,9001  | BAD,9001   | FinInstrmTp | unknown_instrument_type",
                "187.50,CE | 187.50,XX  | OptnTp      | unknown_option_type",
                "187.50,CE | ,CE        | StrkPric    | missing_identity",
                "187.50,CE | 187.50,    | OptnTp      | missing_identity",
                "FO,NSE,STO| CM,NSE,STO | Sgmt        | other_segment",
                "FO,NSE,STO| FO,BSE,STO | Sgmt        | other_segment",
                "105.00,106.00 | 107.00,106.00 | OpnPric | price_order",
                "40,2637500.00 | 9000000000000000000,2637500.00 | TtlTradgVol | out_of_range",
            })
    void badDerivativesAreRejected(String before, String after, String field, String reason)
            throws IOException {
        String good = text(FO);
        assertThat(good).contains(before);
        Ingested ingested = Ingested.of(write("fo.csv", good.replaceFirst(before, after)));
        Reject reject = onlyReject(ingested);
        assertThat(reject.getReason()).isEqualTo(reason);
        assertThat(reject.getField()).isEqualTo(field);
        assertThat(reject.getDataset()).isEqualTo("derivatives_ohlc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALPHA, EQ, 07-Jan-2030",
                "ALPHA, EQ, 07-Jan-2030, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1",
                "ALPHA, EQ, 07-Jan-2030, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ,"
            })
    void rowsOfAnotherLengthAreRejected(String row) throws IOException {
        Ingested ingested = Ingested.of(write("day.csv", text(SEC) + row + "\n"));
        assertThat(onlyReject(ingested).getReason()).isEqualTo("wrong_field_count");
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(4);
    }

    @Test
    void aTrailingCommaIsNoField() throws IOException {
        Ingested ingested = Ingested.of(write("day.csv", text(SEC).replace("45.00\n", "45.00,\n")));
        assertThat(ingested.rejects()).isEmpty();
        Ingested legacy =
                Ingested.of(
                        write(
                                "cm.csv",
                                text("cm07JAN2030bhav.csv").replace("A01011,\n", "A01011\n")));
        assertThat(legacy.rejects()).isEmpty();
    }

    @Test
    void anOpenQuoteCostsItsLineAndNoOther() throws IOException {
        String text = text(SEC).replace("GAMMA-X, BE", "\"GAMMA-X, BE");
        Ingested ingested = Ingested.of(write("day.csv", text));
        Reject reject = onlyReject(ingested);
        assertThat(reject.getReason()).isEqualTo("unbalanced_quote");
        assertThat(reject.getLine()).isEqualTo(4);
        assertThat(reject.getRecord()).startsWith("\"GAMMA-X, BE, 07-Jan-2030").endsWith("-, -");
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(3);
        assertThat(
                        ingested.rawEquity("nse_sec_bhavdata_full:NSE:DELTA:EQ:2030-01-07")
                                .getSourceLine())
                .isEqualTo(5);
    }

    @Test
    void aMissingClosingQuoteCostsItsLineAndNoOther() throws IOException {
        String row = text("sec_bhavdata_full_quoted.csv").lines().toList().get(1);
        String text =
                text("sec_bhavdata_full_quoted.csv")
                        + row.replace("ALPHA", "BETA").replace(" 45.00\"", " 45.00")
                        + "\n"
                        + row.replace("ALPHA", "GAMMA")
                        + "\n";
        Ingested ingested = Ingested.of(write("day.csv", text));
        assertThat(onlyReject(ingested).getLine()).isEqualTo(3);
        assertThat(ingested.equity("NSE:GAMMA:EQ").getDeliveryVolume()).isEqualTo(450);
    }

    @Test
    void aQuotedFieldMaySpanLines() throws IOException {
        String text = text(UDIFF).replaceFirst("ALPHA  WORKS LTD", "\"ALPHA\r\nWORKS, LTD\"");
        String broken = text.replace("8.5%BETA&CO 2031,1000.00", "\"8.5%\nBETA\",x");
        Ingested ingested = Ingested.of(write("day.csv", broken));
        assertThat(ingested.equity("NSE:ALPHA:EQ").getName()).isEqualTo("ALPHA\r\nWORKS, LTD");
        assertThat(ingested.rawEquity("nse_udiff_cm:NSE:ALPHA:T0:2030-01-07").getSourceLine())
                .isEqualTo(4);
        Reject reject = onlyReject(ingested);
        assertThat(reject.getLine()).isEqualTo(6);
        assertThat(reject.getRecord()).contains("\"8.5%\nBETA\",x");
        assertThat(ingested.rawEquity("nse_udiff_cm:NSE:GAMMA-X:BE:2030-01-07").getSourceLine())
                .isEqualTo(8);
    }

    @Test
    void byteOrderMarksLineEndsBlankLinesAndBlanksAroundQuotesDoNotMatter() throws IOException {
        String text = text(SEC).replace(" EQ,", " \"EQ\" ,").replace("\n", "\r\n\r\n");
        Ingested ingested = Ingested.of(write("day.csv", "\uFEFF" + text));
        assertThat(ingested.rejects()).isEmpty();
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(4);
        assertThat(ingested.accounting().rowsRead()).isEqualTo(4);
        assertThat(ingested.equity("NSE:ALPHA:EQ").getSeries()).isEqualTo("EQ");
    }

    @Test
    void textThatIsNotUtf8IsKeptByteForByteAndSaid() throws IOException {
        byte[] latin =
                text(UDIFF)
                        .replace("GAMMA X", "GAMM\u00C4 X")
                        .getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(folder.resolve("day.csv"), latin);
        Ingested ingested = Ingested.of(file);
        assertThat(ingested.equity("NSE:GAMMA-X:BE").getName()).isEqualTo("GAMM\u00C4 X LTD");
        assertThat(ingested.accounting().warnings()).containsEntry("not_utf8", 1L);
    }

    @Test
    void tablesThatWerePrintedAgainAreTheSame() throws IOException {
        String text = text(UDIFF).replace(",1000,103250.75,", ",1000.0,103250.75,");
        assertThat(Ingested.of(write("day.csv", text)).equity("NSE:ALPHA:EQ").getVolume())
                .isEqualTo(1000);
    }

    @Test
    void theSameRowTwiceIsADuplicate() throws IOException {
        String row = text(SEC).lines().toList().get(1);
        Ingested ingested = Ingested.of(write("day.csv", text(SEC) + row));
        assertThat(ingested.accounting().duplicates()).isEqualTo(1);
        assertThat(ingested.rejects()).isEmpty();
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(4);
    }

    @Test
    void anotherRowOfTheSameInstrumentSupersedesTheFirst() throws IOException {
        String row = text(SEC).lines().toList().get(1).replace("105.25", "105.50");
        Ingested ingested = Ingested.of(write("day.csv", text(SEC) + row));
        Reject reject = onlyReject(ingested);
        assertThat(reject.getReason()).isEqualTo("superseded");
        assertThat(reject.getLine()).isEqualTo(2);
        assertThat(reject.getMessage()).startsWith("Line 6 of day.csv");
        assertThat(ingested.equity("NSE:ALPHA:EQ").getClose()).isEqualTo(105.50);
        assertThat(ingested.all(RawEquityOhlc.class)).hasSize(4);
    }

    @Test
    void theSameFileTwiceChangesNothing() throws IOException {
        Path copy = write("copy.csv", text(SEC));
        Ingested once = Ingested.of(fixture(SEC));
        Ingested twice = Ingested.of(fixture(SEC), copy);
        assertThat(twice.accounting().duplicates()).isEqualTo(4);
        assertThat(twice.all(EquityOhlc.class)).isEqualTo(once.all(EquityOhlc.class));
    }

    @Test
    void aFilePublishedLaterReplacesWhatItSaysOtherwise() throws IOException {
        Path late = write("b.csv", text(SEC).replace("105.25", "105.50"));
        Path early = write("c.csv", text(SEC));
        Files.setLastModifiedTime(early, FileTime.fromMillis(1_000));
        Files.setLastModifiedTime(late, FileTime.fromMillis(2_000));
        Ingested ingested = Ingested.of(folder);
        assertThat(ingested.equity("NSE:ALPHA:EQ").getClose()).isEqualTo(105.50);
        assertThat(onlyReject(ingested).getFile()).isEqualTo("c.csv");
        assertThat(ingested.accounting().duplicates()).isEqualTo(3);
    }

    @Test
    void aFileFetchedOnAHolidayRepeatsTheSessionBefore() throws IOException {
        Path holiday = write("sec_bhavdata_full_08012030.csv", text(SEC));
        Files.setLastModifiedTime(holiday, FileTime.fromMillis(1_000));
        Ingested ingested = Ingested.of(holiday, fixture(SEC));
        assertThat(ingested.plan().sessions()).hasSize(1);
        FileReport report = ingested.accounting().files().get(1);
        assertThat(report.file()).endsWith("08012030.csv");
        assertThat(report.session()).isEqualTo(LocalDate.of(2030, 1, 7));
        assertThat(report.duplicates()).isEqualTo(4);
        assertThat(report.warnings()).containsEntry("named_for_another_day", 1L);
        assertThat(ingested.all(RawEquityOhlc.class))
                .allMatch(raw -> raw.getSourceFile().equals(SEC));
    }

    @Test
    void oneSpoiltRowDoesNotDecideTheSession() throws IOException {
        String text = text(SEC).replaceFirst("07-Jan-2030", "06-Jan-2030");
        Ingested ingested = Ingested.of(write("day.csv", text));
        assertThat(ingested.plan().sessions().get(0).date()).isEqualTo(LocalDate.of(2030, 1, 7));
        assertThat(onlyReject(ingested).getReason()).isEqualTo("other_session");
    }

    @Test
    void whatEarlierRunsWroteOfOtherSourcesIsMergedAgain() throws IOException {
        Ingested sec = Ingested.of(fixture(SEC));
        Ingested later = Ingested.of(sec, fixture(UDIFF));
        Ingested together = Ingested.of(fixture(SEC), fixture(UDIFF));
        assertThat(later.all(EquityOhlc.class)).isEqualTo(together.all(EquityOhlc.class));
        assertThat(later.all(RawEquityOhlc.class))
                .containsExactlyInAnyOrderElementsOf(together.all(RawEquityOhlc.class));
        assertThat(later.accounting().carried()).containsOnly(Map.entry("raw.equity_ohlc", 4L));
    }

    @Test
    void aSourceIsReplacedByItsOwnNewFileAndKeepsTheRejectsOfOthers() throws IOException {
        Ingested first =
                Ingested.of(
                        write("day.csv", text(SEC) + "ALPHA, EQ\n"),
                        write("udiff.csv", text(UDIFF) + "2030-01-07,x\n"));
        assertThat(first.rejects()).hasSize(2);
        Path again = write("day.csv", text(SEC).replace("105.25", "105.50"));
        Ingested second = Ingested.of(first, again);
        assertThat(second.rejects()).extracting(Reject::getSource).containsExactly("nse_udiff_cm");
        assertThat(second.all(RawEquityOhlc.class)).hasSize(9);
        assertThat(second.equity("NSE:ALPHA:EQ").getClose())
                .as("UDiFF comes first")
                .isEqualTo(105.25);
        assertThat(second.accounting().warnings()).containsEntry("sources_disagree", 2L);
    }

    @Test
    void aDayWithoutAnyTradeIsNoTradingDay() throws IOException {
        String header = text(UDIFF).lines().toList().get(0);
        String untraded = text(UDIFF).lines().toList().get(5);
        Ingested ingested = Ingested.of(write("day.csv", header + "\n" + untraded + "\n"));
        assertThat(ingested.equity("NSE:GAMMA-X:BE").getIsTradingDay()).isFalse();
    }
}
