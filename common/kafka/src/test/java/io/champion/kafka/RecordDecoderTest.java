package io.champion.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.champion.kafka.WireException.Reason;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordDecoderTest {

    static final Schema CONTRACT = EquityTrade.getClassSchema();

    @TempDir private Path folder;

    private final RecordDecoder<EquityTrade> decoder =
            new RecordDecoder<>(EquityTrade.class, WireSchemas.released());

    @Test
    void readsWhatAvroWrites() throws Exception {
        for (EquityTrade trade : List.of(trade(), cancellation())) {
            byte[] avro = bytes(EquityTrade.getEncoder().encode(trade));
            assertThat(decoder.decode(avro, new EquityTrade())).isEqualTo(trade);
            assertThat(RecordEncoder.singleObject(EquityTrade.class).encode(trade)).isEqualTo(avro);
        }
    }

    @Test
    void overwritesEveryFieldOfAReusedRecord() throws Exception {
        EquityTrade reused = new EquityTrade();
        decoder.decode(encode(trade()), reused);
        assertThat(decoder.decode(encode(cancellation()), reused)).isEqualTo(cancellation());
    }

    @Test
    void equalStringsAreOneObject() throws Exception {
        EquityTrade first = decoder.decode(encode(trade()), new EquityTrade());
        EquityTrade second = decoder.decode(encode(trade()), new EquityTrade());
        assertThat(second.getSymbol()).isSameAs(first.getSymbol());
    }

    @Test
    void readsTextsOfAnyLength() throws Exception {
        assertReadsAlike("S".repeat(31));
        assertReadsAlike("S".repeat(300));
        assertReadsAlike("\u0928\u092e".repeat(200));
        assertReadsAlike("S".repeat(31));
    }

    private void assertReadsAlike(String symbol) throws Exception {
        EquityTrade trade = trade();
        trade.setSymbol(symbol);
        trade.setTradeId(symbol);
        assertThat(decoder.decode(encode(trade), new EquityTrade())).isEqualTo(trade);
    }

    @Test
    void readsWhatAnOlderVersionWrote() throws Exception {
        Schema older = without(f -> List.of("series", "side", "conditions").contains(f.name()));
        byte[] message = generic(older, trade());

        EquityTrade read = decoderWith(older).decode(message, new EquityTrade());

        EquityTrade expected = trade();
        expected.setSeries("");
        expected.setSide(null);
        expected.setConditions(List.of());
        assertThat(read).isEqualTo(expected);
        TickPeek peek = new TickPeek(new WireSchemas(folder, null));
        peek.read(message);
        assertThat(peek.instrument()).isEqualTo("NSE:M&M");
        assertThat(peek.eventTime()).isEqualTo(trade().getEventTime());
    }

    @Test
    void readsWhatANewerVersionWrites() throws Exception {
        Schema newer = newer();
        byte[] message = generic(newer, trade());

        assertThat(decoderWith(newer).decode(message, new EquityTrade())).isEqualTo(trade());
        TickPeek peek = new TickPeek(new WireSchemas(folder, null));
        peek.read(message);
        assertThat(peek.instrument()).isEqualTo("NSE:M&M:EQ");
    }

    @Test
    void peeksWithoutReading() throws Exception {
        TickPeek peek = new TickPeek(WireSchemas.released());
        peek.read(encode(trade()));
        String instrument = peek.instrument();
        assertThat(instrument).isEqualTo("NSE:M&M:EQ");
        assertThat(peek.eventTime()).isEqualTo(trade().getEventTime());
        peek.read(encode(cancellation()));
        assertThat(peek.instrument()).isEqualTo("NSE:नमस्ते");
        peek.read(encode(trade()));
        assertThat(peek.instrument()).isSameAs(instrument);
    }

    @Test
    void saysWhyAMessageCannotBeRead() throws Exception {
        byte[] good = encode(trade());
        assertFailure(null, Reason.EMPTY, "has no value");
        assertFailure(new byte[0], Reason.EMPTY, "has no value");
        assertFailure("{\"a\":1}".getBytes("UTF-8"), Reason.UNKNOWN_FORMAT, "begins neither");
        assertFailure(Arrays.copyOf(good, 9), Reason.UNKNOWN_FORMAT, "begins neither");
        byte[] strange = good.clone();
        strange[2]++;
        assertFailure(strange, Reason.UNKNOWN_SCHEMA, "No schema with the fingerprint");
        assertFailure(new byte[] {0, 0, 0, 0, 7, 1}, Reason.UNKNOWN_SCHEMA, "no registry");
        assertFailure(
                RecordEncoder.singleObject(Bar.class).encode(bar()),
                Reason.INCOMPATIBLE_SCHEMA,
                "cannot be read as io.champion.model.record.EquityTrade");
        assertFailure(Arrays.copyOf(good, good.length + 3), Reason.TRAILING_BYTES, "3 bytes");
        for (int length = WireSchemas.SINGLE_OBJECT_HEADER; length < good.length; length++) {
            assertFailure(Arrays.copyOf(good, length), Reason.TRUNCATED, "ends inside");
        }
    }

    @Test
    void noBytesMakeItFailInAnotherWay() throws Exception {
        Schema older = without(f -> f.name().equals("side"));
        RecordDecoder<EquityTrade> both = decoderWith(older);
        TickPeek peek = new TickPeek(new WireSchemas(folder, null));
        Random random = new Random(1);
        for (byte[] good : List.of(encode(trade()), generic(older, trade()))) {
            for (int i = 0; i < 50_000; i++) {
                byte[] broken = good.clone();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    broken[10 + random.nextInt(broken.length - 10)] = (byte) random.nextInt();
                }
                try {
                    both.decode(broken, new EquityTrade());
                    peek.read(broken);
                } catch (WireException e) {
                    assertThat(e.getMessage()).endsWith(".");
                }
            }
        }
    }

    private void assertFailure(byte[] message, Reason reason, String sentence) {
        WireException failure =
                catchThrowableOfType(
                        WireException.class, () -> decoder.decode(message, new EquityTrade()));
        assertThat(failure).hasMessageContaining(sentence);
        assertThat(failure.reason()).isEqualTo(reason);
    }

    private RecordDecoder<EquityTrade> decoderWith(Schema writer) throws Exception {
        Files.writeString(folder.resolve("another.avsc"), writer.toString());
        return new RecordDecoder<>(EquityTrade.class, new WireSchemas(folder, null));
    }

    /** The contract with one more field, before all others. */
    static Schema newer() {
        List<Field> fields = new java.util.ArrayList<>();
        fields.add(
                new Field(
                        "venue",
                        Schema.createUnion(
                                Schema.create(Schema.Type.NULL),
                                Schema.createMap(
                                        Schema.createArray(Schema.create(Schema.Type.STRING)))),
                        null,
                        Field.NULL_DEFAULT_VALUE));
        without(f -> false).getFields().forEach(f -> fields.add(new Field(f, f.schema())));
        return Schema.createRecord("EquityTrade", null, CONTRACT.getNamespace(), false, fields);
    }

    static Schema without(Predicate<Field> removed) {
        return Schema.createRecord(
                CONTRACT.getName(),
                null,
                CONTRACT.getNamespace(),
                false,
                CONTRACT.getFields().stream()
                        .filter(removed.negate())
                        .map(f -> new Field(f, f.schema()))
                        .toList());
    }

    static byte[] generic(Schema schema, EquityTrade trade) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new BinaryMessageEncoder<GenericRecord>(new GenericData(), schema)
                .encode(record(schema, trade), out);
        return out.toByteArray();
    }

    /** The trade as one writes it who knows another version of the contract. */
    static GenericRecord record(Schema schema, EquityTrade trade) {
        GenericRecord record = new GenericData.Record(schema);
        for (Field field : schema.getFields()) {
            Field own = CONTRACT.getField(field.name());
            Object value = own == null ? null : trade.get(own.pos());
            record.put(
                    field.name(),
                    switch (field.name()) {
                        case "ingest_time" -> trade.getIngestTime().toEpochMilli();
                        case "kind" -> new GenericData.EnumSymbol(field.schema(), value.toString());
                        default -> value;
                    });
        }
        return record;
    }

    static byte[] encode(EquityTrade trade) {
        return RecordEncoder.singleObject(EquityTrade.class).encode(trade);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    static EquityTrade trade() {
        EquityTrade trade = new EquityTrade();
        trade.setEventId(Long.MIN_VALUE);
        trade.setEventTime(1_750_220_100_123_456_789L);
        trade.setIngestTime(Instant.ofEpochMilli(1_750_220_101_000L));
        trade.setSource("test");
        trade.setSchemaVersion("v1.0.0");
        trade.setEntityId("NSE:M&M:EQ");
        trade.setSymbol("M&M");
        trade.setExchange("NSE");
        trade.setSeries("EQ");
        trade.setTradeId("T-1");
        trade.setSequenceNumber(300L);
        trade.setKind(TickKind.CORRECTION);
        trade.setReceiveTime(-1L);
        trade.setPrice(1234.05);
        trade.setSize(1e9);
        trade.setSide("BUY");
        trade.setConditions(List.of(1, -70_000, Integer.MAX_VALUE));
        return trade;
    }

    static EquityTrade cancellation() {
        EquityTrade trade = trade();
        trade.setKind(TickKind.CANCELLATION);
        trade.setSymbol("नमस्ते");
        trade.setSeries("");
        trade.setReceiveTime(null);
        trade.setPrice(null);
        trade.setSize(null);
        trade.setSide(null);
        trade.setConditions(List.of());
        return trade;
    }

    private static Bar bar() {
        Bar bar = new Bar();
        for (Field field : Bar.getClassSchema().getFields()) {
            Schema schema = field.schema();
            bar.put(
                    field.pos(),
                    schema.isNullable()
                            ? null
                            : switch (schema.getType()) {
                                case STRING -> "x";
                                case INT -> 1;
                                case DOUBLE -> 1.0;
                                case LONG ->
                                        schema.getLogicalType() != null
                                                        && schema.getLogicalType()
                                                                .getName()
                                                                .equals("timestamp-millis")
                                                ? Instant.EPOCH
                                                : (Object) 1L;
                                default -> throw new AssertionError(field);
                            });
        }
        return bar;
    }
}
