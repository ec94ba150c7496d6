package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.ContractSerializer.Version;
import io.champion.model.Dataset;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawEquityOhlc;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** State written before a contract changed can be read, and written on, after it. */
class ContractEvolutionTest {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final Dataset BARS = Dataset.of(EquityOhlc.getClassSchema());

    @Test
    void readsRecordsOfBeforeAFieldWasAdded() throws Exception {
        // The past: no volume yet, and contracts that came later were missing.
        Schema past = without(BARS.schema(), Set.of("volume", "schema_version"));
        List<Version> versions =
                List.of(
                        new Version("raw.equity_ohlc", RawEquityOhlc.getClassSchema()),
                        new Version(BARS.id(), past));
        EquityOhlc bar = Rows.bar(DAY, 3);
        byte[] state = concat(new byte[] {1}, encode(past, bar));

        TypeSerializerSnapshot<SpecificRecordBase> snapshot =
                throughBytes(new ContractSerializerSnapshot(versions));
        TypeSerializerSchemaCompatibility<SpecificRecordBase> compatibility =
                new ContractSerializer()
                        .snapshotConfiguration()
                        .resolveSchemaCompatibility(snapshot);
        assertThat(compatibility.isCompatibleWithReconfiguredSerializer()).isTrue();

        for (TypeSerializer<SpecificRecordBase> serializer :
                List.of(snapshot.restoreSerializer(), compatibility.getReconfiguredSerializer())) {
            EquityOhlc expected = EquityOhlc.newBuilder(bar).setVolume(null).build();
            assertThat(read(serializer, state)).isEqualTo(expected);
            // What is written from now on has the new field, and needs no new serializer to read.
            assertThat(read(serializer, write(serializer, bar))).isEqualTo(bar);
            assertThat(serializer.duplicate().snapshotConfiguration())
                    .satisfies(
                            later ->
                                    assertThat(
                                                    later.resolveSchemaCompatibility(snapshot)
                                                            .isCompatibleAsIs())
                                            .isTrue());
        }
    }

    @Test
    void sameContractsNeedNoChange() throws Exception {
        TypeSerializerSnapshot<SpecificRecordBase> now =
                new ContractSerializer().snapshotConfiguration();
        assertThat(now.resolveSchemaCompatibility(throughBytes(now)).isCompatibleAsIs()).isTrue();
    }

    @Test
    void refusesAChangeThatAvroCannotResolve() {
        Schema text = Schema.create(Schema.Type.STRING);
        Schema past = mapFields(BARS.schema(), f -> true, "adjustment_factor", text);
        assertThat(
                        new ContractSerializer()
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(
                                        new ContractSerializerSnapshot(
                                                List.of(new Version(BARS.id(), past))))
                                .isIncompatible())
                .isTrue();
    }

    @Test
    void refusesAContractThatIsGone() {
        assertThat(
                        new ContractSerializer()
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(
                                        new ContractSerializerSnapshot(
                                                List.of(new Version("raw.gone", BARS.schema()))))
                                .isIncompatible())
                .isTrue();
    }

    @Test
    void namesTheRequiredFieldThatIsNull() {
        assertThatThrownBy(() -> write(new ContractSerializer(), new EquityOhlc()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'event_id'")
                .hasMessageContaining("EquityOhlc");
    }

    @Test
    void copyDoesNotShareWhatCanChange() {
        RawEquityOhlc row = Rows.rawBar(DAY, 1);
        RawEquityOhlc copy = (RawEquityOhlc) new ContractSerializer().copy(row);
        row.getOtherColumns().put("new", "value");
        assertThat(copy.getOtherColumns()).doesNotContainKey("new");
    }

    @Test
    void readsAndWritesAvrosEncodingOfEveryType() throws Exception {
        RecordCodec codec =
                new RecordCodec(
                        io.champion.lake.test.EveryType.getClassSchema(),
                        getClass().getClassLoader());
        for (int i = 0; i < 4; i++) {
            io.champion.lake.test.EveryType row = Rows.everyType(i);
            byte[] avro = encode(row.getSchema(), row);
            DataOutputSerializer out = new DataOutputSerializer(64);
            codec.write(row, out);
            assertThat(out.getCopyOfBuffer()).isEqualTo(avro);
            assertThat(codec.read(new DataInputDeserializer(avro))).isEqualTo(row);
            assertThat(codec.copy(row)).isEqualTo(row).isNotSameAs(row);
        }
    }

    private static byte[] encode(Schema schema, SpecificRecordBase row) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        Encoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        if (schema.equals(row.getSchema())) {
            new org.apache.avro.specific.SpecificDatumWriter<SpecificRecordBase>(
                            schema, row.getSpecificData())
                    .write(row, encoder);
        } else {
            GenericData.Record projected = new GenericData.Record(schema);
            schema.getFields()
                    .forEach(
                            f ->
                                    projected.put(
                                            f.pos(),
                                            row.get(row.getSchema().getField(f.name()).pos())));
            new GenericDatumWriter<>(schema, row.getSpecificData()).write(projected, encoder);
        }
        encoder.flush();
        return bytes.toByteArray();
    }

    private static Schema without(Schema schema, Set<String> fields) {
        return mapFields(schema, f -> !fields.contains(f.name()), null, null);
    }

    private static Schema mapFields(
            Schema schema, Predicate<Schema.Field> keep, String change, Schema to) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            if (keep.test(field)) {
                fields.add(
                        field.name().equals(change)
                                ? new Schema.Field(field.name(), to)
                                : new Schema.Field(field, field.schema()));
            }
        }
        return Schema.createRecord(
                schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }

    private static byte[] write(
            TypeSerializer<SpecificRecordBase> serializer, SpecificRecordBase record)
            throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(record, out);
        return out.getCopyOfBuffer();
    }

    private static SpecificRecordBase read(
            TypeSerializer<SpecificRecordBase> serializer, byte[] bytes) throws IOException {
        return serializer.deserialize(new DataInputDeserializer(bytes));
    }

    private static TypeSerializerSnapshot<SpecificRecordBase> throughBytes(
            TypeSerializerSnapshot<SpecificRecordBase> snapshot) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, snapshot);
        return TypeSerializerSnapshot.readVersionedSnapshot(
                new DataInputDeserializer(out.getCopyOfBuffer()),
                ContractEvolutionTest.class.getClassLoader());
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] all = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }
}
