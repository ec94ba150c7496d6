package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.kafka.DeadLetter;
import io.champion.kafka.KafkaConfig;
import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedKafka;
import io.champion.local.faults.Until;
import io.champion.local.market.ExpectedBar;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.ExpectedRow;
import io.champion.local.market.MarketSpec;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.runtime.JobConfig;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * One run of the whole job over a simulated market: holds what the job made of it against {@link
 * ExpectedMarket}. Nothing is held in memory as a whole, so that a market may be large.
 */
final class MarketRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /** As many as a test's heap holds well. */
    private static final long TICKS_OF_PART = 2_000_000;

    private static final Map<String, Duration> INTERVALS =
            Map.of("1s", Duration.ofSeconds(1), "1m", Duration.ofMinutes(1));

    private static final String GROUP = "proof";
    private static final String TICKS = "ticks";
    private static final String BARS = "bars";
    private static final String DEAD_LETTERS = "ticks-dead-letters";

    private final Path home;
    private final MarketSpec market;
    private final EmbeddedKafka kafka;
    private final ClickHouseConfig warehouse;
    private final MarketFeed feed;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    /** What to do while something is waited for. */
    private Callable<?> upkeep = () -> null;

    /** Computed when it is asked for. */
    private Expectation expectation;

    /** Versions of bars that came out on Kafka. */
    private long barVersions;

    /**
     * @param warehouse without faults; migrated here
     */
    MarketRun(Path home, MarketSpec market, EmbeddedKafka kafka, ClickHouseConfig warehouse)
            throws IOException, InterruptedException {
        this.home = home;
        this.market = market;
        this.kafka = kafka;
        this.warehouse = warehouse;
        kafka.createTopic(TICKS, MarketFeed.PARTITIONS);
        kafka.createTopic(BARS, MarketFeed.PARTITIONS);
        kafka.createTopic(DEAD_LETTERS, 1);
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        feed = new MarketFeed(market, TICKS, kafkaConfig());
    }

    MarketFeed feed() {
        return feed;
    }

    /** Has something done again and again while something is waited for. */
    void upkeep(Callable<?> action) {
        upkeep = action;
    }

    private void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, Until.PATIENCE, condition);
    }

    private void until(String what, Duration patience, Callable<Boolean> condition)
            throws Exception {
        Until.until(
                what,
                patience,
                () -> {
                    upkeep.call();
                    return condition.call();
                });
    }

    /**
     * What the job is told.
     *
     * @param url of the warehouse, as the job sees it
     */
    JobConfig config(String url, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + url,
                                "warehouse.database=" + warehouse.database(),
                                "kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                                "ticks.group=" + GROUP,
                                "execution.checkpointing.interval=500 ms",
                                "execution.checkpointing.min-pause=0 ms"));
        arguments.addAll(List.of(more));
        return JobConfig.of(TickStreamJob.OPTIONS).arguments(arguments).load();
    }

    private KafkaConfig kafkaConfig() {
        return KafkaConfig.of(kafka.bootstrapServers());
    }

    /** Waits until every engine has a watermark, so that what is late can be told. */
    void awaitStart(URI rest, String job) throws Exception {
        until("all engines have a watermark", () -> watermark(rest, job) > 0);
    }

    /** Waits until every engine has seen the end of the market. */
    void awaitEnd(URI rest, String job) throws Exception {
        until(
                "all engines are at the end",
                PATIENCE,
                () -> watermark(rest, job) > feed.closing() - 60_000);
    }

    /** The least watermark of all engines. */
    private long watermark(URI rest, String job) throws Exception {
        long least = Long.MAX_VALUE;
        for (JsonNode mark :
                get(rest, "/jobs/" + job + "/vertices/" + engine(rest, job) + "/watermarks")) {
            least = Math.min(least, mark.get("value").asLong());
        }
        return least == Long.MAX_VALUE ? Long.MIN_VALUE : least;
    }

    /** The id of the engine's vertex. */
    private String engine(URI rest, String job) throws Exception {
        JsonNode details = get(rest, "/jobs/" + job);
        if (details.path("state").asText().equals("FAILED")) {
            throw new AssertionError(
                    get(rest, "/jobs/" + job + "/exceptions")
                            .at("/exceptionHistory/entries/0/stacktrace")
                            .asText());
        }
        for (JsonNode vertex : details.path("vertices")) {
            if (vertex.get("name").asText().contains("ticks engine")) {
                return vertex.get("id").asText();
            }
        }
        throw new AssertionError("The job has no engine.");
    }

    /** Sums of the engines' counters, by name. */
    Map<String, Long> counters(URI rest, String job) throws Exception {
        String metrics = "/jobs/" + job + "/vertices/" + engine(rest, job) + "/subtasks/metrics";
        Map<String, Long> counters = new TreeMap<>();
        for (JsonNode metric : get(rest, metrics)) {
            String id = metric.get("id").asText();
            String name = id.substring(id.lastIndexOf('.') + 1);
            if (name.startsWith("ticks")) {
                JsonNode sum = get(rest, metrics + "?agg=sum&get=" + id);
                counters.merge(name, sum.get(0).get("sum").asLong(), Long::sum);
            }
        }
        return counters;
    }

    /** Asserts that the engines counted each message once; for a job that never failed. */
    void assertCounters(URI rest, String job) throws Exception {
        Expectation expected = expected();
        Map<String, Long> wanted = new TreeMap<>();
        wanted.put("ticks", expected.read);
        wanted.put("ticksAccepted", expected.accepted);
        wanted.put("ticksDuplicate", expected.duplicates);
        wanted.put("ticksLate", expected.late);
        wanted.put("ticksRejected", expected.rejected());
        until(
                "the counters are up to date",
                () -> counters(rest, job).getOrDefault("ticks", 0L) >= expected.read);
        assertThat(counters(rest, job)).isEqualTo(wanted);
    }

    /** Asserts that what the engines read since they started last is what they made of it. */
    void assertCountersAddUp(URI rest, String job) throws Exception {
        // Some are reported later than others.
        until(
                "the counters add up",
                () -> {
                    Map<String, Long> counters = counters(rest, job);
                    long ticks = counters.getOrDefault("ticks", 0L);
                    long all = counters.values().stream().mapToLong(Long::longValue).sum();
                    return ticks > 0 && ticks == all - ticks;
                });
    }

    /** Takes a checkpoint; what it commits may not be committed yet. */
    void checkpoint(URI rest, String job) throws Exception {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(rest.resolve("/jobs/" + job + "/checkpoints"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String trigger = json.readTree(answer.body()).get("request-id").asText();
        String result = "/jobs/" + job + "/checkpoints/" + trigger;
        // Also because a cluster waits with its end until somebody has asked.
        until(
                "the checkpoint is complete",
                () -> get(rest, result).at("/status/id").asText().equals("COMPLETED"));
    }

    private JsonNode get(URI rest, String path) throws Exception {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(rest.resolve(path.replace(" ", "%20"))).build(),
                        HttpResponse.BodyHandlers.ofString());
        return json.readTree(answer.body());
    }

    /** What the market should have come to: totals, and files of rows and bars. */
    private static final class Expectation {
        final Path rows;
        final Path bars;
        long read;
        long accepted;
        long duplicates;
        long late;
        long barCount;
        Map<String, Long> rejects;

        Expectation(Path rows, Path bars) {
            this.rows = rows;
            this.bars = bars;
        }

        long rejected() {
            return rejects.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private Expectation expected() throws IOException {
        if (expectation != null) {
            return expectation;
        }
        Expectation all =
                new Expectation(
                        home.resolve("expected-ticks.tsv"), home.resolve("expected-bars.tsv"));
        int parts = parts();
        try (PrintWriter rows = new PrintWriter(Files.newBufferedWriter(all.rows));
                PrintWriter bars = new PrintWriter(Files.newBufferedWriter(all.bars))) {
            for (int i = 0; i < parts; i++) {
                int part = i;
                ExpectedMarket some =
                        ExpectedMarket.of(
                                feed.again(),
                                market.lateBy().dividedBy(2),
                                id -> Math.floorMod(id.hashCode(), parts) == part);
                all.read = some.read();
                all.late = some.late();
                all.rejects = some.rejects();
                all.accepted += some.accepted();
                all.duplicates += some.duplicates();
                some.rows().forEach(row -> write(rows, line(row)));
                INTERVALS.forEach(
                        (name, length) ->
                                some.bars(length, market::isInSession)
                                        .forEach(
                                                bar -> {
                                                    all.barCount++;
                                                    write(bars, line(name, bar));
                                                }));
            }
            assertThat(rows.checkError() || bars.checkError()).isFalse();
        }
        expectation = all;
        return all;
    }

    /** So many parts are computed and compared one after the other. */
    private int parts() {
        return (int) (market.ticks() / TICKS_OF_PART) + 1;
    }

    /** Asserts that all outputs are what they have to be. */
    void assertOutputs() throws Exception {
        Expectation expected = expected();
        assertThat(Arrays.stream(feed.sent()).sum()).isEqualTo(expected.read);
        assertThat(expected.duplicates).isPositive();
        assertThat(expected.read)
                .isEqualTo(
                        expected.accepted
                                + expected.duplicates
                                + expected.rejected()
                                + expected.late);
        assertDeadLetters(expected);
        String bars = sentBars();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (String stored : stored(Bar.getClassSchema(), clickHouse)) {
                same(clickHouse, BAR, stored, bars);
            }
            assertTicks(clickHouse, expected);
            assertBars(clickHouse, bars, expected);
        }
    }

    /**
     * Asserts that the intervals on record count every message, bar and reject once.
     *
     * @return how many intervals there are
     */
    int assertIntervals(JobConfig config) throws Exception {
        Expectation expected = expected();
        Map<String, Long> sums = new TreeMap<>();
        List<TrackedRun> runs =
                Tracker.runs(config, List.of(Experiments.INGESTION), Integer.MAX_VALUE);
        for (TrackedRun run : runs) {
            run.metrics().forEach((key, value) -> sums.merge(key, value.longValue(), Long::sum));
        }
        long rejected =
                sums.entrySet().stream()
                        .filter(sum -> sum.getKey().startsWith("rejected."))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        assertThat(sums)
                .containsEntry("ticks_read", expected.read)
                .containsEntry("ticks_accepted", expected.accepted)
                .containsEntry("ticks_duplicate", expected.duplicates)
                .containsEntry("ticks_late", expected.late);
        assertThat(rejected).isEqualTo(expected.rejected());
        return runs.size();
    }

    /** Asserts the same of lake and warehouse alone, where what was sent to Kafka is lost. */
    void assertStores() throws Exception {
        Expectation expected = expected();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            List<String> stored = stored(Bar.getClassSchema(), clickHouse);
            String bars = "(SELECT " + BAR + " FROM " + stored.get(0) + ")";
            same(clickHouse, BAR, stored.get(1), bars);
            assertTicks(clickHouse, expected);
            assertBars(clickHouse, bars, expected);
        }
    }

    private void assertTicks(ClickHouse clickHouse, Expectation expected) throws Exception {
        for (String stored : stored(EquityTrade.getClassSchema(), clickHouse)) {
            same(clickHouse, ROW, stored, tsv(expected.rows, ROW_TYPES));
        }
    }

    /**
     * Asserts that all versions of each bar are there once, and that the last is right.
     *
     * @param bars the table of all versions
     */
    private void assertBars(ClickHouse clickHouse, String bars, Expectation expected)
            throws Exception {
        forEachPart(
                part ->
                        assertThat(
                                        rows(
                                                clickHouse,
                                                "SELECT c1, c2, c3, count() AS versions,"
                                                        + " groupArray(c4) FROM "
                                                        + bars
                                                        + part
                                                        + " GROUP BY c1, c2, c3 HAVING max(c4)"
                                                        + " != versions OR uniqExact(c4) !="
                                                        + " versions OR min(c4) != 1"))
                                .as("bars with gaps or repeats")
                                .isEmpty());
        String latest =
                "(SELECT * REPLACE(toInt64(0) AS c4) FROM (SELECT * FROM "
                        + bars
                        + " ORDER BY c4 DESC LIMIT 1 BY c1, c2, c3) WHERE c5 > 0)";
        String wanted = tsv(expected.bars, BAR_TYPES);
        same(clickHouse, "*", latest, wanted);
        same(
                clickHouse,
                BAR.replace("version", "0"),
                "(SELECT * FROM " + clickHouse.table("bars_latest") + " WHERE trades > 0)",
                wanted);
    }

    /**
     * Waits until the job has committed the offsets of the whole market: that every message was
     * read. It does so some time after a checkpoint, and not after the one that it is stopped with.
     */
    void awaitCommittedOffsets() throws Exception {
        until(
                "the offsets of the whole market are committed",
                () -> Arrays.equals(committedOffsets(), feed.sent()));
    }

    /** Offsets of the job's consumer group, by partition. */
    private long[] committedOffsets() throws Exception {
        try (Admin admin = Admin.create(kafkaConfig().clientProperties())) {
            Map<TopicPartition, OffsetAndMetadata> offsets =
                    admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get();
            return IntStream.range(0, MarketFeed.PARTITIONS)
                    .mapToObj(p -> offsets.get(new TopicPartition(TICKS, p)))
                    .mapToLong(committed -> committed == null ? 0 : committed.offset())
                    .toArray();
        }
    }

    /** Asserts that the job's transactions are told from those of others by its name. */
    void assertTransactionalIds() throws Exception {
        try (Admin admin = Admin.create(kafkaConfig().clientProperties())) {
            assertThat(admin.listTransactions().all().get())
                    .isNotEmpty()
                    .allMatch(t -> t.transactionalId().startsWith(GROUP + "-"));
        }
    }

    /** Waits until no transaction of the job is open, because it ended or the broker ended it. */
    void awaitNoTransaction() throws Exception {
        try (Admin admin = Admin.create(kafkaConfig().clientProperties())) {
            ListTransactionsOptions open =
                    new ListTransactionsOptions()
                            .filterStates(
                                    Set.of(
                                            TransactionState.ONGOING,
                                            TransactionState.PREPARE_ABORT,
                                            TransactionState.PREPARE_COMMIT));
            until(
                    "no transaction is open",
                    () -> admin.listTransactions(open).all().get().isEmpty());
        }
    }

    /** Table of the bars on the topic. */
    private String sentBars() throws IOException {
        Path file = home.resolve("bars.tsv");
        RecordDecoder<Bar> decoder = new RecordDecoder<>(Bar.class, WireSchemas.released());
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
            CommittedMessages.read(
                    kafka.bootstrapServers(),
                    BARS,
                    message -> {
                        try {
                            Bar bar = decoder.decode(message.value(), new Bar());
                            assertThat(new String(message.key(), StandardCharsets.UTF_8))
                                    .isEqualTo(bar.getInstrumentId());
                            write(out, line(bar));
                            barVersions++;
                        } catch (WireException e) {
                            throw new AssertionError("A message is no bar.", e);
                        }
                    });
            assertThat(out.checkError()).isFalse();
        }
        return tsv(file, BAR_TYPES);
    }

    /**
     * Asserts that the roll-up of minutes agrees with the bars.
     *
     * @param repaired whether ClickHouse was killed, which may have left the roll-up without a
     *     block that its table has: it is made again first, as the documentation of migrations says
     * @return minutes in which they disagreed
     */
    long assertRollUp(boolean repaired) {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            String differences =
                    " FROM "
                            + clickHouse.table("trades_1m_differences")
                            + " WHERE difference != 'no bar'";
            long before = clickHouse.queryLong("SELECT count()" + differences);
            if (repaired && before > 0) {
                rebuildRollUp(clickHouse);
            }
            assertThat(rows(clickHouse, "SELECT *" + differences))
                    .as("minutes in which roll-up and bars disagree")
                    .isEmpty();
            return before;
        }
    }

    private void rebuildRollUp(ClickHouse clickHouse) {
        String aggregates = clickHouse.table("trades_1m_agg");
        String rebuilt = clickHouse.table("trades_1m_rebuilt");
        clickHouse.execute("CREATE TABLE " + rebuilt + " AS " + aggregates);
        ByteArrayOutputStream select = new ByteArrayOutputStream();
        clickHouse.query(
                "SELECT as_select FROM system.tables WHERE name = 'trades_1m_feed' AND database ="
                        + " "
                        + ClickHouse.literal(warehouse.database()),
                "TSVRaw",
                select);
        clickHouse.execute(
                "INSERT INTO " + rebuilt + " " + select.toString(StandardCharsets.UTF_8));
        clickHouse.execute("EXCHANGE TABLES " + aggregates + " AND " + rebuilt);
        clickHouse.execute("DROP TABLE " + rebuilt);
    }

    private void assertDeadLetters(Expectation expected) {
        Map<String, Long> rejects = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        long[] late = new long[1];
        CommittedMessages.read(
                kafka.bootstrapServers(),
                DEAD_LETTERS,
                message -> {
                    DeadLetter letter = DeadLetter.of(message);
                    assertThat(letter.topic()).isEqualTo(TICKS);
                    assertThat(letter.reason()).isNotEmpty();
                    assertThat(seen.add(letter.partition() + "@" + letter.offset()))
                            .as("%s comes once", letter)
                            .isTrue();
                    assertThat(message.value())
                            .as("%s", letter)
                            .isEqualTo(feed.faulty(letter.partition(), letter.offset()));
                    if (letter.kind() == DeadLetter.Kind.LATE) {
                        late[0]++;
                    } else {
                        String field = letter.field();
                        rejects.merge(
                                field.isEmpty() ? ExpectedMarket.UNDECODABLE : field,
                                1L,
                                Long::sum);
                    }
                });
        assertThat(rejects).isEqualTo(expected.rejects).isNotEmpty();
        assertThat(late[0]).isEqualTo(expected.late).isPositive();
    }

    private static final String ROW =
            "concat(exchange, ':', symbol, ':', series) AS c1, sequence_number AS c2, event_id AS"
                    + " c3, toUnixTimestamp64Nano(event_time) AS c4, trade_id AS c5,"
                    + " toString(kind) AS c6, ifNull(reinterpretAsInt64(price), -1) AS c7,"
                    + " ifNull(reinterpretAsInt64(size), -1) AS c8";
    private static final String ROW_TYPES =
            "c1 String, c2 Int64, c3 Int64, c4 Int64, c5 String, c6 String, c7 Int64, c8 Int64";

    private static String line(ExpectedRow row) {
        return join(
                row.instrumentId(),
                row.sequenceNumber(),
                row.eventId(),
                row.eventTime(),
                row.tradeId(),
                row.kind() == null ? TickKind.TRADE : row.kind(),
                bits(row.price()),
                bits(row.size()));
    }

    private static final String BAR =
            "instrument_id AS c1, bar_interval AS c2, toUnixTimestamp64Nano(window_start) AS c3,"
                    + " toInt64(version) AS c4, toInt64(trades) AS c5, "
                    + Stream.of("open", "high", "low", "close", "volume", "turnover", "vwap")
                            .map(column -> "ifNull(reinterpretAsInt64(" + column + "), -1)")
                            .collect(Collectors.joining(", "))
                    + ", ifNull(toUnixTimestamp64Nano(first_event_time), -1),"
                    + " ifNull(toUnixTimestamp64Nano(last_event_time), -1)";
    private static final String BAR_TYPES =
            "c1 String, c2 String, "
                    + IntStream.rangeClosed(3, 14)
                            .mapToObj(column -> "c" + column + " Int64")
                            .collect(Collectors.joining(", "));

    private static String line(Bar bar) {
        return join(
                bar.getInstrumentId(),
                bar.getBarInterval(),
                bar.getWindowStart(),
                bar.getVersion(),
                bar.getTrades(),
                bits(bar.getOpen()),
                bits(bar.getHigh()),
                bits(bar.getLow()),
                bits(bar.getClose()),
                bits(bar.getVolume()),
                bits(bar.getTurnover()),
                bits(bar.getVwap()),
                bar.getFirstEventTime() == null ? -1 : bar.getFirstEventTime(),
                bar.getLastEventTime() == null ? -1 : bar.getLastEventTime());
    }

    private static String line(String interval, ExpectedBar bar) {
        return join(
                bar.instrumentId(),
                interval,
                bar.windowStart(),
                0,
                bar.trades(),
                bits(bar.open()),
                bits(bar.high()),
                bits(bar.low()),
                bits(bar.close()),
                bits(bar.volume()),
                bits(bar.turnover()),
                bits(bar.vwap()),
                bar.firstEventTime(),
                bar.lastEventTime());
    }

    /** To the last bit. */
    private static long bits(Double value) {
        return value == null ? -1 : Double.doubleToLongBits(value);
    }

    private static String join(Object... values) {
        return Arrays.stream(values).map(String::valueOf).collect(Collectors.joining("\t"));
    }

    private static void write(PrintWriter out, String line) {
        out.append(line).append('\n');
    }

    private static String tsv(Path file, String types) {
        return "file("
                + ClickHouse.literal(file.toString())
                + ", TSV, "
                + ClickHouse.literal(types)
                + ")";
    }

    /** Gives the warehouse the rows that the lake has. */
    void fillWarehouse() {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (Schema schema : List.of(EquityTrade.getClassSchema(), Bar.getClassSchema())) {
                List<String> stored = stored(schema, clickHouse);
                String columns =
                        TypeMapping.columns(schema).stream()
                                .map(column -> column.name())
                                .collect(Collectors.joining(", "));
                clickHouse.execute(
                        "INSERT INTO "
                                + stored.get(0)
                                + " ("
                                + columns
                                + ") SELECT "
                                + columns
                                + " FROM "
                                + stored.get(1));
            }
        }
    }

    /** Where the rows of a contract lie: its table, as users read it, and its files. */
    private List<String> stored(Schema schema, ClickHouse clickHouse) {
        Dataset dataset = Dataset.of(schema);
        String columns =
                TypeMapping.columns(schema).stream()
                        .map(
                                column ->
                                        "CAST("
                                                + column.name()
                                                + " AS "
                                                + TypeMapping.clickHouse(column.type())
                                                + ") AS "
                                                + column.name())
                        .collect(Collectors.joining(", "));
        String files =
                home.resolve("lake")
                        + "/"
                        + dataset.layer().folder()
                        + "/"
                        + dataset.name()
                        + "/**/*.parquet";
        return List.of(
                clickHouse.table(dataset.table()),
                "(SELECT " + columns + " FROM file(" + ClickHouse.literal(files) + ", Parquet))");
    }

    /**
     * Asserts that two tables have the same rows, each as often.
     *
     * @param columns what the columns of the expected table are in the actual one
     */
    private void same(ClickHouse clickHouse, String columns, String actual, String expected)
            throws Exception {
        forEachPart(
                part -> {
                    String is = "SELECT * FROM (SELECT " + columns + " FROM " + actual + ")" + part;
                    String should = "SELECT * FROM " + expected + part;
                    if (fingerprint(clickHouse, is).equals(fingerprint(clickHouse, should))) {
                        return;
                    }
                    assertThat(rows(clickHouse, should + " EXCEPT " + is))
                            .as("rows that are missing in %s", actual)
                            .isEmpty();
                    assertThat(rows(clickHouse, is + " EXCEPT " + should))
                            .as("rows that should not be in %s", actual)
                            .isEmpty();
                    assertThat(
                                    rows(
                                            clickHouse,
                                            "SELECT *, count() AS times FROM ("
                                                    + is
                                                    + ") GROUP BY ALL HAVING times > 1"))
                            .as("rows that are in %s more than once", actual)
                            .isEmpty();
                    throw new AssertionError("Not the same rows: " + is + " and " + should);
                });
    }

    /** Number and hash of all rows with all their columns, in whatever order. */
    private static String fingerprint(ClickHouse clickHouse, String query) {
        return rows(
                clickHouse,
                "SELECT count() AS rows, sum(sipHash64(*)) AS hash FROM (" + query + ")");
    }

    /** Something to be done for a part of the instruments, which a clause says. */
    @FunctionalInterface
    private interface OfPart {
        void accept(String where) throws Exception;
    }

    private void forEachPart(OfPart action) throws Exception {
        for (int part = 0; part < parts(); part++) {
            action.accept(" WHERE cityHash64(c1) % " + parts() + " = " + part);
        }
    }

    private static String rows(ClickHouse clickHouse, String query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        clickHouse.query("SELECT * FROM (" + query + ") LIMIT 5", "JSONEachRow", out);
        return out.toString(StandardCharsets.UTF_8);
    }

    Path savepoints() {
        return home.resolve("savepoints");
    }

    /** What was compared. */
    @Override
    public String toString() {
        return expectation == null
                ? "Nothing was compared."
                : "%,d messages read: %,d accepted, %,d duplicates, %,d rejected, %,d late; %,d bars in %,d versions"
                        .formatted(
                                expectation.read,
                                expectation.accepted,
                                expectation.duplicates,
                                expectation.rejected(),
                                expectation.late,
                                expectation.barCount,
                                barVersions);
    }

    @Override
    public void close() throws InterruptedException {
        feed.close();
    }
}
