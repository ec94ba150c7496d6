package io.champion.kafka;

import static io.champion.kafka.RecordDecoderTest.CONTRACT;
import static io.champion.kafka.RecordDecoderTest.newer;
import static io.champion.kafka.RecordDecoderTest.record;
import static io.champion.kafka.RecordDecoderTest.trade;
import static io.champion.kafka.RecordDecoderTest.without;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.champion.kafka.WireException.Reason;
import io.champion.local.FaultProxy;
import io.champion.model.record.EquityTrade;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's wire format through a real registry. */
@Timeout(180)
final class SchemaRegistryTest {

    private static final int ATTEMPTS = 5;

    @TempDir private static Path directory;

    private static RegistryProcess process;

    @BeforeAll
    static void start() throws Exception {
        process = RegistryProcess.start(directory);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        process.close();
    }

    /** As a process that was just started has it: it remembers nothing. */
    private static SchemaRegistry registry() {
        return new SchemaRegistry(URI.create(process.url()), Map.of());
    }

    private static RecordDecoder<EquityTrade> decoder(SchemaRegistry registry) {
        return new RecordDecoder<>(EquityTrade.class, new WireSchemas(null, registry));
    }

    @Test
    void readsWhatItRegistered() throws Exception {
        int id = registry().register("ticks-value", CONTRACT);
        assertThat(registry().register("ticks-value", CONTRACT)).isEqualTo(id);
        assertThat(registry().register("a topic/of mine-value", CONTRACT)).isEqualTo(id);

        byte[] message = RecordEncoder.confluent(EquityTrade.class, id).encode(trade());

        assertThat(message).startsWith(0, id >> 24, id >> 16, id >> 8, id);
        // The same, as a job is told of the registry.
        KafkaConfig config =
                new KafkaConfig(
                        "127.0.0.1:1",
                        KafkaOptions.SECURITY_PROTOCOL.defaultValue(),
                        KafkaOptions.SASL_MECHANISM.defaultValue(),
                        null,
                        Map.of(),
                        process.url() + "/",
                        null);
        WireSchemas schemas = config.schemas();
        assertThat(
                        new RecordDecoder<>(EquityTrade.class, schemas)
                                .decode(message, new EquityTrade()))
                .isEqualTo(trade());
        TickPeek peek = new TickPeek(schemas);
        peek.read(message);
        assertThat(peek.instrument()).isEqualTo("NSE:M&M:EQ");
    }

    /** A registry that has anything: each number is asked for once. */
    @Test
    void schemasThatAreNotAvrosAreAskedForOnce() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/schemas/ids/",
                exchange -> {
                    requests.incrementAndGet();
                    String schema =
                            exchange.getRequestURI().getPath().endsWith("/1")
                                    ? "{\"schemaType\":\"PROTOBUF\",\"schema\":\"message A {}\"}"
                                    : "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"A\\\","
                                            + "\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":[\\\"null\\\","
                                            + "\\\"string\\\"],\\\"default\\\":\\\"\\\"}]}\"}";
                    byte[] answer = schema.getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        try {
            SchemaRegistry registry =
                    new SchemaRegistry(
                            URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                            Map.of());
            for (int id : new int[] {1, 2, 1, 2}) {
                assertThatThrownBy(() -> registry.byId(id))
                        .isInstanceOf(WireException.class)
                        .hasMessageContaining("is no Avro schema but");
            }
            assertThat(requests).hasValue(2);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void readsWhatOlderAndNewerVersionsWrite() throws Exception {
        Schema older = without(f -> List.of("series", "side", "conditions").contains(f.name()));
        int olderId = registry().register("versions-value", older);
        int newerId = registry().register("versions-value", newer());
        assertThat(newerId).isNotEqualTo(olderId);
        RecordDecoder<EquityTrade> decoder = decoder(registry());

        EquityTrade expected = trade();
        expected.setSeries("");
        expected.setSide(null);
        expected.setConditions(List.of());
        assertThat(decoder.decode(generic(olderId, older), new EquityTrade())).isEqualTo(expected);
        assertThat(decoder.decode(generic(newerId, newer()), new EquityTrade())).isEqualTo(trade());

        // And the other way round: one who knows the older version alone reads ours.
        int ours = registry().register("versions-value", CONTRACT);
        byte[] message = RecordEncoder.confluent(EquityTrade.class, ours).encode(trade());
        GenericRecord read =
                new org.apache.avro.generic.GenericDatumReader<GenericRecord>(
                                registry().byId(ours), older)
                        .read(
                                null,
                                org.apache.avro.io.DecoderFactory.get()
                                        .binaryDecoder(message, 5, message.length - 5, null));
        assertThat(read.get("price")).isEqualTo(trade().getPrice());
        assertThat(read.hasField("side")).isFalse();
    }

    @Test
    void saysWhatTheRegistryDoesNotKnow() throws Exception {
        int number = 987_654;
        byte[] message = RecordEncoder.confluent(EquityTrade.class, number).encode(trade());
        assertUnknown(message, "knows no schema with the id " + number);

        int json =
                post(
                        "/subjects/json-value/versions",
                        "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"$schema\\\":\\\"http://json-schema.org/draft-07/schema#\\\",\\\"type\\\":\\\"object\\\"}\"}");
        assertUnknown(
                RecordEncoder.confluent(EquityTrade.class, json).encode(trade()),
                "is no Avro schema but JSON");
    }

    private static void assertUnknown(byte[] message, String sentence) {
        WireException failure =
                catchThrowableOfType(
                        WireException.class,
                        () -> decoder(registry()).decode(message, new EquityTrade()));
        assertThat(failure).hasMessageContaining(sentence);
        assertThat(failure.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
    }

    @Test
    void aSchemaThatTheRegistryRefusesIsNoUnknownOne() throws Exception {
        registry().register("strict-value", CONTRACT);
        send("PUT", "/config/strict-value", "{\"compatibility\":\"BACKWARD\"}");
        Schema other =
                new Schema.Parser()
                        .parse(
                                "{\"type\":\"record\",\"name\":\"EquityTrade\",\"namespace\":\""
                                        + CONTRACT.getNamespace()
                                        + "\",\"fields\":[{\"name\":\"price\",\"type\":\"string\"}]}");
        assertThatThrownBy(() -> registry().register("strict-value", other))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("/subjects/strict-value/versions with status 409");
    }

    @Test
    void triesAgainAndThenSaysThatTheRegistryIsAway() throws Exception {
        int id = registry().register("outage-value", CONTRACT);
        byte[] message = RecordEncoder.confluent(EquityTrade.class, id).encode(trade());
        AtomicInteger asked = new AtomicInteger();
        try (FaultProxy proxy = FaultProxy.start(process.server())) {
            RecordDecoder<EquityTrade> decoder =
                    decoder(
                            new SchemaRegistry(
                                    URI.create(proxy.url() + "/apis/ccompat/v7"), Map.of()));

            FaultProxy.Fault overloaded = FaultProxy.Fault.status(503, 0);
            proxy.plan(
                    request -> {
                        asked.incrementAndGet();
                        return overloaded;
                    });
            assertThatThrownBy(() -> decoder.decode(message, new EquityTrade()))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("with status 503");
            assertThat(asked).hasValue(ATTEMPTS);

            // Nobody listens.
            proxy.down();
            assertThatThrownBy(() -> decoder.decode(message, new EquityTrade()))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining(proxy.url() + "/apis/ccompat/v7 does not answer");

            // It comes back, but stumbles: the last attempt holds.
            proxy.up();
            proxy.plan(FaultProxy.Plan.next(ATTEMPTS - 1, request -> true, overloaded));
            assertThat(decoder.decode(message, new EquityTrade())).isEqualTo(trade());

            // What was answered once is not asked again.
            proxy.down();
            assertThat(decoder.decode(message, new EquityTrade())).isEqualTo(trade());
        }
    }

    private static byte[] generic(int id, Schema schema) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record(schema, trade()), encoder);
        return out.toByteArray();
    }

    private static int post(String path, String body) throws Exception {
        String answer = send("POST", path, body);
        return Integer.parseInt(answer.replaceAll(".*\"id\":(\\d+).*", "$1"));
    }

    private static String send(String method, String path, String body) throws Exception {
        HttpResponse<String> response =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(process.url() + path))
                                        .header("Content-Type", "application/json")
                                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
