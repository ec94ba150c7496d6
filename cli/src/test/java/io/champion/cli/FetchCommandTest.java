package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.champion.bhavcopy.InputSample;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.fetch.Bhavcopies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching as a person does it; the servers are small ones on loopback. */
final class FetchCommandTest {

    @TempDir Path home;
    @TempDir Path files;

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        url = "http://127.0.0.1:" + server.getAddress().getPort();
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serveFiles() {
        server.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    Path file = files.resolve(path.substring(path.lastIndexOf('/') + 1));
                    try (exchange) {
                        if (Files.exists(file)) {
                            byte[] bytes = Files.readAllBytes(file);
                            exchange.sendResponseHeaders(200, bytes.length);
                            exchange.getResponseBody().write(bytes);
                        } else {
                            exchange.sendResponseHeaders(404, -1);
                        }
                    }
                });
    }

    private Run bhavcopy(String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "fetch",
                                "bhavcopy",
                                "--nse",
                                url,
                                "--kinds",
                                "nse-cm,nse-sec",
                                "--interval",
                                "0"));
        arguments.addAll(List.of(more));
        return Run.in(home, arguments.toArray(String[]::new));
    }

    @Test
    void fetchesAMonthOfAnExchangeAndNoticesItsHoliday() throws Exception {
        ExchangeMonth.Month month = ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 5);
        serveFiles();
        Run run = bhavcopy("--from", "2025-09-01", "--to", "2025-09-30");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        int wanted = 2 * month.sessions().size();
        assertThat(run.out())
                .contains("fetched    " + wanted + " files")
                .contains("8 days of weekends, 1 holiday")
                .contains("repeats the session of");

        Run again = bhavcopy("--to", "2025-09-30");
        assertThat(again.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(again.out())
                .contains("fetched    nothing")
                .contains("there      " + wanted + " files");

        // What it brought is what the ingest takes.
        InputSample sample =
                InputSample.take(List.of(home.resolve("raw/bhavcopy").toString()), null, null, 1);
        assertThat(sample.plan().files()).isEqualTo(wanted);
        assertThat(sample.plan().skipped()).isEmpty();
        assertThat(sample.failures()).isEmpty();
    }

    @Test
    void aServerWithoutFilesFailsTheFetchAndMakesNoHolidays() throws Exception {
        serveFiles();
        for (int i = 0; i < 2; i++) {
            Run run = bhavcopy("--from", "2025-09-01", "--to", "2025-09-12");
            assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
            assertThat(run.out())
                    .contains("missing    10 days")
                    .contains("without files of NSE from shortly before and after");
        }
    }

    @Test
    void filesAreInspectedWithTheEyesOfTheIngest() throws Exception {
        ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 5);
        String name = "BhavCopy_NSE_CM_0_0_0_20250901_F_0000.csv.zip";
        BhavcopyInspector inspector = new BhavcopyInspector();
        assertThat(inspector.inspect(files.resolve(name)))
                .isEqualTo(new Bhavcopies.Inspection("nse_udiff_cm", LocalDate.of(2025, 9, 1)));
        byte[] bytes = Files.readAllBytes(files.resolve(name));
        Path damaged = Files.createDirectory(home.resolve("damaged"));
        Files.write(damaged.resolve(name), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> inspector.inspect(damaged.resolve(name)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(name);
        Files.writeString(damaged.resolve("page.csv"), "<html><body>Sorry</body></html>");
        assertThatThrownBy(() -> inspector.inspect(damaged.resolve("page.csv")))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("page.csv is of no known format");
    }

    @Test
    void theReportCanBeReadByPrograms() throws Exception {
        ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 5);
        serveFiles();
        Run run = bhavcopy("--from", "2025-09-01", "--to", "2025-09-01", "--format", "json");
        JsonNode report = new ObjectMapper().readTree(run.out());
        assertThat(report.path("fetched").asInt()).isEqualTo(2);
        assertThat(report.path("failed").asInt()).isZero();
        assertThat(report.path("files").findValuesAsText("file"))
                .contains("nse_udiff_cm/2025/09/BhavCopy_NSE_CM_0_0_0_20250901_F_0000.csv.zip");
    }

    private void serveObjects() {
        server.createContext(
                "/",
                exchange -> {
                    String target = exchange.getRequestURI().toString();
                    byte[] answer;
                    int status = 200;
                    if (target.contains("list-type")) {
                        answer = list(target).getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().add("Content-Type", "application/xml");
                    } else {
                        String key = target.replaceFirst("^/flatfiles/", "");
                        answer = objects.getOrDefault(key, new byte[0]);
                        status = answer.length == 0 ? 403 : 200;
                        exchange.getResponseHeaders().add("ETag", '"' + md5(answer) + '"');
                    }
                    try (exchange) {
                        exchange.sendResponseHeaders(
                                status, answer.length == 0 ? -1 : answer.length);
                        exchange.getResponseBody().write(answer);
                    }
                });
    }

    private String list(String target) {
        StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
        new TreeMap<>(objects)
                .forEach(
                        (key, bytes) -> {
                            String folder = key.substring(0, key.lastIndexOf('/'));
                            if (target.replace("%2F", "/").contains(folder)) {
                                xml.append("<Contents><Key>")
                                        .append(key)
                                        .append("</Key><ETag>\"")
                                        .append(md5(bytes))
                                        .append("\"</ETag><Size>")
                                        .append(Math.max(1, bytes.length))
                                        .append("</Size></Contents>");
                            }
                        });
        return xml.append("</ListBucketResult>").toString();
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Run flatfiles(Map<String, String> environment, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--home",
                                home.toString(),
                                "fetch",
                                "flatfiles",
                                "--endpoint",
                                url));
        arguments.addAll(List.of(more));
        return Run.of(environment, arguments.toArray(String[]::new));
    }

    @Test
    void fetchesFlatFilesAndSaysWhatIsMissing() throws Exception {
        Map<String, String> keys = Map.of("AWS_ACCESS_KEY_ID", "k", "AWS_SECRET_ACCESS_KEY", "s");
        String folder = "us_stocks_sip/day_aggs_v1/2024/01/";
        objects.put(folder + "2024-01-02.csv.gz", new byte[] {1, 2, 3});
        objects.put(folder + "2024-01-03.csv.gz", new byte[0]); // denied
        serveObjects();
        Run run = flatfiles(keys, "--kinds", "day", "--from", "2024-01-01", "--to", "2024-01-04");
        assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(run.out())
                .contains("fetched    1 file, 3 B in ")
                .contains("missing    1 day\n           2024-01-04  day\n")
                .contains("failed     1 file")
                .contains("2024-01-03.csv.gz: The server denies access");
        assertThat(home.resolve("raw/flatfiles/" + folder + "2024-01-02.csv.gz"))
                .hasBinaryContent(new byte[] {1, 2, 3});

        objects.put(folder + "2024-01-03.csv.gz", new byte[] {4});
        objects.put(folder + "2024-01-04.csv.gz", new byte[] {5});
        Run dry = flatfiles(keys, "--to", "2024-01-04", "--dry-run");
        assertThat(dry.out()).contains("to fetch   2 files, 2 B", "there      1 file");
        Run next = flatfiles(keys, "--to", "2024-01-04");
        assertThat(next.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(next.out()).contains("fetched    2 files", "there      1 file");

        // Nothing of it was ingested.
        Run kept = Run.in(home, "retention", "--keep", "0");
        assertThat(kept.out())
                .contains("flatfiles: nothing to delete")
                .contains("3 older files kept: no ingest of this home took them")
                .contains("bhavcopy: nothing was fetched yet.");
        Run dryRun = Run.in(home, "retention", "--keep", "0", "--not-ingested", "--dry-run");
        assertThat(dryRun.out()).contains("flatfiles: 3 files to delete, frees 5 B");
        Run purged = Run.in(home, "retention", "--keep", "0", "--not-ingested");
        assertThat(purged.out()).contains("flatfiles: 3 files deleted, freed 5 B");
        assertThat(home.resolve("raw/flatfiles")).isEmptyDirectory();

        Run after = flatfiles(keys, "--to", "2024-01-04");
        assertThat(after.out()).contains("fetched    nothing", "purged     3 files");
        assertThat(flatfiles(keys, "--to", "2024-01-04", "--again").out())
                .contains("fetched    3 files");
    }

    @Test
    void credentialsComeFromTheEnvironmentOrAProfile() throws Exception {
        serveObjects();
        Path file = home.resolve("credentials");
        Map<String, String> environment = Map.of("AWS_SHARED_CREDENTIALS_FILE", file.toString());
        String[] what = {"--kinds", "day", "--from", "2024-01-01", "--to", "2024-01-01"};
        Run none = flatfiles(environment, what);
        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("AWS_ACCESS_KEY_ID", file.toString()).hasLineCount(1);
        Run half = flatfiles(Map.of("AWS_ACCESS_KEY_ID", "k"), what);
        assertThat(half.err()).contains("only the first is set");

        Files.writeString(
                file, "[massive]\naws_access_key_id = k\naws_secret_access_key = secret-one\n");
        assertThat(flatfiles(environment, what).err()).contains("profile 'default'");
        String[] withProfile = Arrays.copyOf(what, what.length + 2);
        withProfile[what.length] = "--profile";
        withProfile[what.length + 1] = "massive";
        Run run = flatfiles(environment, withProfile);
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out() + run.err()).doesNotContain("secret-one");
        Path log = home.resolve("logs/champion.log");
        if (Files.exists(log)) {
            assertThat(log).content().doesNotContain("secret-one");
        }
    }

    @Test
    void wrongOptionsAreSaidBeforeAnythingIsDone() {
        Map<String, String> keys = Map.of("AWS_ACCESS_KEY_ID", "k", "AWS_SECRET_ACCESS_KEY", "s");
        assertThat(flatfiles(keys).err()).contains("--kinds day,minute --from");
        assertThat(flatfiles(keys, "--prefix", "../x").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(flatfiles(keys, "--endpoint", "ftp://x").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(flatfiles(keys, "--symbols", "AAPL").err()).contains("--layout ticker");
        assertThat(bhavcopy("--kinds", "nse-xx").err()).contains("nse-cm, nse-fo");
        assertThat(Run.in(home, "retention", "--tier", "lake").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(Run.in(home, "retention", "--keep", "-1").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
