package io.champion.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.champion.fetch.Bhavcopies.Inspection;
import io.champion.fetch.FetchReport.DayOutcome;
import io.champion.fetch.FetchReport.DayStatus;
import io.champion.fetch.FetchReport.FileOutcome;
import io.champion.fetch.FetchReport.Status;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BhavcopiesTest {

    private static final LocalDate MONDAY = LocalDate.of(2025, 6, 16);
    private static final Retries QUICK =
            new Retries(4, Duration.ofMillis(1), Duration.ofSeconds(2));

    /** Weeks later. */
    private static final Clock LATER =
            Clock.fixed(Instant.parse("2025-07-31T12:00:00Z"), ZoneOffset.UTC);

    /** How a file is answered for. */
    private interface Page {
        void answer(HttpExchange exchange) throws IOException;
    }

    @TempDir Path home;

    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private final CountDownLatch end = new CountDownLatch(1);

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext(
                "/",
                exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    requests.add(path.substring(path.lastIndexOf('/') + 1));
                    try (exchange) {
                        pages.getOrDefault(path, e -> send(e, 404, "<html>Not found</html>"))
                                .answer(exchange);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
    }

    private URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A file as the inspector of these tests reads it: its format, its session, and an end. */
    private static String text(BhavcopyKind kind, LocalDate session) {
        return kind.source() + " " + session + " rows end\n";
    }

    private static Inspection inspect(Path file) throws IOException {
        String text = Files.readString(file);
        if (!text.endsWith("end\n")) {
            throw new IOException(file.getFileName() + " is truncated.");
        }
        String[] words = text.split(" ");
        return new Inspection(words[0], LocalDate.parse(words[1]));
    }

    private void publish(BhavcopyKind kind, LocalDate day, Page page) {
        pages.put(kind.uri(base(), day).getPath(), page);
    }

    private void publish(BhavcopyKind kind, LocalDate day) {
        publish(kind, day, exchange -> send(exchange, 200, text(kind, day)));
    }

    private FetchReport fetch(
            Set<BhavcopyKind> kinds, LocalDate from, LocalDate to, int recheck, Clock clock)
            throws IOException {
        return Bhavcopies.fetch(
                home,
                new Bhavcopies.Wanted(kinds, from, to, false, recheck, false, false),
                manners(Duration.ZERO, Duration.ofSeconds(20)),
                BhavcopiesTest::inspect,
                clock,
                (files, ofFiles, bytes, ofBytes) -> {});
    }

    private Bhavcopies.Manners manners(Duration interval, Duration timeout) {
        return new Bhavcopies.Manners(
                Map.of("NSE", base(), "BSE", base()),
                "Mozilla/5.0 (test)",
                interval,
                QUICK,
                timeout,
                1 << 16);
    }

    /** NSE's cash segment, on one day. */
    private FetchReport fetchOne(Page page) throws IOException {
        publish(BhavcopyKind.NSE_CM, MONDAY, page);
        return fetch(Set.of(BhavcopyKind.NSE_CM), MONDAY, MONDAY, 0, LATER);
    }

    private Path file(BhavcopyKind kind, LocalDate day) {
        return Bhavcopies.root(home).resolve(kind.key(day));
    }

    private static String reason(FetchReport report) {
        assertThat(report.files()).hasSize(1);
        FileOutcome file = report.files().get(0);
        assertThat(file.status()).isEqualTo(Status.FAILED);
        return file.reason();
    }

    private void nothingIsThere() throws IOException {
        try (Stream<Path> all = Files.walk(home.resolve("raw"))) {
            assertThat(all.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
                    .containsOnly("lock", "manifest.jsonl");
        }
    }

    @Test
    void theUrlsAreThePublishedOnes() {
        LocalDate day = LocalDate.of(2024, 7, 8);
        assertThat(Stream.of(BhavcopyKind.values()).map(kind -> uri(kind, day)))
                .containsExactly(
                        "https://nsearchives.nseindia.com/content/cm/BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv.zip",
                        "https://nsearchives.nseindia.com/content/fo/BhavCopy_NSE_FO_0_0_0_20240708_F_0000.csv.zip",
                        "https://nsearchives.nseindia.com/products/content/sec_bhavdata_full_08072024.csv",
                        "https://www.bseindia.com/download/BhavCopy/Equity/BhavCopy_BSE_CM_0_0_0_20240708_F_0000.CSV",
                        "https://www.bseindia.com/download/Bhavcopy/Derivative/BhavCopy_BSE_FO_0_0_0_20240708_F_0000.CSV");
    }

    @Test
    void theMachinesOwnDigitsAreInNoNameOfAFile() throws Exception {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(String.format("%d", 1)).isNotEqualTo("1");
            assertThat(BhavcopyKind.NSE_CM.key(MONDAY))
                    .isEqualTo(
                            "nse_udiff_cm/2025/06/BhavCopy_NSE_CM_0_0_0_20250616_F_0000.csv.zip");
            publish(BhavcopyKind.NSE_CM, MONDAY);
            Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM);
            assertThat(fetch(kinds, MONDAY, MONDAY, 0, LATER).files(Status.FETCHED)).hasSize(1);
            assertThat(fetch(kinds, null, MONDAY, 0, LATER).present()).isEqualTo(1);
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String uri(BhavcopyKind kind, LocalDate day) {
        return kind.uri(Bhavcopies.Manners.DEFAULT.bases().get(kind.exchange()), day).toString();
    }

    @Test
    void fetchesSessionsAndTellsHolidaysByCalendarAndByAnswer() throws Exception {
        LocalDate tuesday = MONDAY.plusDays(1);
        LocalDate wednesday = MONDAY.plusDays(2);
        LocalDate thursday = MONDAY.plusDays(3);
        Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM, BhavcopyKind.NSE_SEC);
        publish(BhavcopyKind.NSE_CM, MONDAY);
        publish(BhavcopyKind.NSE_SEC, MONDAY);
        // A holiday: one kind is not there, the other repeats the session before.
        publish(
                BhavcopyKind.NSE_SEC,
                tuesday,
                exchange -> send(exchange, 200, text(BhavcopyKind.NSE_SEC, MONDAY)));
        // A session of which one kind is missing.
        publish(BhavcopyKind.NSE_CM, wednesday);
        publish(BhavcopyKind.NSE_CM, thursday);
        publish(BhavcopyKind.NSE_SEC, thursday);

        FetchReport report = fetch(kinds, MONDAY, MONDAY.plusDays(6), 0, LATER);
        assertThat(report.files(Status.FETCHED)).hasSize(5);
        assertThat(report.files()).allMatch(f -> f.checked() == Checked.CONTENT);
        assertThat(file(BhavcopyKind.NSE_CM, MONDAY))
                .hasContent(text(BhavcopyKind.NSE_CM, MONDAY).strip() + "\n");
        assertThat(file(BhavcopyKind.NSE_SEC, tuesday)).doesNotExist();
        // Of Friday nobody has anything, and no later session tells whether it was one.
        LocalDate friday = MONDAY.plusDays(4);
        assertThat(report.days(DayStatus.MISSING))
                .extracting(DayOutcome::kind, DayOutcome::day)
                .containsExactly(
                        tuple("nse-sec", wednesday),
                        tuple("nse-cm", friday),
                        tuple("nse-sec", friday));
        assertThat(report.days(DayStatus.CLOSED))
                .extracting(DayOutcome::kind, DayOutcome::day, DayOutcome::reason)
                .contains(
                        tuple("nse-cm", tuesday, "the server has no such file"),
                        tuple("nse-sec", tuesday, "the file repeats the session of 2025-06-16"),
                        tuple("nse-cm", MONDAY.plusDays(5), "by the calendar"));

        requests.clear();
        FetchReport next = fetch(kinds, null, MONDAY.plusDays(6), 0, LATER);
        assertThat(next.files()).isEmpty();
        assertThat(next.present()).isEqualTo(5);
        assertThat(requests)
                .containsExactlyInAnyOrder(
                        BhavcopyKind.NSE_SEC.fileName(wednesday),
                        BhavcopyKind.NSE_CM.fileName(friday),
                        BhavcopyKind.NSE_SEC.fileName(friday));
    }

    /** How BSE answers when it has nothing, or is out of order. */
    private void redirectToAPage(BhavcopyKind kind, LocalDate day) {
        pages.put("/error.html", exchange -> send(exchange, 200, "<html>No data</html>"));
        publish(
                kind,
                day,
                exchange -> {
                    exchange.getResponseHeaders().add("Location", "/error.html");
                    exchange.sendResponseHeaders(302, -1);
                });
    }

    private List<ManifestEntry> found(ManifestEntry.State state) throws IOException {
        try (RawTier tier = RawTier.open(home, Bhavcopies.TIER)) {
            return tier.manifest().all().stream().filter(e -> e.state() == state).toList();
        }
    }

    @Test
    void anOutageIsNoHolidayWhereTheOtherExchangeHadASession() throws Exception {
        Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM, BhavcopyKind.BSE_CM);
        LocalDate last = MONDAY.plusDays(11);
        for (LocalDate day = MONDAY; !day.isAfter(last); day = day.plusDays(1)) {
            publish(BhavcopyKind.NSE_CM, day);
            redirectToAPage(BhavcopyKind.BSE_CM, day);
        }
        FetchReport report = fetch(kinds, MONDAY, last, 0, LATER);
        assertThat(report.files(Status.FETCHED)).hasSize(10);
        assertThat(report.days(DayStatus.MISSING)).hasSize(10).allMatch(d -> isBse(d.kind()));
        assertThat(found(ManifestEntry.State.CLOSED)).isEmpty();

        for (LocalDate day = MONDAY; !day.isAfter(last); day = day.plusDays(1)) {
            publish(BhavcopyKind.BSE_CM, day);
        }
        assertThat(fetch(kinds, null, last, 0, LATER).files(Status.FETCHED))
                .hasSize(10)
                .allMatch(f -> isBse(f.kind()));
    }

    private static boolean isBse(String kind) {
        return kind.equals(BhavcopyKind.BSE_CM.id());
    }

    @Test
    void anAddressThatHasNoFilesMakesNoHolidays() throws Exception {
        Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM);
        publish(BhavcopyKind.NSE_CM, MONDAY);
        LocalDate last = MONDAY.plusDays(11);
        assertThat(fetch(kinds, MONDAY, last, 0, LATER).days(DayStatus.MISSING)).hasSize(9);
        assertThat(found(ManifestEntry.State.CLOSED)).isEmpty();
    }

    @Test
    void theSessionsOfEarlierRunsCountWhateverKindsTheyWereOf() throws Exception {
        publish(BhavcopyKind.NSE_CM, MONDAY);
        fetch(Set.of(BhavcopyKind.NSE_CM), MONDAY, MONDAY, 0, LATER);
        Set<BhavcopyKind> other = Set.of(BhavcopyKind.NSE_SEC);
        assertThat(fetch(other, MONDAY, MONDAY, 0, LATER).days())
                .extracting(DayOutcome::status)
                .containsExactly(DayStatus.MISSING);
        publish(BhavcopyKind.NSE_SEC, MONDAY);
        assertThat(fetch(other, MONDAY, MONDAY, 0, LATER).files(Status.FETCHED)).hasSize(1);
    }

    @Test
    void aDayThatPassedForAHolidayIsAskedForAgainOnceASessionOfItIsKnown() throws Exception {
        LocalDate tuesday = MONDAY.plusDays(1);
        Set<BhavcopyKind> bse = Set.of(BhavcopyKind.BSE_CM);
        publish(BhavcopyKind.BSE_CM, MONDAY);
        publish(BhavcopyKind.BSE_CM, MONDAY.plusDays(2));
        fetch(bse, MONDAY, MONDAY.plusDays(2), 0, LATER);
        assertThat(found(ManifestEntry.State.CLOSED))
                .extracting(ManifestEntry::day)
                .containsExactly(tuesday);

        publish(BhavcopyKind.NSE_CM, tuesday);
        fetch(Set.of(BhavcopyKind.NSE_CM), tuesday, tuesday, 0, LATER);
        publish(BhavcopyKind.BSE_CM, tuesday);
        assertThat(fetch(bse, MONDAY, MONDAY.plusDays(2), 0, LATER).files(Status.FETCHED))
                .extracting(FileOutcome::day)
                .containsExactly(tuesday);
    }

    @Test
    void whatMayStillComeIsLateAndNotAHoliday() throws Exception {
        Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM);
        publish(BhavcopyKind.NSE_CM, MONDAY);
        Clock evening = Clock.fixed(Instant.parse("2025-06-17T15:00:00Z"), ZoneOffset.UTC);
        Clock noon = Clock.fixed(Instant.parse("2025-06-17T06:30:00Z"), ZoneOffset.UTC);
        assertThat(fetch(kinds, MONDAY, MONDAY.plusDays(1), 0, noon).days())
                .extracting(DayOutcome::status)
                .containsExactly(DayStatus.NOT_DUE);
        assertThat(fetch(kinds, MONDAY, MONDAY.plusDays(1), 0, evening).days())
                .extracting(DayOutcome::status)
                .containsExactly(DayStatus.LATE);
        publish(BhavcopyKind.NSE_CM, MONDAY.plusDays(1));
        assertThat(fetch(kinds, null, MONDAY.plusDays(1), 0, evening).files(Status.FETCHED))
                .hasSize(1);
    }

    @Test
    void filesOfTheLastDaysAreAskedForAgainAndReplacedIfTheyChanged() throws Exception {
        Set<BhavcopyKind> kinds = Set.of(BhavcopyKind.NSE_CM);
        Clock evening = Clock.fixed(Instant.parse("2025-06-17T15:00:00Z"), ZoneOffset.UTC);
        AtomicInteger unchanged = new AtomicInteger();
        publish(
                BhavcopyKind.NSE_CM,
                MONDAY,
                exchange -> {
                    exchange.getResponseHeaders().add("ETag", "\"one\"");
                    exchange.getResponseHeaders()
                            .add("Last-Modified", "Mon, 02 Jun 2025 13:00:00 GMT");
                    boolean known =
                            "\"one\"".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))
                                    && "Mon, 02 Jun 2025 13:00:00 GMT"
                                            .equals(
                                                    exchange.getRequestHeaders()
                                                            .getFirst("If-Modified-Since"));
                    if (known) {
                        unchanged.incrementAndGet();
                        exchange.sendResponseHeaders(304, -1);
                    } else {
                        send(exchange, 200, text(BhavcopyKind.NSE_CM, MONDAY));
                    }
                });
        assertThat(fetch(kinds, MONDAY, MONDAY, 7, evening).files()).hasSize(1);
        FetchReport same = fetch(kinds, MONDAY, MONDAY, 7, evening);
        assertThat(same.present()).isEqualTo(1);
        assertThat(unchanged).hasValue(1);

        // Without validators the bytes tell.
        publish(BhavcopyKind.NSE_CM, MONDAY);
        assertThat(fetch(kinds, MONDAY, MONDAY, 7, evening).present()).isEqualTo(1);

        publish(
                BhavcopyKind.NSE_CM,
                MONDAY,
                exchange ->
                        send(exchange, 200, "nse_udiff_cm " + MONDAY + " corrected rows end\n"));
        FetchReport report = fetch(kinds, MONDAY, MONDAY, 7, evening);
        assertThat(report.files()).extracting(FileOutcome::status).containsExactly(Status.REPLACED);
        assertThat(Files.readString(file(BhavcopyKind.NSE_CM, MONDAY))).contains("corrected");

        // A page in its place later does not harm what we have.
        publish(BhavcopyKind.NSE_CM, MONDAY, exchange -> send(exchange, 200, "<html>"));
        assertThat(fetch(kinds, MONDAY, MONDAY, 7, evening).files(Status.FAILED)).hasSize(1);
        assertThat(Files.readString(file(BhavcopyKind.NSE_CM, MONDAY))).contains("corrected");
    }

    @Test
    void waitsAsLongAsABusyServerAsks() throws Exception {
        AtomicInteger busy = new AtomicInteger();
        List<Long> times = new CopyOnWriteArrayList<>();
        FetchReport report =
                fetchOne(
                        exchange -> {
                            times.add(System.nanoTime());
                            if (busy.getAndIncrement() == 0) {
                                exchange.getResponseHeaders().add("Retry-After", "1");
                                send(exchange, 429, "slow down");
                            } else {
                                send(exchange, 200, text(BhavcopyKind.NSE_CM, MONDAY));
                            }
                        });
        assertThat(report.files(Status.FETCHED)).hasSize(1);
        // A bound that the protocol sets, not a measurement.
        assertThat(times.get(1) - times.get(0)).isGreaterThanOrEqualTo(1_000_000_000);
    }

    @Test
    void doesNotWaitForAServerThatAsksForHours() throws Exception {
        assertThat(
                        reason(
                                fetchOne(
                                        exchange -> {
                                            exchange.getResponseHeaders()
                                                    .add("Retry-After", "7200");
                                            send(exchange, 429, "");
                                        })))
                .contains("429", "7200 s");
        assertThat(requests).hasSize(1);
    }

    @Test
    void triesAgainAfterErrorsAndGivesUpAtLast() throws Exception {
        AtomicInteger count = new AtomicInteger();
        assertThat(
                        fetchOne(
                                        exchange ->
                                                send(
                                                        exchange,
                                                        count.getAndIncrement() < 3 ? 502 : 200,
                                                        text(BhavcopyKind.NSE_CM, MONDAY)))
                                .files(Status.FETCHED))
                .hasSize(1);
        publish(BhavcopyKind.NSE_CM, MONDAY.plusDays(1), exchange -> send(exchange, 500, "broken"));
        requests.clear();
        assertThat(
                        reason(
                                fetch(
                                        Set.of(BhavcopyKind.NSE_CM),
                                        MONDAY.plusDays(1),
                                        MONDAY.plusDays(1),
                                        0,
                                        LATER)))
                .contains("500");
        assertThat(requests).hasSize(QUICK.attempts());
    }

    @Test
    void aPageInPlaceOfTheFileIsNoFile() throws Exception {
        assertThat(
                        reason(
                                fetchOne(
                                        exchange ->
                                                send(
                                                        exchange,
                                                        200,
                                                        "\n<!DOCTYPE html><title>Sorry</title>"))))
                .contains("a page in place of the file");
        nothingIsThere();
    }

    @Test
    void aRedirectToAPageSaysThatThereIsNone() throws Exception {
        LocalDate tuesday = MONDAY.plusDays(1);
        publish(BhavcopyKind.BSE_CM, MONDAY);
        redirectToAPage(BhavcopyKind.BSE_CM, tuesday);
        publish(BhavcopyKind.BSE_CM, MONDAY.plusDays(2));
        FetchReport report =
                fetch(Set.of(BhavcopyKind.BSE_CM), MONDAY, MONDAY.plusDays(2), 0, LATER);
        assertThat(report.days())
                .singleElement()
                .matches(d -> d.day().equals(tuesday) && d.status() == DayStatus.CLOSED)
                .matches(d -> d.reason().equals("the server has a page in place of the file"));
    }

    @Test
    void redirectsWithoutEndAreAFailure() throws Exception {
        assertThat(
                        reason(
                                fetchOne(
                                        exchange -> {
                                            exchange.getResponseHeaders()
                                                    .add(
                                                            "Location",
                                                            exchange.getRequestURI().toString());
                                            exchange.sendResponseHeaders(302, -1);
                                        })))
                .contains("redirects");
        assertThat(requests).hasSizeLessThan(10);
    }

    @Test
    void aBodyThatBreaksOffIsFetchedAgain() throws Exception {
        AtomicInteger count = new AtomicInteger();
        FetchReport report =
                fetchOne(
                        exchange -> {
                            String text = text(BhavcopyKind.NSE_CM, MONDAY);
                            if (count.getAndIncrement() < 2) {
                                // Says more than it sends, and ends.
                                exchange.sendResponseHeaders(200, text.length() + 1000);
                                exchange.getResponseBody()
                                        .write(text.getBytes(StandardCharsets.UTF_8));
                                exchange.getResponseBody().flush();
                            } else {
                                send(exchange, 200, text);
                            }
                        });
        assertThat(report.files(Status.FETCHED)).hasSize(1);
        assertThat(count).hasValue(3);
    }

    @Test
    void aBodyShorterThanItShouldBeIsFoundByReadingIt() throws Exception {
        // The length is that of what is sent: nothing but the contents tells.
        assertThat(reason(fetchOne(exchange -> send(exchange, 200, "nse_udiff_cm 2025-06-16 ro"))))
                .contains("is truncated");
        nothingIsThere();
    }

    @Test
    void aFileOfAnotherDayOrFormatIsRefused() throws Exception {
        assertThat(
                        reason(
                                fetchOne(
                                        exchange ->
                                                send(
                                                        exchange,
                                                        200,
                                                        text(
                                                                BhavcopyKind.NSE_CM,
                                                                MONDAY.plusDays(1))))))
                .contains("2025-06-17 in place of that of 2025-06-16");
        assertThat(
                        reason(
                                fetchOne(
                                        exchange ->
                                                send(
                                                        exchange,
                                                        200,
                                                        text(BhavcopyKind.NSE_FO, MONDAY)))))
                .contains("nse_udiff_fo");
        nothingIsThere();
    }

    @Test
    void aFileThatIsTooLargeIsNotTaken() throws Exception {
        assertThat(reason(fetchOne(exchange -> send(exchange, 200, "x".repeat(100_000)))))
                .contains("larger than 65536");
        nothingIsThere();
    }

    @Test
    void aServerThatNeverEndsIsGivenUp() throws Exception {
        publish(
                BhavcopyKind.NSE_CM,
                MONDAY,
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    exchange.getResponseBody().write('x');
                    exchange.getResponseBody().flush();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        FetchReport report =
                Bhavcopies.fetch(
                        home,
                        new Bhavcopies.Wanted(
                                Set.of(BhavcopyKind.NSE_CM),
                                MONDAY,
                                MONDAY,
                                false,
                                0,
                                false,
                                false),
                        manners(Duration.ZERO, Duration.ofMillis(200)),
                        BhavcopiesTest::inspect,
                        LATER,
                        (files, ofFiles, bytes, ofBytes) -> {});
        assertThat(reason(report)).contains("took longer");
    }

    @Test
    void anExchangeThatRefusesUsIsLeftAloneAndTheOtherIsNot() throws Exception {
        for (int i = 0; i < 12; i++) {
            publish(BhavcopyKind.BSE_CM, MONDAY.plusDays(i), exchange -> send(exchange, 403, ""));
            publish(BhavcopyKind.NSE_CM, MONDAY.plusDays(i));
        }
        FetchReport report =
                fetch(
                        Set.of(BhavcopyKind.NSE_CM, BhavcopyKind.BSE_CM),
                        MONDAY,
                        MONDAY.plusDays(11),
                        0,
                        LATER);
        assertThat(report.files(Status.FETCHED)).hasSize(10);
        assertThat(report.files(Status.FAILED)).hasSize(10);
        assertThat(report.files(Status.FAILED).get(0).reason()).contains("403");
        assertThat(report.files(Status.FAILED).get(9).reason()).contains("not tried");
        assertThat(requests.stream().filter(name -> name.contains("BSE"))).hasSize(5);
    }

    @Test
    void asksOneAtATimeWithAPause() throws Exception {
        List<Long> times = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 3; i++) {
            LocalDate day = MONDAY.plusDays(i);
            publish(
                    BhavcopyKind.NSE_CM,
                    day,
                    exchange -> {
                        times.add(System.nanoTime());
                        assertThat(exchange.getRequestHeaders().getFirst("User-Agent"))
                                .startsWith("Mozilla/5.0");
                        assertThat(exchange.getRequestHeaders().getFirst("Referer"))
                                .isEqualTo(base().toString());
                        send(exchange, 200, text(BhavcopyKind.NSE_CM, day));
                    });
        }
        Bhavcopies.fetch(
                home,
                new Bhavcopies.Wanted(
                        Set.of(BhavcopyKind.NSE_CM),
                        MONDAY,
                        MONDAY.plusDays(2),
                        false,
                        0,
                        false,
                        false),
                manners(Duration.ofMillis(100), Duration.ofSeconds(20)),
                BhavcopiesTest::inspect,
                LATER,
                (files, ofFiles, bytes, ofBytes) -> {});
        assertThat(times).hasSize(3);
        assertThat(times.get(2) - times.get(0)).isGreaterThan(150_000_000);
    }

    @Test
    void theFirstTimeItHasToBeSaidFromWhen() {
        assertThatThrownBy(() -> fetch(Set.of(BhavcopyKind.NSE_CM), null, MONDAY, 0, LATER))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("--from 2025-06-09");
    }
}
