package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireSchemas;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import io.champion.model.Dataset;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.model.record.Trade;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that send ticks, against a real broker. */
final class TickCommandsTest {

    private static final int TICKS = 20_000;

    @TempDir private static Path home;

    private static Run produced;
    private static EmbeddedKafka kafka;

    @BeforeAll
    static void produceToTheHomesOwnBroker() throws IOException {
        produced =
                Run.in(
                        home,
                        "produce",
                        "ticks",
                        "--ticks=" + TICKS,
                        "--symbols=100",
                        "--seed=5",
                        "--partitions=3");
        // What it left is what the next command on this home finds.
        kafka = EmbeddedKafka.start(home.resolve("kafka"));
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
    }

    private static Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--brokers=" + kafka.bootstrapServers());
        return Run.in(home, all.toArray(String[]::new));
    }

    @Test
    void theSimulatorsMessagesAreInTheTopicOnceAndInTheirOrder() {
        assertThat(produced.err()).isEmpty();
        assertThat(produced.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(produced.out())
                .contains(" messages in topic ticks, 3 partitions, in ", "duplicates", "malformed");
        assertHolds("ticks", 3, MarketSpec.builder().ticks(TICKS).symbols(100).seed(5).build());
    }

    @Test
    void transactionsAreCommitted() {
        Run run =
                run(
                        "produce",
                        "ticks",
                        "--topic=transactional",
                        "--transactional",
                        "--ticks=5000",
                        "--duplicates=0",
                        "--rate=100000");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertHolds(
                "transactional",
                TickPublisher.DEFAULT_PARTITIONS,
                MarketSpec.builder().ticks(5000).duplicateRate(0).build());
    }

    private static void assertHolds(String topic, int partitions, MarketSpec spec) {
        Map<String, List<String>> expected = new HashMap<>();
        MarketSimulator simulator = new MarketSimulator(spec);
        while (simulator.hasNext()) {
            SimulatedMessage message = simulator.next();
            expected.computeIfAbsent(text(message.key()), key -> new ArrayList<>())
                    .add(HexFormat.of().formatHex(message.value()));
        }
        Map<String, List<String>> found = new HashMap<>();
        Map<String, Integer> places = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> message : messages(topic)) {
            String key = text(message.key());
            found.computeIfAbsent(key, k -> new ArrayList<>())
                    .add(HexFormat.of().formatHex(message.value()));
            assertThat(places.merge(key, message.partition(), (a, b) -> a.equals(b) ? a : -1))
                    .as("partition of %s", key)
                    .isEqualTo(message.partition());
        }
        assertThat(found).isEqualTo(expected);
        assertThat(places.values()).containsAll(List.of(0, partitions - 1));
    }

    @Test
    void recordingsAreMergedInTheOrderOfEventTime() throws IOException {
        Path lobster =
                Files.write(
                        home.resolve("ACME_2024-08-08_34200000_57600000_message_10.csv"),
                        List.of(
                                "71655.343,4,1,18,5853300,1",
                                "71655.341,4,1,5,5853200,-1",
                                "not,a,line",
                                "71656,1,1,5,5853200,-1"));
        Path binance =
                Files.writeString(
                        home.resolve("capture"),
                        "1723161254087896568 {\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\","
                                + "\"E\":1723161255343,\"s\":\"BTCUSDT\",\"t\":3735683259,"
                                + "\"p\":\"61837.63\",\"q\":\"0.02\",\"T\":1723161255342,\"m\":true}}");

        Run run =
                run(
                        "replay",
                        lobster.toString(),
                        binance.toString(),
                        "--topic=recorded",
                        "--partitions=1",
                        "--speed=10x");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.INPUT);
        assertThat(run.out())
                .containsPattern("records +3\n")
                .containsPattern("other events +1\n")
                .containsPattern("rejected +1\n")
                .contains(lobster + ", line 3: There are 3 fields");
        List<EquityTrade> ticks = ticks("recorded");
        assertThat(ticks)
                .extracting(EquityTrade::getSymbol)
                .containsExactly("ACME", "BTCUSDT", "ACME");
        assertThat(ticks).extracting(EquityTrade::getEventTime).isSorted();
    }

    @Test
    void ticksOfTheLakeAreReplayedAsTheyAre() throws Exception {
        Instant nine = Instant.parse("2025-06-18T09:00:00Z");
        List<EquityTrade> stored = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            // Backwards, over five hours of two days.
            Instant time = nine.plus(Duration.ofHours(17)).minus(Duration.ofMinutes(i));
            stored.add(tick(i, time));
        }
        write(stored);

        Run run = run("replay", "raw.equity_trade", "--topic=again", "--partitions=1");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        List<EquityTrade> ticks = ticks("again");
        assertThat(ticks).containsExactlyInAnyOrderElementsOf(stored);
        assertThat(ticks).extracting(EquityTrade::getEventTime).isSorted();

        Run day =
                run(
                        "replay",
                        "raw.equity_trade",
                        "--from=2025-06-19",
                        "--topic=day",
                        "--partitions=1");
        assertThat(day.exitCode()).as(day.err()).isEqualTo(ExitCode.OK);
        assertThat(ticks("day"))
                .hasSizeBetween(100, 200)
                .allMatch(t -> t.getEventTime() >= nanos(Instant.parse("2025-06-19T00:00:00Z")));
    }

    @Test
    void tradesOfTheTapeAreReplayedAsTicks() throws Exception {
        List<Trade> stored =
                List.of(
                        trade(2, "2025-06-18T14:00:00.000000007Z", null),
                        trade(1, "2025-06-18T13:30:00.000000001Z", 0),
                        trade(3, "2025-06-18T15:00:00Z", 10));
        write(stored);

        Run run = run("replay", "normalized.trades", "--topic=tape", "--partitions=1");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).containsPattern("other events +1\n");
        List<EquityTrade> ticks = ticks("tape");
        assertThat(ticks).extracting(EquityTrade::getSequenceNumber).containsExactly(1L, 2L);
        assertThat(ticks).extracting(EquityTrade::getTradeId).containsExactly("4:1", "4:2");
        assertThat(ticks).extracting(EquityTrade::getEntityId).containsOnly("SIP:ACME");
        assertThat(ticks).extracting(EquityTrade::getPrice).containsOnly(10.5);
    }

    @Test
    void recordsOfAnyOtherDatasetGoToATopicOfItsName() throws Exception {
        List<Bar> stored =
                List.of(bar(3, "2025-06-19"), bar(1, "2025-06-18"), bar(2, "2025-06-18"));
        write(stored);

        Run run = run("replay", "normalized.bars", "--partitions=1");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("in topic normalized.bars").containsPattern("records +3\n");
        RecordDecoder<Bar> decoder = new RecordDecoder<>(Bar.class, WireSchemas.released());
        List<Bar> bars = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : messages("normalized.bars")) {
            bars.add(decoder.decode(message.value(), new Bar()));
            assertThat(text(message.key())).isEqualTo("NSE:ACME:EQ");
        }
        assertThat(bars).containsExactly(stored.get(1), stored.get(2), stored.get(0));
    }

    private static Bar bar(int number, String day) {
        Instant time = Instant.parse(day + "T04:00:00Z").plusSeconds(60L * number);
        return Bar.newBuilder()
                .setEventId("bar " + number)
                .setEventTime(nanos(time))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId("NSE:ACME:EQ")
                .setSymbol("ACME")
                .setExchange("NSE")
                .setSeries("EQ")
                .setInstrumentId("NSE:ACME:EQ")
                .setBarInterval("1m")
                .setWindowStart(nanos(time))
                .setWindowEnd(nanos(time.plusSeconds(60)))
                .setVersion(1)
                .setTrades(0)
                .setVolume(0.0)
                .setTurnover(0.0)
                .build();
    }

    @Test
    void aTopicOfOtherPartitionsIsRefused() {
        Run run = run("produce", "ticks", "--ticks=1", "--partitions=5");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("The topic 'ticks' has 3 partitions, not 5");
    }

    @Test
    void whatCannotBeReplayedIsSaidBeforeKafkaIsAsked() throws IOException {
        Path readme = Files.writeString(home.resolve("readme.txt"), "Read me.");
        Run file = Run.in(home, "replay", readme.toString());
        assertThat(file.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(file.err()).contains(readme + " is no recording of a known format");

        Path empty = Files.createDirectory(home.resolve("empty"));
        Run lake = Run.in(empty, "replay", "raw.equity_trade");
        assertThat(lake.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(lake.err()).contains("There is nothing to send in raw.equity_trade.");

        Run speed = Run.in(home, "replay", "x", "--speed=fast");
        assertThat(speed.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(speed.err()).contains("'fast' is no speed such as 1x or 10x");
    }

    @Test
    void aMarketThatCannotBeIsRefused() {
        Run run = Run.in(home, "produce", "ticks", "--symbols=0", "--late=2");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("symbols is 0", "lateRate is 2.0");
        Run time = Run.in(home, "produce", "ticks", "--max-disorder=soon");
        assertThat(time.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(time.err()).contains("'soon' is no duration such as 500ms");
    }

    private static EquityTrade tick(long number, Instant time) {
        return EquityTrade.newBuilder()
                .setEventId(number)
                .setEventTime(nanos(time))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId("NSE:ACME:EQ")
                .setSymbol("ACME")
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId("t" + number)
                .setSequenceNumber(number)
                .setKind(number % 7 == 0 ? TickKind.CORRECTION : TickKind.TRADE)
                .setReceiveTime(number % 3 == 0 ? null : nanos(time) + 5)
                .setPrice(100.05)
                .setSize(3.0)
                .setConditions(List.of(1, 2))
                .build();
    }

    private static Trade trade(long number, String time, Integer correction) {
        return Trade.newBuilder()
                .setEventId(number)
                .setEventTime(nanos(Instant.parse(time)))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId("SIP:ACME")
                .setSymbol("ACME")
                .setExchange("SIP")
                .setTradeDate(LocalDate.of(2025, 6, 18))
                .setSequenceNumber(number)
                .setTradeId(Long.toString(number))
                .setExchangeId(4)
                .setPrice(10.5)
                .setSize(0.5)
                .setCorrection(correction)
                .build();
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private static void write(List<? extends SpecificRecordBase> records) throws Exception {
        Dataset dataset = Dataset.of(records.get(0).getSchema());
        org.apache.flink.core.fs.Path lake =
                new org.apache.flink.core.fs.Path(home.resolve("lake").toUri());
        try (LocalFlink flink = LocalFlink.start(home, new Configuration())) {
            StreamExecutionEnvironment env = flink.environment();
            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
            env.setParallelism(1);
            env.fromData(List.<SpecificRecordBase>copyOf(records), ContractTypeInfo.INSTANCE)
                    .sinkTo(
                            LakeSink.builder(lake)
                                    .replacing(
                                            records.stream()
                                                    .map(dataset::partitionOf)
                                                    .distinct()
                                                    .toList())
                                    .build())
                    .uid("lake");
            env.execute();
        }
    }

    private static List<EquityTrade> ticks(String topic) throws IOException {
        List<EquityTrade> ticks = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> message : messages(topic)) {
            EquityTrade tick = EquityTrade.getDecoder().decode(message.value());
            assertThat(text(message.key())).isEqualTo(tick.getEntityId());
            ticks.add(tick);
        }
        return ticks;
    }

    private static List<ConsumerRecord<byte[], byte[]>> messages(String topic) {
        return CommittedMessages.of(kafka, topic);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
