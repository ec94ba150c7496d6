package io.champion.lake;

import io.champion.model.ColumnBatch;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Type information of a stream of batches, of one dataset or of many mixed. Their makers may use a
 * batch's arrays again: whoever keeps one has to copy it.
 *
 * <p>A batch in its binary form names its columns, so one that was written before a contract grew
 * can be read after it.
 */
public final class ColumnBatchTypeInfo extends TypeInformation<ColumnBatch> {
    private static final long serialVersionUID = 1L;

    /** Stateless, so one is enough. */
    public static final ColumnBatchTypeInfo INSTANCE = new ColumnBatchTypeInfo();

    private ColumnBatchTypeInfo() {}

    @Override
    public TypeSerializer<ColumnBatch> createSerializer(SerializerConfig config) {
        return ColumnBatchSerializer.INSTANCE;
    }

    @Override
    public Class<ColumnBatch> getTypeClass() {
        return ColumnBatch.class;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ColumnBatchTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ColumnBatchTypeInfo;
    }

    @Override
    public int hashCode() {
        return ColumnBatchTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "ColumnBatchTypeInfo";
    }
}
