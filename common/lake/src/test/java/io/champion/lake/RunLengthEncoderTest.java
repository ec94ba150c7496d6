package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet-java's decoder reads what is written. */
class RunLengthEncoderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 20, 24, 31, 32})
    void runsOfAnyLengthComeBack(int width) throws IOException {
        Random random = new Random(width);
        for (int round = 0; round < 200; round++) {
            int[] values = new int[1 + random.nextInt(3_000)];
            int longest = 1 + random.nextInt(30);
            for (int i = 0; i < values.length; ) {
                int value = width == 0 ? 0 : random.nextInt() >>> (Integer.SIZE - width);
                for (int run = 1 + random.nextInt(longest); run > 0 && i < values.length; run--) {
                    values[i++] = value;
                }
            }
            assertComesBack(values, width);
        }
    }

    @Test
    void oneRunTakesFewBytes() throws IOException {
        assertThat(assertComesBack(new int[20_000], 1)).isLessThan(8);
        int[] behindAnother = new int[20_000];
        behindAnother[0] = 1;
        assertThat(assertComesBack(behindAnother, 1)).isLessThan(12);
    }

    private int assertComesBack(int[] values, int width) throws IOException {
        PageBuffer out = new PageBuffer();
        Ints ints = new Ints();
        for (int value : values) {
            ints.add(value);
        }
        RunLengthEncoder.encode(ints, width, out);
        RunLengthBitPackingHybridDecoder decoder =
                new RunLengthBitPackingHybridDecoder(
                        width, new ByteArrayInputStream(out.bytes(), 0, out.length()));
        int[] read = new int[values.length];
        for (int i = 0; i < read.length; i++) {
            read[i] = decoder.readInt();
        }
        assertThat(read).isEqualTo(values);
        return out.length();
    }
}
