package io.champion.ticks;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes the bytes of a message as they are. Messages are nowhere kept in state, only in flight of
 * an unaligned checkpoint.
 */
final class TickMessageSerializer extends HandMadeSerializer<TickMessage> {
    private static final long serialVersionUID = 1L;

    static final TypeInformation<TickMessage> TYPE =
            new Type<>(TickMessage.class, TickMessageSerializer::new);

    private transient Names names;

    @Override
    public TypeSerializer<TickMessage> duplicate() {
        return new TickMessageSerializer();
    }

    @Override
    public void serialize(TickMessage message, DataOutputView out) throws IOException {
        out.writeInt(message.partition);
        out.writeLong(message.offset);
        out.writeLong(message.timestamp);
        writeBytes(message.key, out);
        writeBytes(message.value, out);
        String instrument = message.instrument;
        if (isAscii(instrument, message.key)) {
            out.writeInt(-1);
        } else {
            writeBytes(instrument.getBytes(StandardCharsets.UTF_8), out);
        }
    }

    private static boolean isAscii(String text, byte[] bytes) {
        if (bytes == null || bytes.length != text.length()) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] < 0 || bytes[i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public TickMessage deserialize(DataInputView in) throws IOException {
        if (names == null) {
            names = new Names();
        }
        int partition = in.readInt();
        long offset = in.readLong();
        long timestamp = in.readLong();
        byte[] key = readBytes(in);
        byte[] value = readBytes(in);
        byte[] instrument = readBytes(in);
        return new TickMessage(
                partition,
                offset,
                timestamp,
                key,
                value,
                names.of(instrument == null ? key : instrument));
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
        out.write(in, Integer.BYTES + 2 * Long.BYTES);
        copyBytes(in, out);
        copyBytes(in, out);
        copyBytes(in, out);
    }

    @Override
    public TypeSerializerSnapshot<TickMessage> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Of the one format that there is. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<TickMessage> {
        public Snapshot() {
            super(TickMessageSerializer::new);
        }
    }
}
