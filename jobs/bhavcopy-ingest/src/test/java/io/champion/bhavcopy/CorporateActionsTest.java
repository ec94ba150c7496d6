package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.Reject;
import io.champion.quality.Accounting;
import io.champion.runtime.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Corporate actions: what their purposes say, and what becomes of the rows of both files. */
class CorporateActionsTest {

    private static final Path GOLDEN = Path.of("src/test/resources/purposes.tsv").toAbsolutePath();
    private static final String BC =
            "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,PURPOSE\n";
    private static final String LIST =
            "exchange,symbol,series,action_type,ex_date,ratio_new,ratio_old,amount,subscription_price,purpose\n";

    @TempDir Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String row(String series, String exDate, String purpose) {
        return series + ",ALPHA,Alpha Ltd," + exDate + ",,," + exDate + ",,," + purpose + "\n";
    }

    /** Purpose, and after a tab what is understood of it. */
    static Stream<String> golden() throws IOException {
        return Files.readAllLines(GOLDEN).stream().filter(line -> !line.startsWith("#"));
    }

    private static String understood(String purpose) {
        return Purpose.parse(purpose).stream()
                .map(CorporateActionsTest::describe)
                .collect(Collectors.joining(" + "));
    }

    private static String describe(Purpose purpose) {
        return Stream.of(
                        purpose.type(),
                        purpose.kind(),
                        purpose.ratioNew() == null
                                ? ""
                                : number(purpose.ratioNew()) + ":" + number(purpose.ratioOld()),
                        purpose.amount() == null ? "" : "amount " + number(purpose.amount()),
                        purpose.price() == null ? "" : "price " + number(purpose.price()),
                        purpose.premium() == null ? "" : "premium " + number(purpose.premium()))
                .map(Objects::toString)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    @ParameterizedTest
    @MethodSource("golden")
    void purposesSayWhatTheGoldenFileSays(String line) {
        String[] columns = line.split("\t");
        assertThat(understood(columns[0])).isEqualTo(columns[1]);
    }

    @Test
    void everyPurposeOfRealFilesIsInTheGoldenFile() throws IOException {
        TreeSet<String> real = new TreeSet<>();
        long rows = 0;
        for (Path file : bcFiles()) {
            List<String> lines = RealData.lines(file);
            rows += lines.size() - 1;
            lines.stream().skip(1).map(line -> RealData.cells(line)[9]).forEach(real::add);
        }
        assertThat(rows).isEqualTo(413);
        assertThat(golden().map(line -> line.split("\t")[0])).containsAll(real);
    }

    private static List<Path> bcFiles() throws IOException {
        try (Stream<Path> files = Files.walk(RealData.folder().resolve("nse_daily_reports"))) {
            return files.filter(file -> file.getFileName().toString().matches("bc\\d{8}.*"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void realFilesAreTakenToTheLastRow() throws IOException {
        Ingested ingested = Ingested.of(bcFiles().toArray(Path[]::new));
        Accounting books = ingested.accounting();
        long written = books.written().values().stream().mapToLong(Long::longValue).sum();
        assertThat(books.rowsRead())
                .isEqualTo(413)
                .isEqualTo(written + books.rowsRejected() + books.duplicates());
        assertThat(books.rejected()).isEmpty();
        List<CorporateAction> actions = ingested.all(CorporateAction.class);
        assertThat(actions).hasSize((int) written + 7);
        assertThat(books.further()).containsOnly(Map.entry("normalized.corporate_actions", 7L));
        // CAP RED, in two files of four rows each, of which the later four are duplicates.
        assertThat(books.warnings()).containsOnly(Map.entry("purpose_not_understood", 8L));
        Map<CorporateActionType, Long> types =
                actions.stream()
                        .filter(action -> action.getSymbol().matches("[A-Z]+"))
                        .collect(
                                Collectors.groupingBy(
                                        CorporateAction::getActionType,
                                        TreeMap::new,
                                        Collectors.counting()));
        assertThat(types)
                .containsOnly(
                        Map.entry(CorporateActionType.SPLIT, 10L),
                        Map.entry(CorporateActionType.BONUS, 6L),
                        Map.entry(CorporateActionType.DIVIDEND, 20L),
                        Map.entry(CorporateActionType.RIGHTS, 4L),
                        Map.entry(CorporateActionType.BUYBACK, 10L),
                        Map.entry(CorporateActionType.DEMERGER, 4L),
                        Map.entry(CorporateActionType.OTHER, 4L));
        CorporateAction rights =
                actions.stream()
                        .filter(a -> a.getInstrumentId().equals("NSE:KRISHIVAL:EQ"))
                        .findFirst()
                        .orElseThrow();
        assertThat(rights.getPremium()).isEqualTo(290);
        assertThat(rights.getSubscriptionPrice()).isNull();
        assertThat(rights.getExDate()).isEqualTo(LocalDate.of(2025, 12, 17));
    }

    @Test
    void aRowOfSeveralActionsBecomesThemAll() throws IOException {
        Ingested ingested =
                Ingested.of(
                        write(
                                "bc07012030.csv",
                                BC
                                        + row(
                                                "EQ",
                                                "2030-01-08",
                                                "BONUS 1:2/FVSPLT FRM RS 10 TO RE 1")
                                        + row("BE", "2030-01-08", "AGM/DIV-RS 2.50 PER SHARE")));
        assertThat(ingested.all(CorporateAction.class))
                .extracting(CorporateAction::getEventId, CorporateAction::getAdjustmentFactor)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(
                                "nse_bc:NSE:ALPHA:EQ:2030-01-08:BONUS", 1.5),
                        org.assertj.core.groups.Tuple.tuple(
                                "nse_bc:NSE:ALPHA:EQ:2030-01-08:SPLIT", 10.0),
                        org.assertj.core.groups.Tuple.tuple(
                                "nse_bc:NSE:ALPHA:BE:2030-01-08:MEETING", null),
                        org.assertj.core.groups.Tuple.tuple(
                                "nse_bc:NSE:ALPHA:BE:2030-01-08:DIVIDEND", null));
        assertThat(ingested.accounting().further())
                .containsOnly(Map.entry("normalized.corporate_actions", 2L));
        assertThat(ingested.accounting().warnings()).isEmpty();
    }

    private Ingested again(List<? extends SpecificRecordBase> earlier, Path file)
            throws IOException {
        IngestPlan plan = IngestPlan.of(List.of(file.toString()), null, null, START.plusSeconds(9));
        List<SpecificRecordBase> records = new ArrayList<>();
        Accounting books =
                SessionAssembler.assemble(
                        plan.sessions().get(0), earlier, START.plusSeconds(9), records::add);
        books.verify(Session.REJECTS);
        return new Ingested(plan, books, records);
    }

    @Test
    void theExchangesFilesAddToWhatIsKnownAndCorrectIt() throws IOException {
        Ingested first =
                Ingested.of(
                        write(
                                "bc07012030.csv",
                                BC
                                        + row("EQ", "2030-01-08", "BONUS 1:1")
                                        + row("EQ", "2030-01-09", "INTDIV - RS 7 PER SH/AGM")));
        Path later =
                write(
                        "bc08012030.csv",
                        BC
                                + row("EQ", "2030-01-09", "INTDIV - RS 8 PER SH/AGM")
                                + row("EQ", "2030-01-10", "BUY BACK"));
        Ingested second = again(first.records(), later);
        assertThat(second.all(CorporateAction.class))
                .extracting(CorporateAction::getActionType)
                .containsExactlyInAnyOrder(
                        CorporateActionType.BONUS,
                        CorporateActionType.DIVIDEND,
                        CorporateActionType.MEETING,
                        CorporateActionType.BUYBACK);
        assertThat(second.all(CorporateAction.class))
                .extracting(CorporateAction::getAmount)
                .contains(8.0)
                .doesNotContain(7.0);

        Ingested third = again(second.records(), later);
        assertThat(new TreeSet<>(texts(third))).isEqualTo(new TreeSet<>(texts(second)));
    }

    @Test
    void ofTwoFilesOfOneRunTheLaterOneCounts() throws IOException {
        Path later = write("bc19122025.csv", BC + row("EQ", "2025-12-22", "INTDIV - RS 8 PER SH"));
        Path earlier =
                write("bc18122025.csv", BC + row("EQ", "2025-12-22", "INTDIV - RS 7 PER SH"));
        // Fetched again, so that its time tells nothing.
        Files.setLastModifiedTime(
                later,
                FileTime.from(Files.getLastModifiedTime(earlier).toInstant().minusSeconds(9)));
        assertThat(Ingested.of(earlier, later).all(CorporateAction.class))
                .extracting(CorporateAction::getAmount)
                .containsExactly(8.0);
    }

    @Test
    void dividendsOfOneDayAreToldApartByTheirPurpose() throws IOException {
        Ingested ingested =
                Ingested.of(
                        write(
                                "mine.csv",
                                LIST
                                        + "NSE,ALPHA,,DIVIDEND,2030-01-08,,,5,,final\n"
                                        + "NSE,ALPHA,,DIVIDEND,2030-01-08,,,10,,special\n"));
        assertThat(ingested.rejects()).isEmpty();
        assertThat(ingested.all(CorporateAction.class))
                .extracting(CorporateAction::getEventId, CorporateAction::getAmount)
                .containsExactlyInAnyOrder(
                        tuple("corporate_actions_csv:NSE:ALPHA:2030-01-08:DIVIDEND:final", 5.0),
                        tuple("corporate_actions_csv:NSE:ALPHA:2030-01-08:DIVIDEND:special", 10.0));
    }

    private static List<String> texts(Ingested ingested) {
        return ingested.records().stream().map(Objects::toString).toList();
    }

    @Test
    void aPersonsListIsAllThereIsOfIt() throws IOException {
        Ingested first =
                Ingested.of(
                        write(
                                "mine.csv",
                                LIST
                                        + "NSE,ALPHA,,BONUS,2030-01-08,1,1,,,\n"
                                        + "BSE,500325,A,dividend,2030-01-09,,,2.5,,by hand\n"
                                        + "NSE,BETA,EQ,RIGHTS,2030-01-09,45,301,,300,\n"));
        assertThat(first.all(CorporateAction.class))
                .extracting(CorporateAction::getEventId)
                .containsExactly(
                        "corporate_actions_csv:NSE:ALPHA:2030-01-08:BONUS",
                        "corporate_actions_csv:BSE:500325:A:2030-01-09:DIVIDEND:by hand",
                        "corporate_actions_csv:NSE:BETA:EQ:2030-01-09:RIGHTS");
        Ingested second =
                again(
                        first.records(),
                        write("mine.csv", LIST + "NSE,ALPHA,,BONUS,2030-01-08,1,1,,,\n"));
        assertThat(second.all(CorporateAction.class)).hasSize(1);
        assertThat(second.all(CorporateAction.class).get(0).getIngestTime()).isEqualTo(START);
        assertThat(second.accounting().warnings()).containsOnly(Map.entry("no_longer_listed", 2L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LSE,ALPHA,,BONUS,2030-01-08,1,1,,,    | exchange           | unknown_exchange",
                "NSE,,,BONUS,2030-01-08,1,1,,,         | symbol             | missing_identity",
                "NSE,AL:PHA,,BONUS,2030-01-08,1,1,,,   | symbol             | invalid_identity",
                "NSE,ALPHA,,GIFT,2030-01-08,1,1,,,     | action_type        | unknown_action_type",
                "NSE,ALPHA,,BONUS,,1,1,,,              | ex_date            | missing_identity",
                "NSE,ALPHA,,BONUS,soon,1,1,,,          | ex_date            | not_a_date",
                "NSE,ALPHA,,BONUS,2149-06-07,1,1,,,    | ex_date            | date_out_of_range",
                "NSE,ALPHA,,SPLIT,2030-01-08,10,0,,,   | ratio_old          | missing_number",
                "NSE,ALPHA,,SPLIT,2030-01-08,0,1,,,    | ratio_new          | missing_number",
                "NSE,ALPHA,,BONUS,2030-01-08,,1,,,     | ratio_new          | missing_number",
                "NSE,ALPHA,,RIGHTS,2030-01-08,1,2,,,   | subscription_price | missing_number",
                "NSE,ALPHA,,DIVIDEND,2030-01-08,,,,,   | amount             | missing_number",
                "NSE,ALPHA,,DIVIDEND,2030-01-08,,,-1,, | amount             | negative",
                "NSE,ALPHA,,DIVIDEND                   |                    | wrong_field_count",
            })
    void badLinesOfAListAreRejected(String line, String field, String reason) throws IOException {
        Ingested ingested = Ingested.of(write("mine.csv", LIST + line + "\n"));
        assertThat(ingested.rejects()).hasSize(1);
        Reject reject = ingested.rejects().get(0);
        assertThat(reject.getField()).isEqualTo(field);
        assertThat(reject.getReason()).isEqualTo(reason);
        assertThat(reject.getDataset()).isEqualTo("corporate_actions");
        assertThat(reject.getRecord()).isEqualTo(line);
        assertThat(ingested.all(CorporateAction.class)).isEmpty();
    }

    @Test
    void onlyTheFamiliesAskedForAreTaken() throws IOException {
        write("bc07012030.csv", BC + row("EQ", "2030-01-08", "BONUS 1:1"));
        Files.copy(
                Ingested.fixture("sec_bhavdata_full_07012030.csv"), folder.resolve("prices.csv"));
        IngestPlan plan =
                IngestPlan.of(
                        List.of(folder.toString()),
                        EnumSet.of(Family.CORPORATE_ACTIONS),
                        null,
                        null,
                        START);
        assertThat(plan.files()).isEqualTo(1);
        assertThat(plan.skipped()).hasSize(1);
        assertThat(plan.skipped().get(0).reason()).endsWith("which was not asked for.");
        assertThatThrownBy(
                        () ->
                                IngestPlan.of(
                                        List.of(folder.resolve("prices.csv").toString()),
                                        EnumSet.of(Family.CORPORATE_ACTIONS),
                                        null,
                                        null,
                                        START))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sec_bhavdata_full, which was not asked for.");
    }
}
