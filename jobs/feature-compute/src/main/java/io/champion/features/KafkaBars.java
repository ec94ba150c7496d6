package io.champion.features;

import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.model.record.Bar;
import io.champion.model.record.Reject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes messages as bars of one length; those that are no bar as rejects. */
final class KafkaBars implements KafkaRecordDeserializationSchema<KafkaBar> {
    private static final long serialVersionUID = 1L;

    private final SerializableSupplier<WireSchemas> schemas;
    private final String interval;
    private final Instant started;

    private transient RecordDecoder<Bar> decoder;

    /**
     * @param schemas those that messages may have been written with
     * @param interval length of the bars; others are counted alone
     * @param started when the run started, for rejects
     */
    KafkaBars(SerializableSupplier<WireSchemas> schemas, String interval, Instant started) {
        this.schemas = schemas;
        this.interval = interval;
        this.started = started;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        decoder = new RecordDecoder<>(Bar.class, schemas.get());
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> message, Collector<KafkaBar> messages) {
        messages.collect(
                new KafkaBar(
                        message.partition(),
                        message.offset(),
                        message.value() == null ? 0 : message.value().length,
                        record(message)));
    }

    private SpecificRecordBase record(ConsumerRecord<byte[], byte[]> message) {
        try {
            Bar bar = decoder.decode(message.value(), new Bar());
            return bar.getBarInterval().equals(interval) ? bar : null;
        } catch (WireException e) {
            return reject(message, e);
        }
    }

    private Reject reject(ConsumerRecord<byte[], byte[]> message, WireException problem) {
        String place = message.topic() + "-" + message.partition();
        Instant time = Instant.ofEpochMilli(message.timestamp());
        LocalDate day = LocalDate.ofInstant(time, ZoneOffset.UTC);
        return Reject.newBuilder()
                .setEventId("kafka:" + place + ":" + message.offset())
                .setEventTime(time)
                .setIngestTime(started)
                .setSource("kafka")
                .setEntityId(place)
                .setDataset(FeatureRows.REJECTS_OF_KAFKA)
                .setDate(day)
                .setFile(place)
                .setLine(message.offset())
                .setField(null)
                .setValue(null)
                .setReason(problem.reason().code())
                .setMessage(problem.getMessage())
                .setRecord(message.value() == null ? "" : HexFormat.of().formatHex(message.value()))
                .build();
    }

    @Override
    public TypeInformation<KafkaBar> getProducedType() {
        return KafkaBar.TYPE;
    }
}
