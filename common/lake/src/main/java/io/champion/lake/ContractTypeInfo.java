package io.champion.lake;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Type information of a stream or state of contract records, of one dataset or of many mixed.
 *
 * <p>Its serializer writes which contract a record belongs to and the record in Avro's binary
 * encoding. State written with it can be restored after contracts were added, and after a contract
 * changed in a way that Avro can resolve: the schemas that the state was written with are kept in
 * it.
 */
public final class ContractTypeInfo extends TypeInformation<SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    /** Stateless, so one is enough. */
    public static final ContractTypeInfo INSTANCE = new ContractTypeInfo();

    private ContractTypeInfo() {}

    @Override
    public TypeSerializer<SpecificRecordBase> createSerializer(SerializerConfig config) {
        return new ContractSerializer();
    }

    @Override
    public Class<SpecificRecordBase> getTypeClass() {
        return SpecificRecordBase.class;
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
        return other instanceof ContractTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContractTypeInfo;
    }

    @Override
    public int hashCode() {
        return ContractTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "ContractTypeInfo";
    }
}
