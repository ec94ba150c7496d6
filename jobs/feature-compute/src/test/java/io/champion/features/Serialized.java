package io.champion.features;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Values after a way through bytes. */
final class Serialized {
    private Serialized() {}

    static <T> T copy(TypeSerializer<T> writer, TypeSerializer<T> reader, T value)
            throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(1024);
        writer.serialize(value, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        T copy = reader.deserialize(in);
        if (in.available() > 0) {
            throw new IOException(in.available() + " bytes are left.");
        }
        return copy;
    }
}
