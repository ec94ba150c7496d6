package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesReader;
import org.junit.jupiter.api.Test;

/** What is encoded here, parquet-java decodes. */
class DeltaEncoderTest {
    private final DeltaEncoder encoder = new DeltaEncoder();

    @Test
    void numbersOfAnyStepsComeBack() throws Exception {
        Random random = new Random(1);
        for (int round = 0; round < 400; round++) {
            long[] values = new long[1 + random.nextInt(700)];
            int bits = round % 65;
            long value = random.nextLong();
            for (int i = 0; i < values.length; i++) {
                // Differences of all widths, also such that overflow.
                value += bits == 0 ? 7 : random.nextLong() >>> (Long.SIZE - bits);
                values[i] = value;
            }
            assertComesBack(values);
        }
        assertComesBack(new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, Long.MIN_VALUE});
    }

    @Test
    void risingNumbersTakeFewBytes() throws Exception {
        long[] values = new long[20_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1_750_218_300_000_000_000L + 5L * i;
        }
        assertThat(assertComesBack(values)).isLessThan(1_500);
    }

    private int assertComesBack(long[] values) throws Exception {
        PageBuffer out = new PageBuffer();
        out.putByte(1); // what is there before stays
        encoder.encode(values, values.length, out);
        assertThat((long) out.length() - 1)
                .isLessThanOrEqualTo(encoder.size(values, values.length) + 4 * 31 * 8);
        DeltaBinaryPackingValuesReader reader = new DeltaBinaryPackingValuesReader();
        reader.initFromPage(
                values.length,
                ByteBufferInputStream.wrap(ByteBuffer.wrap(out.bytes(), 1, out.length() - 1)));
        long[] read = new long[values.length];
        for (int i = 0; i < read.length; i++) {
            read[i] = reader.readLong();
        }
        assertThat(read).isEqualTo(values);
        assertThat(out.bytes()[0]).isEqualTo((byte) 1);
        return out.length() - 1;
    }
}
