package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.tracking.IntervalPart.Offsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

final class IntervalMeterTest {

    @Test
    void aPartIsWhatWasDoneSinceTheLast() {
        AtomicLong read = new AtomicLong(100);
        IntervalMeter meter = new IntervalMeter();
        meter.figure("read", read::get);
        read.set(103);
        meter.message(2, 7);
        meter.message(0, 100);
        meter.message(0, 90);
        assertThat(meter.take())
                .isEqualTo(
                        new IntervalPart(
                                Map.of("read", 3L),
                                Map.of(0, new Offsets(90, 101), 2, new Offsets(7, 8))));
        read.set(104);
        meter.message(2, 8);
        assertThat(meter.take())
                .isEqualTo(new IntervalPart(Map.of("read", 1L), Map.of(2, new Offsets(8, 9))));
        assertThat(meter.take()).isEqualTo(new IntervalPart(Map.of("read", 0L), Map.of()));
    }

    @Test
    void partsGoOverTheWire() throws Exception {
        IntervalPart part =
                new IntervalPart(Map.of("read", 3L, "late", 0L), Map.of(4, new Offsets(0, 12)));
        IntervalPart.Serializer serializer = new IntervalPart.Serializer();
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(part, out);
        assertThat(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(part);
    }
}
