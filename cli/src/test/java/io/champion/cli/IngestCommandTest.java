package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.local.EmbeddedClickHouse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job, run as a person runs it, on a small exchange. */
final class IngestCommandTest {

    @TempDir static Path home;
    @TempDir static Path files;

    private static final String SEC_HEADER =
            "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE,"
                    + " CLOSE_PRICE, AVG_PRICE, TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES,"
                    + " DELIV_QTY, DELIV_PER\n";
    private static final String SEC_ROW =
            "%s, EQ, %s, 101.00, 100.00, 110.50, 99.95, 105.20, 105.25, 103.25, %s, 1.03, 42,"
                    + " 450, 45.00\n";

    private static ExchangeMonth.Month month;
    private static EmbeddedClickHouse engine;

    @BeforeAll
    static void write() throws IOException {
        month = ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 5);
        // Held open, so that each command joins it instead of starting its own.
        engine = EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"));
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    private static String value(String sql) {
        return value(home, sql);
    }

    private static String value(Path home, String sql) {
        Run run = Run.in(home, "query", "--format", "csv", sql);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run.out().lines().skip(1).findFirst().orElseThrow();
    }

    @Test
    void ingestsReplacesAndAccounts() {
        Run first = Run.in(home, "ingest", "bhavcopy", "--input", files.toString());
        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.OK);
        assertThat(first.out()).contains("not_a_number", "All sums hold.");

        String sum = "SELECT count(), round(sum(close), 2), sum(delivery_volume) FROM ";
        String lake = value(sum + "lake.normalized_equity_ohlc");
        assertThat(value(sum + "normalized_equity_ohlc")).isEqualTo(lake);
        assertThat(value("SELECT uniqExact(trade_date) FROM normalized_equity_ohlc"))
                .isEqualTo(Integer.toString(month.sessions().size()));
        assertThat(value("SELECT count() FROM rejects WHERE reason != 'superseded'"))
                .isEqualTo(Integer.toString(month.spoilt().size()));

        Run again = Run.in(home, "ingest", "bhavcopy", "--input", files.toString());
        assertThat(again.exitCode()).as(again.err()).isEqualTo(ExitCode.OK);
        assertThat(value(sum + "lake.normalized_equity_ohlc")).isEqualTo(lake);
        assertThat(value(sum + "normalized_equity_ohlc")).isEqualTo(lake);

        Run runs = Run.in(home, "runs", "list", "--format", "json");
        assertThat(runs.exitCode()).as(runs.err()).isEqualTo(ExitCode.OK);
        assertThat(runs.out().lines().limit(2))
                .allSatisfy(
                        run ->
                                assertThat(run)
                                        .contains(
                                                "\"experiment\":\"market-data-ingestion\"",
                                                "\"status\":\"FINISHED\"",
                                                "\"bhavcopy.input\":",
                                                files.toString(),
                                                "\"rejected.not_a_number\":"));
        assertThat(Run.in(home, "runs", "list").out()).contains("bhavcopy-ingest", "finished");
        Run send = Run.in(home, "runs", "send");
        assertThat(send.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(send.err()).contains("MLFLOW_TRACKING_URI");

        Run status = Run.in(home, "status");
        assertThat(status.out()).contains("lake       " + home.resolve("lake"));
        assertThat(status.out().lines().filter(line -> line.matches("\\S+ +ok +.*"))).hasSize(2);
        assertThat(Run.in(home, "tables").out())
                .containsPattern("normalized\\.equity_ohlc +21 ")
                .containsPattern("quarantine\\.rejects +\\d+ ");
    }

    @Test
    void adjustsPrices() throws IOException {
        Path own = Files.createDirectories(home.resolve("own"));
        Files.writeString(
                own.resolve("prices.csv"),
                SEC_HEADER
                        + SEC_ROW.formatted("OMEGA", "01-Oct-2025", "10")
                        + SEC_ROW.formatted("PSI", "01-Oct-2025", "10"));
        Files.writeString(
                own.resolve("prices2.csv"),
                SEC_HEADER
                        + SEC_ROW.formatted("OMEGA", "03-Oct-2025", "10")
                        + SEC_ROW.formatted("PSI", "03-Oct-2025", "10"));
        Files.writeString(
                own.resolve("actions.csv"),
                "exchange,symbol,series,action_type,ex_date,ratio_new,ratio_old,amount,"
                        + "subscription_price,purpose\n"
                        + "NSE,OMEGA,,SPLIT,2025-10-03,10,2,,,\n"
                        + "NSE,PSI,,DIVIDEND,2025-10-03,,,5.25,,\n"
                        + "NSE,PSI,,DEMERGER,2025-10-03,,,,,parts\n");
        Path store = home.resolve("adjusted");
        assertThat(Run.in(store, "ingest", "bhavcopy", "--input", own.toString()).exitCode())
                .isEqualTo(ExitCode.OK);
        Run adjust = Run.in(store, "adjust");
        assertThat(adjust.exitCode()).as(adjust.err()).isEqualTo(ExitCode.OK);
        assertThat(adjust.out())
                .containsPattern("actions applied +1\n")
                .contains("2025-10-03 NSE:PSI 'parts': What it does to prices follows from more")
                .containsPattern("  new +4\n")
                .containsPattern("days replaced +2\n")
                .contains("2025-10-03 NSE:OMEGA:EQ opened at 100.00 after 101.00");
        assertThat(value(store, "SELECT sum(close) FROM equity_adjusted WHERE symbol = 'OMEGA'"))
                .isEqualTo("126.3");
        Run update = Run.in(store, "features", "update");
        assertThat(update.exitCode()).as(update.err()).isEqualTo(ExitCode.OK);
        assertThat(update.out())
                .contains("of normalized.equity_adjusted, 2025-10-01 to 2025-10-03:")
                .containsPattern("computed +4\n");
        assertThat(
                        value(
                                store,
                                "SELECT count(), countIf(returns IS NOT NULL) FROM equity_indicators"
                                        + " WHERE symbol = 'OMEGA'"))
                .isEqualTo("2,1");
        Run raw = Run.in(store, "features", "update", "--raw", "--from", "2025-10-03");
        assertThat(raw.out()).contains("of normalized.equity_ohlc, 2025-10-03 to 2025-10-03:");
        Run dividends = Run.in(store, "adjust", "--dividends", "--format", "json");
        assertThat(dividends.exitCode()).as(dividends.err()).isEqualTo(ExitCode.OK);
        assertThat(dividends.out())
                .contains(
                        "\"rewritten\" : [ \"NSE:PSI\" ]", "\"days_replaced\" : [ \"2025-10-01\"");
        assertThat(Run.in(store, "adjust", "--dividends").out()).contains("Nothing changed.");
        assertThat(Run.in(store, "reprocess", "list").out()).contains("There are no generations.");
        assertThat(Run.in(store, "adjust", "-Dadjust.break-threshold=2").exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void retentionDeletesWhatWasFetchedAndIngested(@TempDir Path store) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext(
                "/products/content/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    String day = path.replaceAll("\\D", "").substring(0, 2);
                    byte[] text =
                            (SEC_HEADER + SEC_ROW.formatted("OMEGA", day + "-Oct-2025", "10"))
                                    .getBytes(StandardCharsets.UTF_8);
                    try (exchange) {
                        exchange.sendResponseHeaders(200, text.length);
                        exchange.getResponseBody().write(text);
                    }
                });
        server.start();
        String[] fetch = {
            "fetch",
            "bhavcopy",
            "--kinds",
            "nse-sec",
            "--interval",
            "0",
            "--from",
            "2025-10-06",
            "--to",
            "2025-10-07",
            "--nse",
            "http://127.0.0.1:" + server.getAddress().getPort()
        };
        try {
            Run fetched = Run.in(store, fetch);
            assertThat(fetched.out()).contains("fetched    2 files");
            String raw = store.resolve("raw/bhavcopy").toString();
            Run ingested =
                    Run.in(store, "ingest", "bhavcopy", "--input", raw, "--to", "2025-10-06");
            assertThat(ingested.exitCode()).as(ingested.err()).isEqualTo(ExitCode.OK);
            Run retention = Run.in(store, "retention", "--keep", "0");
            assertThat(retention.out())
                    .contains("bhavcopy: 1 file deleted")
                    .contains("1 older file kept: no ingest of this home took them");
            assertThat(Run.in(store, fetch).out())
                    .contains("there      1 file", "purged     1 file");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void ingestsCorporateActions(@TempDir Path folder, @TempDir Path other) throws IOException {
        Files.writeString(
                folder.resolve("bc26092025.csv"),
                "SERIES,SYMBOL,SECURITY,RECORD_DT,BC_STRT_DT,BC_END_DT,EX_DT,ND_STRT_DT,ND_END_DT,"
                        + "PURPOSE\n"
                        + "EQ,ALPHA,Alpha,2025-09-29,,,2025-09-29,,,BONUS 1:1/AGM\n"
                        + "BE,ALPHA,Alpha,2025-09-29,,,2025-09-29,,,BONUS 1:1/AGM\n"
                        + "EQ,BETA,Beta,2025-09-29,,,2025-09-29,,,CAP RED\n"
                        + "EQ,GAMMA,Gamma,2025-13-29,,,2025-13-29,,,CAP RED\n");
        Files.writeString(folder.resolve("notes.txt"), "hello");
        Run run = Run.in(other, "ingest", "actions", folder.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .containsPattern("rows read +4\n")
                .containsPattern("rejected, not_a_date +1\n")
                .containsPattern("normalized.corporate_actions +5\n")
                .containsPattern("warning, purpose_not_understood +1\n")
                .containsPattern("files left alone +1\n")
                .contains("All sums hold.");
        assertThat(
                        value(
                                other,
                                "SELECT sum(adjustment_factor) FROM corporate_actions_latest"
                                        + " WHERE symbol = 'ALPHA'"))
                .isEqualTo("4");
        assertThat(value(other, "SELECT count() FROM lake.corporate_actions")).isEqualTo("5");
        Run nothing = Run.in(other, "adjust");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(nothing.err())
                .contains("has no daily prices: ingest the exchange's files first.");
        Run none = Run.in(other, "features", "update");
        assertThat(none.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(none.err())
                .contains("has no normalized.equity_adjusted. Run 'champion adjust' first");
        assertThat(Run.in(other, "ingest", "actions", folder.resolve("notes.txt").toString()))
                .extracting(Run::exitCode)
                .isEqualTo(ExitCode.INPUT);
        assertThat(Run.in(other, "ingest", "actions").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void statusTellsWhatTheWarehouseIs() {
        assertThat(Run.in(home, "status").out())
                .containsPattern(
                        "engine     "
                                + engine.url()
                                + ", process "
                                + engine.pid()
                                + ", since \\d{4}-\\d\\d-\\d\\dT[\\d:]+Z\n");
        Run server =
                Run.of(
                        Map.of(
                                "CHAMPION_HOME",
                                home.toString(),
                                "CHAMPION_WAREHOUSE_URL",
                                engine.url()),
                        "status");
        assertThat(server.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(server.out()).contains("warehouse  " + engine.url() + ": answers\n");
    }

    @Test
    void validateDecodesASampleOfEveryFile(@TempDir Path other) throws IOException {
        Path input = Files.createDirectories(other.resolve("input"));
        Files.writeString(
                input.resolve("monday.csv"),
                SEC_HEADER + SEC_ROW.formatted("ALPHA", "07-Jan-2030", "10"));
        Path config =
                Files.writeString(other.resolve("job.yaml"), "bhavcopy.input: " + input + "\n");
        String[] validate = {"validate", config.toString(), "--level", "sample"};
        Run sound = Run.in(home, validate);
        assertThat(sound.exitCode()).as(sound.err()).isEqualTo(ExitCode.OK);
        assertThat(sound.out()).contains("1 file of 1 session; 1 row of them decoded.");

        Path tuesday =
                Files.writeString(
                        input.resolve("tuesday.csv"),
                        SEC_HEADER
                                + SEC_ROW.formatted("ALPHA", "08-Jan-2030", "10")
                                + SEC_ROW.formatted("BETA", "08-Jan-2030", "ten\033[2J")
                                + SEC_ROW.formatted("GAMMA", "08-Jan-2030", "many")
                                + SEC_ROW.formatted("DELTA", "09-Jan-2030", "10"));
        Run spoilt = Run.in(home, validate);
        assertThat(spoilt.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(spoilt.err().lines())
                .hasSize(2)
                .anyMatch(
                        line ->
                                line.contains(
                                                tuesday
                                                        + ", line 3, TTL_TRD_QNTY 'ten?[2J'"
                                                        + " (not_a_number): ")
                                        && line.endsWith(" The same in 1 more sampled row."))
                .anyMatch(line -> line.contains(", line 5, DATE1 '09-Jan-2030' (other_session): "));
    }

    @Test
    void inputThatIsNotThereIsAnInputProblem(@TempDir Path other) {
        Run run =
                Run.in(other, "ingest", "bhavcopy", "--input", files.resolve("absent").toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(run.err()).contains("absent").doesNotContain("Exception");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void aFileOfNoKnownFormatIsAnInputProblem(@TempDir Path other) throws IOException {
        Path file = Files.writeString(other.resolve("readme.csv"), "hello,world\n1,2\n");
        Run run = Run.in(other, "ingest", "bhavcopy", "--input", file.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(run.err()).contains("readme.csv");
    }

    @Test
    void withoutInputItIsAUsageError() {
        Run run = Run.in(home, "ingest", "bhavcopy");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("bhavcopy.input");
    }

    @Test
    void aWrongDateIsAUsageError() {
        Run run =
                Run.in(
                        home,
                        "ingest",
                        "bhavcopy",
                        "--input",
                        files.toString(),
                        "--from",
                        "yesterday");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("yesterday", "bhavcopy.from");
    }

    @Test
    void theDemoDoesNotMixWithDataOfYourOwn(@TempDir Path other) throws IOException {
        Files.createDirectories(other.resolve("lake"));
        Run run = Run.in(other, "demo");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--home");
    }
}
