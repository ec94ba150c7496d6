package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.KafkaConfig;
import io.champion.local.EmbeddedKafka;
import io.champion.local.market.MarketSpec;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live ticks on this machine, by the commands alone. */
final class IngestTicksTest {

    private static final MarketSpec MARKET =
            MarketSpec.builder().ticks(5_000).symbols(50).seed(3).build();

    @TempDir private static Path home;

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka = EmbeddedKafka.start(home.resolve("broker"));
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
    }

    private static Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--brokers=" + kafka.bootstrapServers());
        return ok(Run.in(home, all.toArray(String[]::new)));
    }

    private static Run ok(Run run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run;
    }

    private static String query(String sql) {
        return ok(Run.in(home, "query", "--format=csv", sql)).out().lines().skip(1).toList().get(0);
    }

    @Test
    void whatTheJobRefusesIsMendedSentBackAndTaken() throws Exception {
        // In transactions: the last offset of each partition is a mark and no message.
        Run produced =
                run(
                        "produce",
                        "ticks",
                        "--ticks=5000",
                        "--symbols=50",
                        "--seed=3",
                        "--malformed=0",
                        "--transactional");
        Schema newer = newerSchema();
        send("NSE:NEW:EQ", message(newer));

        Run first = run("ingest", "ticks", "--until-end");
        assertThat(first.out()).contains("Begins with the topic 'ticks'", "Flink's web page: http");
        long good = number(produced.out(), "to be accepted");
        assertThat(number(first.out(), "accepted")).isEqualTo(good);
        assertThat(number(first.out(), "duplicates"))
                .isEqualTo(number(produced.out(), "duplicates"));
        assertThat(number(first.out(), "rejected")).isEqualTo(1);
        assertThat(number(first.out(), "late")).isEqualTo(number(produced.out(), "late"));
        assertThat(query("SELECT count() FROM raw_equity_trade")).isEqualTo(Long.toString(good));
        assertThat(query("SELECT count() FROM ticks WHERE symbol = 'NEW'")).isEqualTo("0");

        run("deadletters", "resend", "--reason=unknown_schema");
        Path schemas = Files.createDirectories(home.resolve("schemas"));
        Files.writeString(schemas.resolve("newer.avsc"), newer.toString());
        Run second = run("ingest", "ticks", "--until-end", "-Dkafka.schema-folder=" + schemas);
        assertThat(second.out()).contains("Continues with the topic 'ticks'");
        assertThat(number(second.out(), "messages read")).isEqualTo(1);
        assertThat(number(second.out(), "accepted")).as(second.out()).isEqualTo(1);
        assertThat(query("SELECT count() FROM raw_equity_trade"))
                .isEqualTo(Long.toString(good + 1));
        assertThat(query("SELECT price FROM ticks WHERE symbol = 'NEW'")).isEqualTo("101.5");

        Run third = run("ingest", "ticks", "--until-end");
        assertThat(number(third.out(), "messages read")).isZero();
        assertThat(query("SELECT count() FROM raw_equity_trade"))
                .isEqualTo(Long.toString(good + 1));

        // What the group has taken is not what another home has.
        Run other =
                ok(
                        Run.in(
                                home.resolve("other"),
                                "ingest",
                                "ticks",
                                "--until-end",
                                "--brokers=" + kafka.bootstrapServers()));
        assertThat(number(other.out(), "accepted")).isEqualTo(good);
        assertThat(number(other.out(), "rejected")).isEqualTo(2);
    }

    private static long number(String out, String line) {
        return out.lines()
                .map(String::strip)
                .filter(l -> l.startsWith(line + " "))
                .mapToLong(l -> Long.parseLong(l.substring(line.length()).strip().replace(",", "")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No '" + line + "' in:\n" + out));
    }

    /** The contract with one field more, which this version does not know. */
    private static Schema newerSchema() {
        Schema known = EquityTrade.getClassSchema();
        List<Schema.Field> fields = new ArrayList<>();
        known.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("venue", Schema.create(Schema.Type.STRING), "Venue.", ""));
        return Schema.createRecord(
                known.getName(), known.getDoc(), known.getNamespace(), false, fields);
    }

    private static byte[] message(Schema schema) throws IOException {
        // After the ticks out of hours too, and so never late.
        Instant time =
                MARKET.date().plusDays(1).atTime(MARKET.close()).atZone(MARKET.zone()).toInstant();
        GenericRecord tick = new GenericData.Record(schema);
        tick.put("event_id", 1L);
        tick.put("event_time", time.toEpochMilli() * 1_000_000);
        tick.put("ingest_time", 0L);
        tick.put("source", "test");
        tick.put("schema_version", "v9.0.0");
        tick.put("entity_id", "NSE:NEW:EQ");
        tick.put("symbol", "NEW");
        tick.put("exchange", "NSE");
        tick.put("series", "EQ");
        tick.put("trade_id", "1");
        tick.put("sequence_number", 1L);
        tick.put(
                "kind",
                new GenericData.EnumSymbol(
                        schema.getField("kind").schema(), TickKind.TRADE.name()));
        tick.put("price", 101.5);
        tick.put("size", 10.0);
        tick.put("conditions", List.of());
        tick.put("venue", "X");
        return new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema)
                .encode(tick)
                .array();
    }

    private static void send(String key, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        KafkaConfig.of(kafka.bootstrapServers()).clientProperties(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    "ticks", key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        }
    }
}
