package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.START;
import static io.champion.bhavcopy.Ingested.fixture;
import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.PartitionKey;
import io.champion.runtime.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestPlanTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";

    @TempDir Path folder;

    private static IngestPlan plan(Object... inputs) throws IOException {
        List<String> names = Arrays.stream(inputs).map(Object::toString).toList();
        return IngestPlan.of(names, null, null, START);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @Test
    void foldersAreSearchedThroughAndSessionsKeptTogether() throws IOException {
        IngestPlan plan = plan(Ingested.fixture(""));
        assertThat(plan.files()).isEqualTo(13);
        assertThat(plan.skipped()).isEmpty();
        assertThat(plan.sessions())
                .extracting(Session::toString)
                .containsExactlyInAnyOrder(
                        "equity 2030-01-07",
                        "equity 1994-11-03",
                        "equity 2017-07-10",
                        "equity 2024-07-02",
                        "derivatives 2030-01-07",
                        "symbol_master");
    }

    @Test
    void aSessionReplacesItsPartitions() throws IOException {
        assertThat(plan(fixture("pd07012030.csv")).partitions())
                .extracting(PartitionKey::location)
                .containsExactlyInAnyOrder(
                        "raw/equity_ohlc/date=2030-01-07",
                        "raw/index_ohlc/date=2030-01-07",
                        "normalized/equity_ohlc/year=2030/month=01/day=07",
                        "normalized/index_ohlc/year=2030/month=01/day=07",
                        "quarantine/equity_ohlc/date=2030-01-07",
                        "quarantine/index_ohlc/date=2030-01-07");
        assertThat(plan(fixture("EQUITY_L.csv")).partitions())
                .extracting(PartitionKey::location)
                .containsExactlyInAnyOrder(
                        "normalized/reference_data/symbol_master",
                        "quarantine/symbol_master/date=2030-01-11");
    }

    @Test
    void recordsLieWhereTheSessionSaysThatTheyDo() throws IOException {
        Ingested ingested = Ingested.of(Ingested.fixture(""));
        assertThat(ingested.plan().partitions())
                .containsAll(ingested.accounting().emitted().keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "sec*.csv, 1",
        "**/sec*.csv, 3",
        "a/*.csv, 2",
        "a/**, 2",
        "?/sec_a.csv, 1",
        "'{a,b}/*.csv', 2",
        "[!b]/*.csv, 2",
        "a/sec_[ab].csv, 2"
    })
    void globs(String glob, int files) throws IOException {
        write("sec.csv", text(SEC));
        write("a/sec_a.csv", text(SEC));
        write("a/sec_b.csv", text(SEC));
        write("b/other.txt", "x");
        write("a/.hidden.csv", "x");
        assertThat(plan(folder + "/" + glob).files()).isEqualTo(files);
    }

    @ParameterizedTest
    @CsvSource({
        "bc19122025.csv, 2025-12-19",
        "bc18122025.csv, 2025-12-18",
        "sec_bhavdata_full_20112024.csv, 2024-11-20",
        "BhavCopy_NSE_CM_0_0_0_20241119_F_0000.csv, 2024-11-19",
        "20201900_bc20012020.csv, 2020-01-20",
        "bc320112024.csv,",
        "bc32112024.csv,",
    })
    void namesTellDaysYearFirstOrDayFirst(String name, LocalDate day) {
        assertThat(Dates.inName(name)).isEqualTo(day);
    }

    @Test
    void aFileNamedTwiceIsReadOnce() throws IOException {
        Path file = write("sec.csv", text(SEC));
        assertThat(plan(file, folder, folder + "/*.csv").files()).isEqualTo(1);
    }

    @Test
    void uriInputsWork() throws IOException {
        assertThat(plan("file://" + write("a b.csv", text(SEC))).files()).isEqualTo(1);
    }

    @Test
    void datesBound() throws IOException {
        LocalDate day = LocalDate.of(2030, 1, 7);
        List<String> inputs = List.of(fixture("").toString());
        IngestPlan plan = IngestPlan.of(inputs, day, day, START);
        assertThat(plan.sessions())
                .extracting(Session::date)
                .containsExactlyInAnyOrder(day, day, null);
        assertThat(plan.skipped()).hasSize(3);
        assertThat(plan.skipped().get(0).reason()).contains("outside the dates asked for");
        assertThatThrownBy(
                        () ->
                                IngestPlan.of(
                                        List.of(fixture(SEC).toString()),
                                        day.plusDays(1),
                                        null,
                                        START))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("outside the dates asked for");
    }

    @Test
    void aNamedFileOfNoKnownFormatIsAnErrorThatNamesTheNearestOne() throws IOException {
        Path renamed = write("sec.csv", text(SEC).replace("DELIV_PER", "DELIVERY_PERCENT"));
        assertThatThrownBy(() -> plan(renamed))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "sec.csv is of no known format",
                        "nearest known format is the sec_bhavdata_full",
                        "lacks [DELIV_PER]",
                        "does not have [DELIVERY_PERCENT]");
        Path unnamed =
                write("cm.csv", text("cm07JAN2030bhav.csv").replaceFirst(",\n", ",Unnamed: 13\n"));
        assertThatThrownBy(() -> plan(unnamed))
                .hasMessageContainingAll("legacy NSE bhavcopy", "[Unnamed: 13]");
        Path reordered =
                write("order.csv", text(SEC).replaceFirst("SYMBOL, SERIES", "SERIES, SYMBOL"));
        assertThatThrownBy(() -> plan(reordered)).hasMessageContaining("another order");
        Path text = write("notes.txt", "hello");
        assertThatThrownBy(() -> plan(text)).hasMessageContaining("shares no column");
        // All that is wrong is said at once.
        assertThatThrownBy(() -> plan(renamed, text))
                .hasMessageContainingAll("sec.csv", "notes.txt");
    }

    @Test
    void aSessionThatCannotBeStoredIsRefused() throws IOException {
        String old = text("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv").replace("2030-", "1969-");
        assertThatThrownBy(() -> plan(write("old.csv", old)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "old.csv is of the session 1969-01-07",
                        "dates are stored from 1970-01-01 to 2149-06-06.");
    }

    @Test
    void aUdiffFileOfAnUnknownSegmentIsRefused() throws IOException {
        String udiff = text("BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv");
        assertThatThrownBy(() -> plan(write("cd.csv", udiff.replace(",CM,NSE,", ",CD,NSE,"))))
                .hasMessageContaining("'NSE CD'");
        String header = udiff.lines().toList().get(0);
        assertThatThrownBy(() -> plan(write("none.csv", header + "\n")))
                .hasMessageContaining("but no rows");
    }

    @Test
    void theNameHasToTellTheSessionWhereTheRowsDoNot() throws IOException {
        assertThatThrownBy(() -> plan(write("bse.csv", text("EQ070130.CSV"))))
                .hasMessageContaining("name it as the exchange does");
        assertThatThrownBy(() -> plan(write("EQ320130.CSV", text("EQ070130.CSV"))))
                .hasMessageContaining("name it as the exchange does");
        assertThat(plan(write("x_EQ070130.CSV", text("EQ070130.CSV"))).sessions().get(0).date())
                .isEqualTo(LocalDate.of(2030, 1, 7));
        assertThat(plan(write("pd070130.csv", text("pd07012030.csv"))).sessions().get(0).date())
                .isEqualTo(LocalDate.of(2030, 1, 7));
    }

    @Test
    void aFileWithoutAReadableDateIsRefused() throws IOException {
        assertThatThrownBy(
                        () -> plan(write("sec.csv", text(SEC).replace("07-Jan-2030", "yesterday"))))
                .hasMessageContaining("none of its first rows has a readable DATE1");
    }

    @Test
    void inputsThatNameNothingAreErrors() {
        assertThatThrownBy(() -> plan(folder.resolve("absent.csv")))
                .hasMessageContaining("There is no file or folder");
        assertThatThrownBy(() -> plan(folder)).hasMessageContaining("names no file");
        assertThatThrownBy(() -> plan(folder + "/*.csv")).hasMessageContaining("names no file");
        assertThatThrownBy(() -> plan(" ")).hasMessageContaining("blank");
    }
}
