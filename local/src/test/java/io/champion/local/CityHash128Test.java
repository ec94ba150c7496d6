package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.data.ClickHouseCityHash;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CityHash128Test {

    @Test
    void agreesWithTheClientAtEveryLength() {
        byte[] bytes = new byte[2_000];
        new Random(7).nextBytes(bytes);
        for (int length = 0; length < 1_000; length++) {
            CityHash128 hash = CityHash128.of(bytes, 13, length);
            byte[] copy = java.util.Arrays.copyOfRange(bytes, 13, 13 + length);
            assertThat(new long[] {hash.low, hash.high})
                    .as("length %d", length)
                    .isEqualTo(ClickHouseCityHash.cityHash128(copy, 0, length));
        }
    }
}
