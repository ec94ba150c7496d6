package io.champion.ticks;

import io.champion.runtime.HandMadeSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

    private static final int REMEMBERED = 1 << 12;

    private transient Names names;
    private transient String[] encodedNames;
    private transient byte[][] encoded;

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
        byte[] instrument = utf8(message.instrument);
        if (Arrays.equals(instrument, message.key)) {
            out.writeInt(-1);
        } else {
            writeBytes(instrument, out);
        }
    }

    /** The same instruments come again and again, and mostly as the same objects. */
    @SuppressWarnings("ReferenceEquality") // A shortcut: an equal name is encoded again.
    private byte[] utf8(String instrument) {
        if (encoded == null) {
            encoded = new byte[REMEMBERED][];
            encodedNames = new String[REMEMBERED];
        }
        int hash = instrument.hashCode();
        int slot = (hash ^ hash >>> 16) & REMEMBERED - 1;
        if (encodedNames[slot] != instrument) {
            encodedNames[slot] = instrument;
            encoded[slot] = instrument.getBytes(StandardCharsets.UTF_8);
        }
        return encoded[slot];
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
