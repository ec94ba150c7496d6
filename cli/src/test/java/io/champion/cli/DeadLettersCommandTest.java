package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.kafka.DeadLetter;
import io.champion.kafka.DeadLetter.Kind;
import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedKafka;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command on a real broker; each test has topics of its own. */
@Timeout(120)
final class DeadLettersCommandTest {

    private static final byte[] KEY = "NSE:SIM0001:EQ".getBytes(StandardCharsets.UTF_8);
    private static final Instant NINE = Instant.parse("2025-06-18T09:00:00Z");

    @TempDir private static Path home;

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka = EmbeddedKafka.start(home.resolve("elsewhere"));
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
    }

    @Test
    void listsWhatIsCommittedAndWanted() throws IOException {
        kafka.createTopic("listed", 2);
        send(
                false,
                letter("listed", 0, reject("a", "price", NINE), KEY, new byte[] {1}),
                letter("listed", 0, late("a", NINE.plusSeconds(60)), KEY, new byte[] {2}));
        send(
                false,
                letter(
                        "listed",
                        1,
                        reject("b", "symbol\u001b[2J", NINE.minusSeconds(1)),
                        null,
                        null),
                new ProducerRecord<>("listed", 1, null, new byte[] {9}));
        // One that a job had begun when it died.
        send(true, letter("listed", 1, reject("a", "price", NINE), KEY, new byte[] {3}));

        assertThat(positions("listed")).containsExactlyInAnyOrder("0:0", "0:1", "1:0");
        assertThat(positions("listed", "--kind=late")).containsExactly("0:1");
        assertThat(positions("listed", "--reason=price,other")).containsExactly("0:0");
        assertThat(positions("listed", "--of=b")).containsExactly("1:0");
        assertThat(positions("listed", "--from=2025-06-18T09:00:00Z"))
                .containsExactlyInAnyOrder("0:0", "0:1");
        assertThat(positions("listed", "--to=2025-06-18T09:00:00Z")).containsExactly("1:0");
        assertThat(positions("listed", "--from=2025-06-18", "--to=2025-06-18")).hasSize(3);
        assertThat(positions("listed", "--from=2025-06-19")).isEmpty();

        Run table = run("list", "--topic=listed", "--limit=1");
        assertThat(table.exitCode()).as(table.err()).isEqualTo(ExitCode.OK);
        assertThat(table.out().lines().filter(line -> line.contains(":SIM0001:")))
                .singleElement()
                .asString()
                .contains("0:1", "2025-06-18T09:01:00Z", "late", "a:2:77");
        assertThat(table.out())
                .containsPattern("late +late +a +1 +0\n")
                .containsPattern("reject +price +a +1 +0\n")
                .contains("symbol\\x1b[2J")
                .doesNotContain("\u001b");
        assertThat(table.err())
                .contains("1 record of listed left out", "Record 1 of listed partition 1 is no");
    }

    @Test
    void showsAMessageAsJsonWhereItCanBeReadAndByteByByteElsewhere() throws Exception {
        kafka.createTopic("shown", 1);
        byte[] tick =
                new MarketSimulator(MarketSpec.builder().ticks(1).malformedRate(0).build())
                        .next()
                        .value();
        byte[] cut = java.util.Arrays.copyOf(tick, 20);
        send(
                false,
                letter("shown", 0, late("ticks", NINE), KEY, tick),
                letter("shown", 0, reject("ticks", "truncated", NINE), KEY, cut),
                letter("shown", 0, reject("ticks", "empty", NINE), null, null));

        Run read = run("show", "0:0", "--topic=shown");
        assertThat(read.exitCode()).as(read.err()).isEqualTo(ExitCode.OK);
        assertThat(read.out())
                .containsPattern("reason +late\n")
                .containsPattern("key +NSE:SIM0001:EQ\n")
                .containsPattern("offset +77\n");
        JsonNode json = new ObjectMapper().readTree(read.out().substring(read.out().indexOf('{')));
        assertThat(json.path("exchange").asText()).isEqualTo("NSE");
        assertThat(json.path("price").isNumber()).isTrue();
        assertThat(json.path("kind").asText()).isEqualTo("TRADE");

        Run broken = run("show", "0:1", "--topic=shown");
        assertThat(broken.exitCode()).as(broken.err()).isEqualTo(ExitCode.OK);
        assertThat(broken.out())
                .contains("The message ends inside a record", "00000000  c3 01 ", "\n00000010  ");

        assertThat(run("show", "0:2", "--topic=shown").out()).contains("has no value");
        for (String nowhere : List.of("0:4", "1:0")) {
            Run run = run("show", nowhere, "--topic=shown");
            assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
            assertThat(run.err()).contains("shown has no record " + nowhere);
        }
        assertThat(run("show", "first", "--topic=shown").exitCode()).isEqualTo(ExitCode.USAGE);
        Run topic = run("list", "--topic=missing");
        assertThat(topic.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(topic.err()).contains("There is no topic 'missing' at 127.0.0.1:");
    }

    @Test
    void sendsBackTheSameBytesOnce() throws IOException {
        kafka.createTopic("dead", 2);
        kafka.createTopic("origin", 1);
        kafka.createTopic("origin2", 1);
        send(
                false,
                letter("dead", 0, reject("origin", "price", NINE), KEY, new byte[] {0, -1, 7}),
                letter("dead", 0, reject("origin", "empty", NINE), null, null),
                letter("dead", 1, reject("origin2", "price", NINE), KEY, new byte[] {2}),
                letter("dead", 1, late("origin", NINE), KEY, new byte[] {3}));
        send(true, letter("dead", 1, reject("origin", "price", NINE), KEY, new byte[] {4}));

        Run dry = run("resend", "--topic=dead", "--kind=reject", "--dry-run");
        assertThat(dry.exitCode()).as(dry.err()).isEqualTo(ExitCode.OK);
        assertThat(dry.out())
                .contains("3 messages to send back.")
                .containsPattern("origin +2\n")
                .containsPattern("origin2 +1\n");
        assertThat(messages("origin")).isEmpty();

        Run some = run("resend", "--topic=dead", "--reason=empty");
        assertThat(some.out()).as(some.err()).contains("1 message sent back.");
        Run rejects = run("resend", "--topic=dead", "--kind=reject");
        assertThat(rejects.out()).as(rejects.err()).contains("2 messages sent back.");
        Run again = run("resend", "--topic=dead", "--kind=reject");
        assertThat(again.out()).as(again.err()).contains("0 messages sent back.");
        assertThat(run("resend", "--topic=dead", "--dry-run").out())
                .contains("1 message to send back.");

        List<ConsumerRecord<byte[], byte[]>> origin = messages("origin");
        assertThat(origin).hasSize(2);
        assertThat(origin.get(0).key()).isNull();
        assertThat(origin.get(0).value()).isNull();
        assertThat(origin.get(1).key()).isEqualTo(KEY);
        assertThat(origin.get(1).value()).containsExactly(0, -1, 7);
        assertThat(origin.get(1).headers()).isEmpty();
        assertThat(messages("origin2"))
                .extracting(ConsumerRecord::value)
                .containsExactly(new byte[] {2});
        assertThat(run("list", "--topic=dead").out())
                .containsPattern("late +late +origin +1 +0\n")
                .containsPattern("reject +price +origin2 +1 +1\n");
        // A message that is refused again is another letter.
        send(false, letter("dead", 0, reject("origin", "price", NINE), KEY, new byte[] {0, -1, 7}));
        assertThat(run("resend", "--topic=dead", "--kind=reject").out())
                .contains("1 message sent back.");
    }

    @Test
    void whatAKilledCommandHadNotCommittedIsSentByTheNextOnce() throws IOException {
        kafka.createTopic("halfway", 1);
        kafka.createTopic("halfway-resent", 1);
        kafka.createTopic("halfway-origin", 1);
        send(false, letter("halfway", 0, reject("halfway-origin", "x", NINE), KEY, new byte[] {1}));
        Properties properties = properties();
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "champion-deadletters-halfway");
        KafkaProducer<byte[], byte[]> killed = producer(properties);
        killed.initTransactions();
        killed.beginTransaction();
        killed.send(new ProducerRecord<>("halfway-origin", KEY, new byte[] {1}));
        killed.send(new ProducerRecord<>("halfway-resent", new byte[] {1}, new byte[] {1}));
        killed.flush();

        Run run = run("resend", "--topic=halfway");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("1 message sent back.");
        assertThat(messages("halfway-origin")).hasSize(1);
        killed.close(java.time.Duration.ZERO);
    }

    @Test
    void nothingIsSentWhereATopicIsMissing() throws IOException {
        kafka.createTopic("orphans", 1);
        send(false, letter("orphans", 0, reject("gone", "x", NINE), KEY, new byte[] {1}));
        Run refused = run("resend", "--topic=orphans");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(refused.err()).contains("There is no topic 'gone' to send back to");
        kafka.createTopic("gone", 1);
        assertThat(run("resend", "--topic=orphans").out()).contains("1 message sent back.");
        assertThat(messages("gone")).hasSize(1);

        kafka.createTopic("loop", 1);
        send(false, letter("loop", 0, reject("loop", "x", NINE), KEY, new byte[] {1}));
        Run loop = run("resend", "--topic=loop");
        assertThat(loop.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(loop.err()).contains("A letter of loop says that it came from there");
    }

    @Test
    void refusesTimesThatAreNone() {
        Run run = run("list", "--from=yesterday");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'yesterday' is no time such as 2025-06-18T09:30:00Z");
    }

    private static Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("deadletters"));
        all.addAll(List.of(arguments));
        all.add("--brokers=" + kafka.bootstrapServers());
        return Run.in(home, all.toArray(String[]::new));
    }

    private static List<String> positions(String topic, String... filters) throws IOException {
        List<String> all = new ArrayList<>(List.of("list", "--topic=" + topic, "--format=json"));
        all.addAll(List.of(filters));
        Run run = run(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        List<String> positions = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            positions.add(new ObjectMapper().readTree(line).path("position").asText());
        }
        return positions;
    }

    private static DeadLetter reject(String topic, String reason, Instant time) {
        return about(topic, Kind.REJECT, reason, time);
    }

    private static DeadLetter late(String topic, Instant time) {
        return about(topic, Kind.LATE, "late", time);
    }

    private static DeadLetter about(String topic, Kind kind, String reason, Instant time) {
        return new DeadLetter(
                topic,
                2,
                77,
                time.toEpochMilli(),
                kind,
                reason,
                "It is of no use.",
                "price",
                "-1",
                "tick-stream");
    }

    private static ProducerRecord<byte[], byte[]> letter(
            String topic, int partition, DeadLetter about, byte[] key, byte[] value) {
        return new ProducerRecord<>(topic, partition, null, key, value, about.headers());
    }

    @SafeVarargs
    private static void send(boolean aborted, ProducerRecord<byte[], byte[]>... records) {
        Properties properties = properties();
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "job");
        try (KafkaProducer<byte[], byte[]> producer = producer(properties)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                producer.send(record);
            }
            if (aborted) {
                producer.flush();
                producer.abortTransaction();
            } else {
                producer.commitTransaction();
            }
        }
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.putAll(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        return properties;
    }

    private static KafkaProducer<byte[], byte[]> producer(Properties properties) {
        return new KafkaProducer<>(
                properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static List<ConsumerRecord<byte[], byte[]>> messages(String topic) {
        return CommittedMessages.of(kafka, topic);
    }
}
