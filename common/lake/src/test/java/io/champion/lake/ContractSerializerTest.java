package io.champion.lake;

import java.time.LocalDate;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Flink's own battery of checks, over records of several contracts. */
class ContractSerializerTest extends SerializerTestBase<SpecificRecordBase> {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);

    @Override
    protected TypeSerializer<SpecificRecordBase> createSerializer() {
        return ContractTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl());
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<SpecificRecordBase> getTypeClass() {
        return SpecificRecordBase.class;
    }

    @Override
    protected SpecificRecordBase[] getTestData() {
        return new SpecificRecordBase[] {
            Rows.bar(DAY, 7), Rows.bar(DAY, 8), Rows.rawBar(DAY, 1), Rows.reject(DAY, "x", 3)
        };
    }
}
