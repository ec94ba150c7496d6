package io.champion.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import io.champion.fetch.FetchReport.DayOutcome;
import io.champion.fetch.FetchReport.DayStatus;
import io.champion.fetch.FetchReport.FileOutcome;
import io.champion.fetch.FetchReport.Status;
import io.champion.local.FaultProxy;
import io.champion.local.FaultProxy.Fault;
import io.champion.local.FaultProxy.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

final class FlatFilesTest {

    private static final String PREFIX = "us_stocks_sip";
    private static final LocalDate MONDAY = LocalDate.of(2024, 1, 8);

    /** Saturday noon in New York: Friday's files are due since an hour. */
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2024-01-13T17:00:00Z"), ZoneOffset.UTC);

    private static final Retries QUICK =
            new Retries(6, Duration.ofMillis(1), Duration.ofMillis(20));

    private static final int LARGE = 3_000_000;

    private static S3Bucket server;

    @TempDir Path home;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = S3Bucket.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void clear() {
        server.clear();
    }

    private static String key(String folder, LocalDate day) {
        return "%s/%s/%04d/%02d/%s.csv.gz"
                .formatted(PREFIX, folder, day.getYear(), day.getMonthValue(), day);
    }

    private static byte[] random(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static FlatFiles.Wanted wanted(Set<FlatFileKind> kinds, LocalDate from) {
        return new FlatFiles.Wanted(
                kinds, FlatFileLayout.DAILY, Set.of(), from, MONDAY.plusDays(5), false, false);
    }

    private static final FlatFiles.Wanted DAY_BARS = wanted(Set.of(FlatFileKind.DAY), MONDAY);

    private static FlatFiles.Source source(String url) {
        return new FlatFiles.Source(
                URI.create(url), "us-east-1", S3Bucket.NAME, PREFIX, S3Bucket.CREDENTIALS);
    }

    private FetchReport fetch(String url, FlatFiles.Wanted wanted, Retries retries)
            throws IOException {
        return FlatFiles.fetch(
                home,
                source(url),
                wanted,
                new FlatFiles.Manners(4, retries, Duration.ofSeconds(20)),
                CLOCK,
                (files, ofFiles, bytes, ofBytes) -> {});
    }

    private FetchReport fetch(FlatFiles.Wanted wanted) throws IOException {
        return fetch(server.url(), wanted, QUICK);
    }

    private Path file(String key) {
        return home.resolve("raw/flatfiles").resolve(key);
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> parts = Files.list(home.resolve("raw/.fetch/flatfiles/parts"))) {
            return parts.toList();
        }
    }

    private static boolean isGet(FaultProxy.Request request) {
        return request.method().equals("GET") && request.target().contains(".csv.gz");
    }

    @Test
    void fetchesWhatIsNewAndTellsWhatIsNotThere() throws Exception {
        byte[] first = gzip("ticker,volume\nAAPL,1\n");
        server.put(key("day_aggs_v1", MONDAY), first);
        server.put(key("day_aggs_v1", MONDAY.plusDays(1)), gzip("ticker,volume\nAAPL,2\n"));
        server.put(key("day_aggs_v1", MONDAY.plusDays(2)), gzip("ticker,volume\nAAPL,3\n"));
        server.put(key("day_aggs_v1", MONDAY.minusDays(3)), gzip("before"));
        server.put(key("trades_v1", MONDAY), gzip("not asked for"));
        server.put(PREFIX + "/day_aggs_v1/2024/01/README.txt", new byte[] {1});

        FetchReport report = fetch(DAY_BARS);
        assertThat(report.files()).hasSize(3).allMatch(f -> f.status() == Status.FETCHED);
        assertThat(report.files()).allMatch(f -> f.checked() == Checked.MD5);
        assertThat(file(key("day_aggs_v1", MONDAY))).hasBinaryContent(first);
        assertThat(file(key("day_aggs_v1", MONDAY.minusDays(3)))).doesNotExist();
        assertThat(report.ignored()).singleElement().asString().contains("README.txt");
        assertThat(report.days())
                .extracting(DayOutcome::day, DayOutcome::status)
                .containsExactly(
                        tuple(MONDAY.plusDays(3), DayStatus.LATE),
                        tuple(MONDAY.plusDays(4), DayStatus.LATE));
        assertThat(parts()).isEmpty();

        server.delete(key("day_aggs_v1", MONDAY.plusDays(2)));
        server.put(key("day_aggs_v1", MONDAY.plusDays(3)), gzip("late"));
        FetchReport next =
                FlatFiles.fetch(
                        home,
                        source(server.url()),
                        wanted(Set.of(), null), // what and from when is known by now
                        FlatFiles.Manners.DEFAULT,
                        Clock.offset(CLOCK, Duration.ofDays(9)),
                        (files, ofFiles, bytes, ofBytes) -> {});
        assertThat(next.files()).extracting(FileOutcome::day).containsExactly(MONDAY.plusDays(3));
        assertThat(next.present()).isEqualTo(2);
        assertThat(next.days(DayStatus.MISSING))
                .extracting(DayOutcome::day)
                .containsExactly(MONDAY.plusDays(4));
        assertThat(file(key("day_aggs_v1", MONDAY.plusDays(2)))).exists();
    }

    @Test
    void theMachinesOwnDigitsAreInNoNameOfAFile() throws Exception {
        server.put(key("day_aggs_v1", MONDAY), gzip("text"));
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(fetch(DAY_BARS).files(Status.FETCHED)).hasSize(1);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void theFirstTimeItHasToBeSaidWhat() {
        assertThatThrownBy(() -> fetch(wanted(Set.of(), null)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("--kinds")
                .hasMessageContaining("--from 2024-01-06");
    }

    @Test
    void aDryRunFetchesNothing() throws Exception {
        server.put(key("day_aggs_v1", MONDAY), gzip("text"));
        FetchReport report =
                fetch(
                        new FlatFiles.Wanted(
                                Set.of(FlatFileKind.DAY),
                                FlatFileLayout.DAILY,
                                Set.of(),
                                MONDAY,
                                MONDAY,
                                false,
                                true));
        assertThat(report.files()).extracting(FileOutcome::status).containsExactly(Status.WANTED);
        assertThat(file(key("day_aggs_v1", MONDAY))).doesNotExist();
    }

    @Test
    void whatIsPublishedAgainReplacesTheOlder() throws Exception {
        String key = key("day_aggs_v1", MONDAY);
        server.put(key, gzip("one"));
        fetch(DAY_BARS);
        server.put(key, gzip("one")); // the same bytes, at another time
        assertThat(fetch(DAY_BARS).files()).isEmpty();

        server.put(key, gzip("two"));
        FetchReport report = fetch(DAY_BARS);
        assertThat(report.files()).extracting(FileOutcome::status).containsExactly(Status.REPLACED);
        assertThat(file(key)).hasBinaryContent(gzip("two"));
        try (RawTier tier = RawTier.open(home, FlatFiles.TIER)) {
            assertThat(tier.manifest().get(key).version()).isEqualTo(2);
        }

        Files.delete(file(key)); // by hand
        assertThat(fetch(DAY_BARS).files()).hasSize(1);
        assertThat(file(key)).exists();
    }

    @Test
    void comesThroughResetsCutsAndBusyServers() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.put(key("day_aggs_v1", MONDAY.plusDays(i)), random(LARGE, i));
            server.put(key("trades_v1", MONDAY.plusDays(i)), random(LARGE / 2, 10 + i));
        }
        try (FaultProxy proxy = FaultProxy.start(server.url())) {
            Fault[] faults = {
                Fault.reset(),
                Fault.cutResponse(40),
                Fault.status(503, 0),
                Fault.cutResponse(100_000),
                Fault.dropResponse(),
                Fault.cutResponse(400_000),
                Fault.status(500, 0)
            };
            // Of each file the first three requests fail.
            Map<String, Integer> requests = new HashMap<>();
            AtomicInteger next = new AtomicInteger();
            proxy.plan(
                    request ->
                            isGet(request) && requests.merge(request.target(), 1, Integer::sum) <= 3
                                    ? faults[next.getAndIncrement() % faults.length]
                                    : null);
            FetchReport report =
                    fetch(
                            proxy.url(),
                            wanted(Set.of(FlatFileKind.DAY, FlatFileKind.TRADES), MONDAY),
                            QUICK);
            assertThat(report.files()).hasSize(10).allMatch(f -> f.status() == Status.FETCHED);
            assertThat(proxy.faults()).isEqualTo(30);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(file(key("day_aggs_v1", MONDAY.plusDays(i))))
                    .hasBinaryContent(random(LARGE, i));
            assertThat(file(key("trades_v1", MONDAY.plusDays(i))))
                    .hasBinaryContent(random(LARGE / 2, 10 + i));
        }
        assertThat(parts()).isEmpty();
    }

    @Test
    void oneBrokenFileDoesNotStopTheRestAndTheNextRunTakesItUpWhereItEnded() throws Exception {
        String broken = key("day_aggs_v1", MONDAY);
        for (int i = 0; i < 5; i++) {
            server.put(key("day_aggs_v1", MONDAY.plusDays(i)), random(LARGE, i));
        }
        try (FaultProxy proxy = FaultProxy.start(server.url())) {
            AtomicInteger requests = new AtomicInteger();
            proxy.plan(
                    request ->
                            !request.target().contains(broken)
                                    ? null
                                    : requests.getAndIncrement() == 0
                                            ? Fault.cutResponse(1_000_000)
                                            : Fault.status(503, 0));
            FetchReport report = fetch(proxy.url(), DAY_BARS, QUICK);
            assertThat(report.files(Status.FETCHED)).hasSize(4);
            assertThat(report.files(Status.FAILED))
                    .singleElement()
                    .satisfies(
                            f -> {
                                assertThat(f.key()).isEqualTo(broken);
                                assertThat(f.reason()).contains("503");
                            });
            assertThat(requests).hasValue(1 + QUICK.attempts());
        }
        assertThat(file(broken)).doesNotExist();
        FetchReport next = fetch(DAY_BARS);
        assertThat(next.present()).isEqualTo(4);
        assertThat(next.files())
                .singleElement()
                .satisfies(f -> assertThat(f.resumedAt()).isBetween(900_000L, 1_000_000L));
        assertThat(file(broken)).hasBinaryContent(random(LARGE, 0));
    }

    @Test
    void aPartOfAnOlderVersionIsNotTakenUp() throws Exception {
        String key = key("day_aggs_v1", MONDAY);
        server.put(key, random(LARGE, 1));
        try (FaultProxy proxy = FaultProxy.start(server.url())) {
            AtomicInteger requests = new AtomicInteger();
            proxy.plan(
                    request ->
                            !isGet(request)
                                    ? null
                                    : requests.getAndIncrement() == 0
                                            ? Fault.cutResponse(1_000_000)
                                            : Fault.reset());
            assertThat(fetch(proxy.url(), DAY_BARS, QUICK).files(Status.FAILED)).hasSize(1);
        }
        server.put(key, random(LARGE, 2));
        FetchReport report = fetch(DAY_BARS);
        assertThat(report.files()).singleElement().matches(f -> f.resumedAt() == 0);
        assertThat(file(key)).hasBinaryContent(random(LARGE, 2));
    }

    @Test
    void whatIsPublishedAgainBetweenListAndFetchIsFetchedAsItIsNow() throws Exception {
        String key = key("day_aggs_v1", MONDAY);
        server.put(key, random(LARGE, 1));
        try (FaultProxy proxy = FaultProxy.start(server.url())) {
            proxy.plan(
                    Plan.next(
                            1,
                            request -> request.target().contains("list-type"),
                            Fault.afterAnswer(() -> server.put(key, random(LARGE, 2)))));
            FetchReport report = fetch(proxy.url(), DAY_BARS, QUICK);
            assertThat(report.files()).singleElement().matches(f -> f.status() == Status.FETCHED);
        }
        assertThat(file(key)).hasBinaryContent(random(LARGE, 2));
        assertThat(fetch(DAY_BARS).present()).isEqualTo(1);
    }

    /** Fetches until it is killed. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            FlatFiles.fetch(
                    Path.of(arguments[0]),
                    source(arguments[1]),
                    DAY_BARS,
                    new FlatFiles.Manners(
                            1,
                            new Retries(1000, Duration.ofMillis(10), Duration.ofMillis(50)),
                            Duration.ofSeconds(20)),
                    CLOCK,
                    (files, ofFiles, bytes, ofBytes) -> {});
        }
    }

    @Test
    void aFetchThatIsKilledGoesOnWhereItWas() throws Exception {
        String whole = key("day_aggs_v1", MONDAY);
        String broken = key("day_aggs_v1", MONDAY.plusDays(1));
        server.put(whole, random(LARGE, 1));
        server.put(broken, random(LARGE, 2));
        try (FaultProxy proxy = FaultProxy.start(server.url())) {
            AtomicInteger requests = new AtomicInteger();
            proxy.plan(
                    request ->
                            !request.target().contains(broken)
                                    ? null
                                    : requests.getAndIncrement() == 0
                                            ? Fault.cutResponse(2_000_000)
                                            : Fault.reset());
            Process child =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Child.class.getName(),
                                    home.toString(),
                                    proxy.url())
                            .inheritIO()
                            .start();
            try {
                Waiting.until(() -> requests.get() > 2 || !child.isAlive(), Duration.ofMinutes(1));
                assertThat(child.isAlive()).isTrue();
            } finally {
                child.destroyForcibly().waitFor();
            }
        }
        assertThat(file(broken)).doesNotExist();
        FetchReport report = fetch(DAY_BARS);
        assertThat(report.present()).isEqualTo(1);
        assertThat(report.files())
                .singleElement()
                .satisfies(
                        f -> {
                            assertThat(f.key()).isEqualTo(broken);
                            assertThat(f.resumedAt()).isGreaterThan(1_900_000);
                        });
        assertThat(file(whole)).hasBinaryContent(random(LARGE, 1));
        assertThat(file(broken)).hasBinaryContent(random(LARGE, 2));
    }

    @Test
    void aFileThatWasMovedInButNotYetWrittenDownIsAdopted() throws Exception {
        String key = key("day_aggs_v1", MONDAY);
        server.put(key, random(LARGE, 1));
        Files.createDirectories(file(key).getParent());
        Files.write(file(key), random(LARGE, 1));
        assertThat(fetch(DAY_BARS).files())
                .singleElement()
                .matches(f -> f.status() == Status.ADOPTED);
        assertThat(fetch(DAY_BARS).present()).isEqualTo(1);
    }

    @Test
    void objectsUploadedInPartsAreHeldAgainstTheirETag() throws Exception {
        String key = key("trades_v1", MONDAY);
        byte[] bytes = random(12 << 20, 3);
        server.putInParts(key, bytes, 5 << 20);
        Path file = Files.write(home.resolve("bytes"), bytes);
        String expected = ETag.ofParts(file, 5 << 20);
        assertThat(expected).endsWith("-3");

        FetchReport report = fetch(wanted(Set.of(FlatFileKind.TRADES), MONDAY));
        boolean isOfParts = ETag.isOfParts(ETag.plain(server.etag(key)));
        assertThat(report.files())
                .singleElement()
                .matches(f -> f.checked() == (isOfParts ? Checked.PARTS : Checked.MD5));
        assertThat(file(key)).hasBinaryContent(bytes);

        assertThat(ETag.verify(file, expected, 0)).isEqualTo(Checked.PARTS);
        assertThat(ETag.verify(file, expected, 5 << 20)).isEqualTo(Checked.PARTS);
        // Nobody knows the size of the parts.
        assertThat(ETag.verify(file, ETag.ofParts(file, 4_999_999), 0)).isEqualTo(Checked.SIZE);
        assertThat(ETag.verify(file, "no-digest", 0)).isEqualTo(Checked.SIZE);
        assertThatThrownBy(() -> ETag.verify(file, "0".repeat(32) + "-3", 5 << 20))
                .isInstanceOf(ETag.MismatchException.class);
        assertThatThrownBy(() -> ETag.verify(file, "0".repeat(32), 0))
                .isInstanceOf(ETag.MismatchException.class);
    }

    @Test
    void fetchesOneFilePerTickerAndDay() throws Exception {
        String trades = PREFIX + "/trades/2024/01/";
        server.put(trades + "08/AAPL.csv.gz", gzip("1"));
        server.put(trades + "08/BRK.B.csv.gz", gzip("2"));
        server.put(trades + "09/AAPL.csv.gz", gzip("3"));
        server.put(trades + "09/MSFT.csv.gz", gzip("4"));
        server.put(PREFIX + "/aggregates/day/2024/01/AAPL.csv.gz", gzip("5"));
        FetchReport report =
                fetch(
                        new FlatFiles.Wanted(
                                Set.of(FlatFileKind.TRADES, FlatFileKind.DAY),
                                FlatFileLayout.TICKER,
                                Set.of("AAPL", "BRK.B"),
                                MONDAY,
                                MONDAY.plusDays(2),
                                false,
                                false));
        assertThat(report.files())
                .extracting(FileOutcome::key)
                .containsExactlyInAnyOrder(
                        PREFIX + "/aggregates/day/2024/01/AAPL.csv.gz",
                        trades + "08/AAPL.csv.gz",
                        trades + "08/BRK.B.csv.gz",
                        trades + "09/AAPL.csv.gz");
        assertThat(report.days())
                .extracting(DayOutcome::kind, DayOutcome::day)
                .containsExactly(tuple("trades", MONDAY.plusDays(2)));
    }

    @Test
    void wrongKeysAreSaidAtOnce() {
        FlatFiles.Source source =
                new FlatFiles.Source(
                        URI.create(server.url()),
                        "us-east-1",
                        S3Bucket.NAME,
                        PREFIX,
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("test", "wrong")));
        assertThatThrownBy(
                        () ->
                                FlatFiles.fetch(
                                        home,
                                        source,
                                        DAY_BARS,
                                        FlatFiles.Manners.DEFAULT,
                                        CLOCK,
                                        (files, ofFiles, bytes, ofBytes) -> {}))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("denies access")
                .satisfies(
                        e ->
                                assertThat(((FetchException) e).kind())
                                        .isEqualTo(FetchException.Kind.UNAVAILABLE));
    }

    @Test
    void aServerThatDoesNotAnswerIsUnavailable() {
        assertThatThrownBy(
                        () ->
                                fetch(
                                        "http://127.0.0.1:1",
                                        DAY_BARS,
                                        new Retries(2, Duration.ofMillis(1), Duration.ofMillis(2))))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("http://127.0.0.1:1");
    }

    /** A server that says what it likes. */
    private static HttpServer liar(String keys, byte[] body, String etag) throws IOException {
        HttpServer liar =
                HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        liar.createContext(
                "/",
                exchange -> {
                    boolean list = exchange.getRequestURI().toString().contains("list-type");
                    byte[] answer = list ? keys.getBytes(StandardCharsets.UTF_8) : body;
                    exchange.getResponseHeaders()
                            .add("Content-Type", list ? "application/xml" : "text/csv");
                    if (!list) {
                        exchange.getResponseHeaders().add("ETag", '"' + etag + '"');
                    }
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        liar.start();
        return liar;
    }

    private static String list(String etag, long size, String... keys) {
        StringBuilder xml =
                new StringBuilder(
                        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>");
        for (String key : keys) {
            xml.append("<Contents><Key>")
                    .append(key)
                    .append(
                            "</Key><LastModified>2024-01-09T15:00:00.000Z</LastModified><ETag>&quot;")
                    .append(etag)
                    .append("&quot;</ETag><Size>")
                    .append(size)
                    .append("</Size></Contents>");
        }
        return xml.append("</ListBucketResult>").toString();
    }

    @Test
    void keysThatLeadOutOfTheTierAreLeftAlone() throws Exception {
        String folder = PREFIX + "/trades/2024/01/";
        HttpServer liar =
                liar(
                        list(
                                "e",
                                4,
                                folder + "../../../../../../evil.csv.gz",
                                "/etc/cron.d/evil.csv.gz",
                                folder + "08/../../x.csv.gz",
                                folder + "08/.profile.csv.gz",
                                folder + "08/a b.csv.gz",
                                folder + "99/AAPL.csv.gz",
                                folder + "08/GOOD.csv.gz"),
                        "data".getBytes(StandardCharsets.UTF_8),
                        "e");
        try {
            FetchReport report =
                    fetch(
                            "http://127.0.0.1:" + liar.getAddress().getPort(),
                            new FlatFiles.Wanted(
                                    Set.of(FlatFileKind.TRADES),
                                    FlatFileLayout.TICKER,
                                    Set.of(),
                                    MONDAY,
                                    MONDAY,
                                    false,
                                    false),
                            QUICK);
            assertThat(report.files())
                    .singleElement()
                    .matches(f -> f.key().equals(folder + "08/GOOD.csv.gz"))
                    .matches(f -> f.checked() == Checked.SIZE);
            assertThat(report.ignored()).hasSize(6);
        } finally {
            liar.stop(0);
        }
        try (Stream<Path> all = Files.walk(home)) {
            assertThat(all.filter(f -> f.toString().endsWith(".gz")))
                    .containsExactly(file(folder + "08/GOOD.csv.gz"));
        }
    }

    @Test
    void bytesThatAreNotWhatTheETagSaysNeverReachTheTier() throws Exception {
        String key = key("day_aggs_v1", MONDAY);
        String etag = "0123456789abcdef0123456789abcdef";
        HttpServer liar = liar(list(etag, 4, key), "data".getBytes(StandardCharsets.UTF_8), etag);
        String url = "http://127.0.0.1:" + liar.getAddress().getPort();
        try {
            assertThat(fetch(url, DAY_BARS, QUICK).files())
                    .singleElement()
                    .matches(f -> f.status() == Status.FAILED)
                    .matches(f -> f.reason().contains("its ETag says " + etag));
        } finally {
            liar.stop(0);
        }
        HttpServer longer = liar(list(etag, 3, key), "data".getBytes(StandardCharsets.UTF_8), etag);
        try {
            assertThat(
                            fetch(
                                            "http://127.0.0.1:" + longer.getAddress().getPort(),
                                            DAY_BARS,
                                            QUICK)
                                    .files())
                    .singleElement()
                    .matches(f -> f.reason().contains("more than the 3 bytes"));
        } finally {
            longer.stop(0);
        }
        assertThat(file(key)).doesNotExist();
    }
}
