package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.INCOMPATIBLE_SCHEMA;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/** Goes past one value of a schema, and finds out whether it is well-formed. */
@FunctionalInterface
interface Skip {

    void skip(AvroBytes in) throws WireException;

    /**
     * @throws WireException if the schema contains itself, so that a message could be nested as
     *     deep as it is long
     */
    static Skip of(Schema schema) throws WireException {
        return of(schema, new HashSet<>());
    }

    private static Skip of(Schema schema, Set<String> around) throws WireException {
        return switch (schema.getType()) {
            case NULL -> in -> {};
            case BOOLEAN -> AvroBytes::readBoolean;
            case INT -> AvroBytes::readInt;
            case LONG -> AvroBytes::readLong;
            case FLOAT -> in -> in.skip(Float.BYTES);
            case DOUBLE -> in -> in.skip(Double.BYTES);
            case STRING, BYTES -> in -> in.skip(in.readLong());
            case FIXED -> {
                int size = schema.getFixedSize();
                yield in -> in.skip(size);
            }
            case ENUM -> {
                int size = schema.getEnumSymbols().size();
                yield in -> in.readIndex(size);
            }
            case UNION -> union(schema, around);
            case ARRAY -> items(of(schema.getElementType(), around), false);
            case MAP -> items(of(schema.getValueType(), around), true);
            case RECORD -> record(schema, around);
        };
    }

    private static Skip union(Schema schema, Set<String> around) throws WireException {
        Skip[] branches = new Skip[schema.getTypes().size()];
        for (int i = 0; i < branches.length; i++) {
            branches[i] = of(schema.getTypes().get(i), around);
        }
        return in -> branches[in.readIndex(branches.length)].skip(in);
    }

    private static Skip items(Skip item, boolean keyed) {
        return in -> {
            for (int count = in.readBlock(); count > 0; count = in.readBlock()) {
                for (int i = 0; i < count; i++) {
                    if (keyed) {
                        in.skip(in.readLong());
                    }
                    item.skip(in);
                }
            }
        };
    }

    private static Skip record(Schema schema, Set<String> around) throws WireException {
        if (!around.add(schema.getFullName())) {
            throw new WireException(
                    INCOMPATIBLE_SCHEMA,
                    "The writer's schema contains " + schema.getFullName() + " inside itself.");
        }
        Skip[] fields = new Skip[schema.getFields().size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = of(schema.getFields().get(i).schema(), around);
        }
        around.remove(schema.getFullName());
        return in -> {
            for (Skip field : fields) {
                field.skip(in);
            }
        };
    }
}
