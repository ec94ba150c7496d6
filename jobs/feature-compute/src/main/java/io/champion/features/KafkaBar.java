package io.champion.features;

import io.champion.lake.ContractTypeInfo;
import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A message, and what it is.
 *
 * @param bytes how long it is
 * @param record a bar, or a reject where it is none; null where it is a bar of another length
 */
record KafkaBar(int partition, long offset, int bytes, SpecificRecordBase record) {

    static final TypeInformation<KafkaBar> TYPE =
            new HandMadeSerializer.Type<>(KafkaBar.class, Serializer::new);

    /** Only where source and next operator are in different tasks, which they are not by design. */
    static final class Serializer extends HandMadeSerializer<KafkaBar> {
        private static final long serialVersionUID = 1L;

        private final TypeSerializer<SpecificRecordBase> records =
                ContractTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl());

        @Override
        public TypeSerializer<KafkaBar> duplicate() {
            return new Serializer();
        }

        @Override
        public void serialize(KafkaBar bar, DataOutputView out) throws IOException {
            out.writeInt(bar.partition);
            out.writeLong(bar.offset);
            out.writeInt(bar.bytes);
            out.writeBoolean(bar.record != null);
            if (bar.record != null) {
                records.serialize(bar.record, out);
            }
        }

        @Override
        public KafkaBar deserialize(DataInputView in) throws IOException {
            return new KafkaBar(
                    in.readInt(),
                    in.readLong(),
                    in.readInt(),
                    in.readBoolean() ? records.deserialize(in) : null);
        }

        @Override
        public void copy(DataInputView in, DataOutputView out) throws IOException {
            serialize(deserialize(in), out);
        }

        @Override
        public TypeSerializerSnapshot<KafkaBar> snapshotConfiguration() {
            return new Snapshot();
        }
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<KafkaBar> {
        public Snapshot() {
            super(Serializer::new);
        }
    }
}
