package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.kafka.DeadLetter;
import io.champion.kafka.KafkaConfig;
import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.local.EmbeddedKafka;
import io.champion.local.market.ExpectedBar;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.ExpectedRow;
import io.champion.local.market.Fault;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.runtime.JobConfig;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * One run of the whole job over a simulated market: puts the market on a topic, and holds what the
 * job made of it against {@link ExpectedMarket}.
 */
final class MarketRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PARTITIONS = 4;
    private static final Map<String, Duration> INTERVALS =
            Map.of("1s", Duration.ofSeconds(1), "1m", Duration.ofMinutes(1));

    private static final String TICKS = "ticks";
    private static final String BARS = "bars";
    private static final String DEAD_LETTERS = "ticks-dead-letters";

    private final Path home;
    private final MarketSpec market;
    private final EmbeddedKafka kafka;
    private final ClickHouseConfig warehouse;
    private final MarketSimulator messages;
    private final long closing;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    private final KafkaProducer<byte[], byte[]> producer;

    /** Of each partition, how many messages were put there. */
    private final long[] sent = new long[PARTITIONS];

    /** What must come back as a dead letter, by partition and offset. */
    private final Map<String, byte[]> faulty = new HashMap<>();

    /**
     * @param warehouse without faults; migrated here
     */
    MarketRun(Path home, MarketSpec market, EmbeddedKafka kafka, ClickHouseConfig warehouse)
            throws IOException, InterruptedException {
        this.home = home;
        this.market = market;
        this.kafka = kafka;
        this.warehouse = warehouse;
        this.messages = new MarketSimulator(market);
        this.closing =
                market.date()
                        .plusDays(1)
                        .atTime(market.close().plusHours(4))
                        .atZone(market.zone())
                        .toInstant()
                        .toEpochMilli();
        kafka.createTopic(TICKS, PARTITIONS);
        kafka.createTopic(BARS, PARTITIONS);
        kafka.createTopic(DEAD_LETTERS, 1);
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        Properties properties = client();
        properties.setProperty("linger.ms", "20");
        properties.setProperty("enable.idempotence", "true");
        producer =
                new KafkaProducer<>(
                        properties, new ByteArraySerializer(), new ByteArraySerializer());
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
                                // Silence of a broker that is dead must not make ticks late.
                                "ticks.idleness=0 s",
                                "execution.checkpointing.interval=500 ms",
                                "execution.checkpointing.min-pause=0 ms"));
        arguments.addAll(List.of(more));
        return JobConfig.of(TickStreamJob.OPTIONS).arguments(arguments).load();
    }

    private Properties client() {
        return KafkaConfig.of(kafka.bootstrapServers()).clientProperties();
    }

    /** Puts the next so many messages on the topic; fewer where the market ends. */
    void produce(long number) throws Exception {
        for (long i = 0; i < number && messages.hasNext(); i++) {
            SimulatedMessage message = messages.next();
            int partition = Utils.toPositive(Utils.murmur2(message.key())) % PARTITIONS;
            if (message.fault().isMalformed() || message.fault() == Fault.LATE) {
                faulty.put(partition + "@" + sent[partition], message.value());
            }
            send(partition, message.eventTime() / 1_000_000, message.key(), message.value());
        }
        producer.flush();
    }

    private void send(int partition, long millis, byte[] key, byte[] value) {
        sent[partition]++;
        producer.send(
                new ProducerRecord<>(TICKS, partition, millis, key, value),
                (done, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException("The market was not produced.", failure);
                    }
                });
    }

    /** Ends the market with a tick in each partition, long after all others and of no session. */
    void produceRest() throws Exception {
        produce(Long.MAX_VALUE);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            EquityTrade last = closingTick(partition);
            send(partition, closing, null, last.toByteBuffer().array());
        }
        producer.flush();
    }

    private EquityTrade closingTick(int partition) {
        return Ticks.trade("CLOSING" + partition, partition, closing, 1.0, 1.0, TickKind.TRADE);
    }

    /** Waits until every engine has a watermark, so that what is late can be told. */
    void awaitStart(URI rest, String job) throws Exception {
        until("all engines have a watermark", () -> watermark(rest, job) > 0);
    }

    /** Waits until every engine has seen the end of the market. */
    void awaitEnd(URI rest, String job) throws Exception {
        until("all engines are at the end", () -> watermark(rest, job) > closing - 60_000);
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

    /** Asserts that the engines' counters add up to what was read; for a job that never failed. */
    void assertCounters(URI rest, String job) throws Exception {
        ExpectedMarket expected = expected();
        Map<String, Long> wanted = new TreeMap<>();
        wanted.put("ticks", expected.read());
        wanted.put("ticksAccepted", expected.accepted());
        wanted.put("ticksDuplicate", expected.duplicates());
        wanted.put("ticksLate", expected.late());
        wanted.put("ticksRejected", expected.rejected());
        until(
                "the counters are up to date",
                () -> counters(rest, job).getOrDefault("ticks", 0L) >= expected.read());
        assertThat(counters(rest, job)).isEqualTo(wanted);
    }

    private JsonNode get(URI rest, String path) throws Exception {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(rest.resolve(path.replace(" ", "%20"))).build(),
                        HttpResponse.BodyHandlers.ofString());
        return json.readTree(answer.body());
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private ExpectedMarket expected() {
        MarketSimulator again = new MarketSimulator(market);
        Iterator<byte[]> values =
                Stream.concat(
                                Stream.generate(() -> again.hasNext() ? again.next().value() : null)
                                        .takeWhile(value -> value != null),
                                IntStream.range(0, PARTITIONS)
                                        .mapToObj(p -> Ticks.message(closingTick(p)).value()))
                        .iterator();
        return ExpectedMarket.of(values, market.lateBy().dividedBy(2));
    }

    /** Asserts that all outputs are what they have to be. */
    void assertOutputs() throws Exception {
        ExpectedMarket expected = expected();
        assertDeadLetters(expected);
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            String bars = sentBars();
            for (String stored : stored(Bar.getClassSchema(), clickHouse)) {
                same(clickHouse, "SELECT " + BAR + " FROM " + stored, bars);
            }
            assertTicks(clickHouse, expected);
            assertBars(clickHouse, bars, expected);
        }
    }

    /** Asserts the same of lake and warehouse alone, where what was sent to Kafka is lost. */
    void assertStores() throws Exception {
        ExpectedMarket expected = expected();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            List<String> stored = stored(Bar.getClassSchema(), clickHouse);
            String bars = "SELECT " + BAR + " FROM " + stored.get(0);
            same(clickHouse, "SELECT " + BAR + " FROM " + stored.get(1), bars);
            assertTicks(clickHouse, expected);
            assertBars(clickHouse, bars, expected);
        }
    }

    private void assertTicks(ClickHouse clickHouse, ExpectedMarket expected) throws IOException {
        Path rows = home.resolve("expected-ticks.tsv");
        write(rows, expected.rows().map(MarketRun::line));
        for (String stored : stored(EquityTrade.getClassSchema(), clickHouse)) {
            same(clickHouse, "SELECT " + ROW + " FROM " + stored, tsv(rows, ROW_TYPES));
        }
    }

    /** Query of the bars on the topic. */
    private String sentBars() throws IOException {
        List<String> lines = new ArrayList<>();
        RecordDecoder<Bar> decoder = new RecordDecoder<>(Bar.class, WireSchemas.released());
        read(
                BARS,
                message -> {
                    try {
                        Bar bar = decoder.decode(message.value(), new Bar());
                        assertThat(new String(message.key(), StandardCharsets.UTF_8))
                                .isEqualTo(bar.getInstrumentId());
                        lines.add(line(bar));
                    } catch (WireException e) {
                        throw new AssertionError("A message is no bar.", e);
                    }
                });
        Path sent = home.resolve("bars.tsv");
        write(sent, lines.stream());
        return tsv(sent, BAR_TYPES);
    }

    private void assertBars(ClickHouse clickHouse, String bars, ExpectedMarket expected)
            throws IOException {
        String all = "(" + bars + ")";
        assertThat(
                        rows(
                                clickHouse,
                                "SELECT c1, c2, c3, count() AS versions, groupArray(c4)"
                                        + " FROM "
                                        + all
                                        + " GROUP BY c1, c2, c3 HAVING max(c4) != versions"
                                        + " OR uniqExact(c4) != versions OR min(c4) != 1"))
                .as("bars with gaps or repeats")
                .isEmpty();
        Path file = home.resolve("expected-bars.tsv");
        List<String> wanted = new ArrayList<>();
        INTERVALS.forEach(
                (name, length) ->
                        expected.bars(length, market::isInSession)
                                .forEach(bar -> wanted.add(line(name, bar))));
        write(file, wanted.stream());
        same(
                clickHouse,
                "SELECT * EXCEPT c4 FROM "
                        + all
                        + " WHERE c5 > 0 AND (c1, c2, c3, c4) IN (SELECT c1, c2, c3, max(c4)"
                        + " FROM "
                        + all
                        + " GROUP BY c1, c2, c3)",
                "SELECT * EXCEPT c4 FROM (" + tsv(file, BAR_TYPES) + ")");
    }

    private void assertDeadLetters(ExpectedMarket expected) {
        Map<String, Long> rejects = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        long[] late = new long[1];
        read(
                DEAD_LETTERS,
                message -> {
                    DeadLetter letter = DeadLetter.of(message);
                    String position = letter.partition() + "@" + letter.offset();
                    assertThat(letter.topic()).isEqualTo(TICKS);
                    assertThat(letter.reason()).isNotEmpty();
                    assertThat(seen.add(position)).as("%s comes once", letter).isTrue();
                    assertThat(message.value()).as("%s", letter).isEqualTo(faulty.get(position));
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
        assertThat(rejects).isEqualTo(expected.rejects()).isNotEmpty();
        assertThat(late[0]).isEqualTo(expected.late()).isPositive();
        assertThat(expected.duplicates()).isPositive();
        assertThat(Arrays.stream(sent).sum()).isEqualTo(expected.read());
    }

    /** All committed messages of a topic. */
    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> action) {
        Properties properties = client();
        properties.setProperty("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Of committed messages alone, if no transaction is open.
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(200)).forEach(action);
            }
        }
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

    private static void write(Path file, Stream<String> lines) throws IOException {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
            lines.forEach(line -> out.append(line).append('\n'));
            assertThat(out.checkError()).isFalse();
        }
    }

    private static String tsv(Path file, String types) {
        return "SELECT * FROM file("
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

    /** Asserts that two queries have the same rows, each as often. */
    private static void same(ClickHouse clickHouse, String actual, String expected) {
        assertThat(rows(clickHouse, expected + " EXCEPT " + actual))
                .as("rows that are missing in %s", actual)
                .isEmpty();
        assertThat(rows(clickHouse, actual + " EXCEPT " + expected))
                .as("rows that should not be in %s", actual)
                .isEmpty();
        assertThat(rows(clickHouse, "SELECT count() AS rows FROM (" + actual + ")"))
                .as("number of rows in %s", actual)
                .isEqualTo(rows(clickHouse, "SELECT count() AS rows FROM (" + expected + ")"));
    }

    private static String rows(ClickHouse clickHouse, String query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        clickHouse.query("SELECT * FROM (" + query + ") LIMIT 5", "JSONEachRow", out);
        return out.toString(StandardCharsets.UTF_8);
    }

    Path savepoints() {
        return home.resolve("savepoints");
    }

    @Override
    public void close() {
        producer.close();
    }
}
