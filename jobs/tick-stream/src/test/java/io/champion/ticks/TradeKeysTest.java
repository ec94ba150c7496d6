package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TradeKeysTest {
    /** State holds keys that were made of either. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "7",
                "07",
                "-7",
                "T-1",
                "12a",
                "999999999999999999",
                "1234567890123456789",
                "\u0967\u0968",
                "12\u20b9"
            })
    void bytesAndCharactersHaveTheSameKey(String tradeId) {
        byte[] bytes = ("<" + tradeId + ">").getBytes(StandardCharsets.UTF_8);
        assertThat(TradeKeys.of(bytes, 1, bytes.length - 1)).isEqualTo(TradeKeys.of(tradeId));
    }
}
