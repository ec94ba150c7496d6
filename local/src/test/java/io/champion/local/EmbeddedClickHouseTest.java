package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EmbeddedClickHouseTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static Client client;

    @BeforeAll
    static void start() throws IOException {
        engine = EmbeddedClickHouse.start(store);
        client = client(engine.url()).build();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        engine.close();
    }

    private static Client.Builder client(String url) {
        return new Client.Builder().addEndpoint(url).setUsername("default").setPassword("");
    }

    @Test
    void answersPingAndVersion() {
        assertThat(client.ping()).isTrue();
        assertThat(client.queryAll("SELECT version() AS v").get(0).getString("v"))
                .startsWith("26.");
        assertThat(client.queryAll("SELECT timezone() AS t").get(0).getString("t"))
                .isEqualTo("UTC");
    }

    @ParameterizedTest
    @CsvSource({
        "false, false, false",
        "true, false, false",
        "false, true, false",
        "true, true, false",
        "true, true, true"
    })
    void takesAndGivesRowsUnderEveryCompressionOfTheClient(
            boolean request, boolean response, boolean http) throws Exception {
        execute(
                "CREATE OR REPLACE TABLE compressed (a Int64, s String) ENGINE = MergeTree ORDER BY a");
        String rows =
                IntStream.range(0, 5_000)
                        .mapToObj(i -> i + "\tsymbol-" + i % 100 + "\n")
                        .collect(Collectors.joining());
        try (Client compressing =
                client(engine.url())
                        .compressClientRequest(request)
                        .compressServerResponse(response)
                        .useHttpCompression(http)
                        .build()) {
            try (InsertResponse inserted =
                    compressing
                            .insert("compressed", bytes(rows), ClickHouseFormat.TSV)
                            .get(30, TimeUnit.SECONDS)) {
                assertThat(inserted.getWrittenRows()).isEqualTo(5_000);
            }
            List<GenericRecord> read =
                    compressing.queryAll("SELECT a, s FROM compressed ORDER BY a");
            assertThat(read).hasSize(5_000);
            assertThat(read.get(4_999).getLong("a")).isEqualTo(4_999);
            assertThat(read.get(4_999).getString("s")).isEqualTo("symbol-99");
            assertThatThrownBy(() -> compressing.queryAll("SELECT * FROM missing"))
                    .hasStackTraceContaining("missing");
        }
    }

    @Test
    void insertsAMillionRowsInNativeFormat() throws Exception {
        execute(
                "CREATE TABLE trades (ts DateTime64(9), symbol LowCardinality(String), price Nullable(Float64),"
                        + " size UInt32) ENGINE = MergeTree ORDER BY (symbol, ts)");
        byte[] block;
        try (QueryResponse response =
                client.query(
                                "SELECT fromUnixTimestamp64Nano(toInt64(1700000000000000000 + number)) AS ts,"
                                        + " toLowCardinality(concat('S', toString(number % 3000))) AS symbol,"
                                        + " if(number % 7 = 0, NULL, number / 100) AS price,"
                                        + " toUInt32(number) AS size FROM numbers(1000000) FORMAT Native",
                                new QuerySettings().setFormat(ClickHouseFormat.Native))
                        .get(60, TimeUnit.SECONDS)) {
            block = response.getInputStream().readAllBytes();
        }
        try (InsertResponse inserted =
                client.insert("trades", new ByteArrayInputStream(block), ClickHouseFormat.Native)
                        .get(60, TimeUnit.SECONDS)) {
            assertThat(inserted.getWrittenRows()).isEqualTo(1_000_000);
        }
        GenericRecord sums =
                client.queryAll(
                                "SELECT count() AS c, countIf(price IS NULL) AS n, sum(size) AS s,"
                                        + " max(toUnixTimestamp64Nano(ts)) AS t FROM trades")
                        .get(0);
        assertThat(sums.getLong("c")).isEqualTo(1_000_000);
        assertThat(sums.getLong("n")).isEqualTo(142_858);
        assertThat(sums.getLong("s")).isEqualTo(499_999_500_000L);
        assertThat(sums.getLong("t")).isEqualTo(1_700_000_000_000_999_999L);
    }

    @Test
    void dropsAnInsertWhoseTokenIsKnown() throws Exception {
        execute(
                "CREATE TABLE tokens (a Int64) ENGINE = MergeTree ORDER BY a"
                        + " SETTINGS non_replicated_deduplication_window = 100");
        for (String token : List.of("it's one", "it's one", "two")) {
            client.insert(
                            "tokens",
                            bytes("1\n2\n"),
                            ClickHouseFormat.TSV,
                            new InsertSettings().setDeduplicationToken(token))
                    .get(30, TimeUnit.SECONDS)
                    .close();
        }
        assertThat(count("tokens")).isEqualTo(4);
    }

    @Test
    void settingsAndDatabaseEndWithTheirRequest() throws Exception {
        execute("CREATE DATABASE IF NOT EXISTS other");
        execute("CREATE OR REPLACE TABLE other.t (a Int64) ENGINE = MergeTree ORDER BY a");
        assertThat(
                        post(
                                        "/?database=other&max_threads=1",
                                        "SELECT getSetting('max_threads'), currentDatabase()")
                                .body())
                .isEqualTo("1\tother\n");
        assertThat(post("/", "SELECT currentDatabase()").body()).isEqualTo("default\n");
        assertThat(
                        post("/", "SELECT changed FROM system.settings WHERE name = 'max_threads'")
                                .body())
                .isEqualTo("0\n");
    }

    @Test
    void bindsParameters() {
        assertThat(
                        client.queryAll(
                                        "SELECT {x:String} AS x, {n:Int64} + 1 AS n",
                                        Map.of("x", "it's", "n", 41))
                                .get(0)
                                .getValues())
                .containsEntry("x", "it's")
                .containsEntry("n", 42L);
    }

    @Test
    void jdbcRunsUnchanged() throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                engine.url().replace("http://", "jdbc:ch:http://"));
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE by_jdbc (day Date, symbol String, close Nullable(Decimal(18, 4)))"
                            + " ENGINE = MergeTree ORDER BY (symbol, day)");
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO by_jdbc VALUES (?, ?, ?)")) {
                for (int i = 0; i < 100; i++) {
                    insert.setObject(1, java.time.LocalDate.of(2025, 1, 1).plusDays(i));
                    insert.setString(2, "M&M'" + i);
                    insert.setBigDecimal(3, new java.math.BigDecimal(i + ".2500"));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            try (ResultSet rows =
                    statement.executeQuery(
                            "SELECT max(day), max(close), any(symbol) FROM by_jdbc WHERE symbol = 'M&M''99'")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getDate(1)).hasToString("2025-04-10");
                assertThat(rows.getBigDecimal(2)).isEqualByComparingTo("99.25");
                assertThat(rows.getString(3)).isEqualTo("M&M'99");
            }
            assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM nowhere"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SELECT * FROM missing, 60, 404",
        "SELECT * FROM missing.t, 81, 404",
        "SELECT nope, 47, 404",
        "SELECT 1 +, 62, 400",
        "SELECT throwIf(1), 395, 500",
        "SELECT 1 SETTINGS nope = 1, 115, 404",
        "SELECT 1; SELECT 2, 62, 400",
        "' ', 62, 400",
    })
    void errorsCarryTheCodesOfClickHouse(String statement, int code, int status) throws Exception {
        HttpResponse<String> response = post("/", statement);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("X-ClickHouse-Exception-Code"))
                .contains(Integer.toString(code));
        assertThat(response.body()).startsWith("Code: " + code + ". DB::Exception: ");
        assertThatThrownBy(() -> client.query(statement).get(30, TimeUnit.SECONDS))
                .isInstanceOfAny(ServerException.class, ExecutionException.class)
                .satisfies(
                        e -> {
                            Throwable root = e instanceof ExecutionException ? e.getCause() : e;
                            assertThat(root).isInstanceOf(ServerException.class);
                            assertThat(((ServerException) root).getCode()).isEqualTo(code);
                        });
    }

    @Test
    void aBadRowFailsItsInsertAsAWhole() throws Exception {
        execute("CREATE TABLE strict (a Int64) ENGINE = MergeTree ORDER BY a");
        assertThatThrownBy(
                        () ->
                                client.insert(
                                                "strict",
                                                bytes("1\nnot a number\n"),
                                                ClickHouseFormat.TSV)
                                        .get(30, TimeUnit.SECONDS))
                .hasStackTraceContaining("not a number");
        assertThat(count("strict")).isZero();
    }

    @Test
    void rowsMayHoldWhatEndsAStatement() throws Exception {
        execute("CREATE TABLE texts (s String) ENGINE = MergeTree ORDER BY s");
        String hostile = "a\n\nDROP TABLE texts;\n\n'";
        assertThat(
                        post(
                                        "/",
                                        "INSERT INTO texts VALUES ('"
                                                + hostile.replace("'", "\\'")
                                                + "')")
                                .statusCode())
                .isEqualTo(200);
        byte[] binary = new byte[hostile.length() + 1];
        binary[0] = (byte) hostile.length();
        System.arraycopy(hostile.getBytes(StandardCharsets.UTF_8), 0, binary, 1, hostile.length());
        client.insert("texts", new ByteArrayInputStream(binary), ClickHouseFormat.RowBinary)
                .get(30, TimeUnit.SECONDS)
                .close();
        assertThat(client.queryAll("SELECT s FROM texts"))
                .extracting(row -> row.getString("s"))
                .containsExactly(hostile, hostile);
        assertThat(post("/", "SELECT 1; -- one statement").body()).isEqualTo("1\n");
        assertThat(post("/", "SELECT 'a; b'").body()).isEqualTo("a; b\n");
    }

    @Test
    void anInsertWhoseResponseIsLostIsRepeatedByItsToken() throws Exception {
        execute(
                "CREATE TABLE repeated (a Int64) ENGINE = MergeTree ORDER BY a"
                        + " SETTINGS non_replicated_deduplication_window = 100");
        try (FaultProxy proxy = FaultProxy.start(engine.url());
                Client throughProxy = client(proxy.url()).setMaxRetries(0).build()) {
            proxy.plan(
                    FaultProxy.Plan.next(
                            1,
                            request -> request.target().contains("INSERT INTO repeated"),
                            FaultProxy.Fault.dropResponse()));
            InsertSettings token = new InsertSettings().setDeduplicationToken("block-1");
            assertThatThrownBy(
                            () ->
                                    throughProxy
                                            .insert(
                                                    "repeated",
                                                    bytes("1\n2\n"),
                                                    ClickHouseFormat.TSV,
                                                    token)
                                            .get(30, TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(proxy.faults()).isEqualTo(1);
            assertThat(count("repeated")).isEqualTo(2);
            throughProxy
                    .insert("repeated", bytes("1\n2\n"), ClickHouseFormat.TSV, token)
                    .get(30, TimeUnit.SECONDS)
                    .close();
            assertThat(count("repeated")).isEqualTo(2);
        }
    }

    /** The engine ignores a setting whose name it does not know. */
    @Test
    void takesItsConfiguration() {
        assertThat(
                        client.queryAll(
                                        "SELECT arraySort(groupArray(name)) AS names FROM (SELECT name FROM"
                                                + " system.server_settings WHERE changed AND value ="
                                                + " '15' UNION ALL SELECT name FROM"
                                                + " system.merge_tree_settings WHERE changed AND value"
                                                + " = '134217728' ORDER BY name)")
                                .get(0)
                                .getList("names"))
                .isEqualTo(
                        List.of("min_bytes_for_wide_part", "os_threads_nice_value_merge_mutate"));
    }

    @Test
    void statementsRunSideBySide() throws Exception {
        execute("CREATE TABLE busy (a Int64) ENGINE = MergeTree ORDER BY a");
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String value = i + "\n";
            all.add(
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    client.insert("busy", bytes(value), ClickHouseFormat.TSV)
                                            .get(30, TimeUnit.SECONDS)
                                            .close();
                                    assertThat(count("busy")).isPositive();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        assertThat(client.queryAll("SELECT sum(a) AS s FROM busy").get(0).getLong("s"))
                .isEqualTo(780);
    }

    @Test
    void echoesTheQueryId() throws Exception {
        assertThat(
                        post("/?query_id=q-1&session_id=s", "SELECT 1")
                                .headers()
                                .firstValue("X-ClickHouse-Query-Id"))
                .contains("q-1");
    }

    @Test
    void webPagesAndForeignHostsAreRefused() throws Exception {
        HttpRequest fromPage =
                HttpRequest.newBuilder(URI.create(engine.url() + "/?query=SELECT%201"))
                        .header("Origin", "http://evil.example")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        assertThat(HTTP.send(fromPage, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
        assertThat(
                        raw(
                                "GET /?query=SELECT%201 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(
                        raw(
                                "GET /?query=SELECT%201 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("\r\n\r\n1\n");
        HttpRequest drop =
                HttpRequest.newBuilder(URI.create(engine.url() + "/?query=DROP%20TABLE%20t"))
                        .build();
        assertThat(HTTP.send(drop, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aBodyThatBreaksOffInsertsNothing() throws Exception {
        execute("CREATE TABLE cut (a Int64) ENGINE = MergeTree ORDER BY a");
        String path =
                "POST /?query=INSERT%20INTO%20cut%20FORMAT%20TSV HTTP/1.1\r\nHost: localhost\r\n";
        raw(path + "Content-Length: 8\r\n\r\n1\n2\n");
        raw(path + "Transfer-Encoding: chunked\r\n\r\n4\r\n1\n2\n\r\n");
        raw(path + "Transfer-Encoding: chunked\r\n\r\n8\r\n1\n2\n");
        assertThat(count("cut")).isZero();
    }

    @Test
    void unknownPathsAndBadSettingNamesAreRefused() throws Exception {
        assertThat(post("/dashboard", "SELECT 1").statusCode()).isEqualTo(404);
        HttpResponse<String> response = post("/?max_threads%20%3D%201%2C%20x=1", "SELECT 1");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("no name of a setting");
    }

    private static void execute(String statement) throws Exception {
        client.execute(statement).get(30, TimeUnit.SECONDS).close();
    }

    private static long count(String table) {
        return client.queryAll("SELECT count() AS c FROM " + table).get(0).getLong("c");
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(engine.url() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Sends bytes, says that no more will come, and reads what is answered. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(Loopback.ADDRESS, engine.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.UTF_8));
            out.flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
