package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.champion.quality.Violation;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Lines that nobody thought of. The usual run takes the inputs beside this class; {@code
 * JAZZER_FUZZ=1} in the environment, and {@code -Djazzer.hooks=true}, let the fuzzer look for more,
 * for as long as the annotation says.
 */
class DecoderFuzzTest {

    private static final Map<FlatFileKind, Decoders> DECODERS = new EnumMap<>(FlatFileKind.class);

    static {
        for (FlatFileKind kind : FlatFileKind.values()) {
            DECODERS.put(kind, new Decoders(kind, GeneratedLines.header(kind)));
        }
    }

    /** What the fast path takes, the general one takes alike; neither ends in an exception. */
    @FuzzTest(maxDuration = "1h")
    void bothPathsAgree(byte[] input) {
        int from = 0;
        for (int i = 0; i <= input.length; i++) {
            if (i == input.length || input[i] == '\n') {
                byte[] line = Arrays.copyOfRange(input, from, i);
                DECODERS.forEach((kind, decoders) -> agree(decoders, line));
                from = i + 1;
            }
        }
    }

    private static void agree(Decoders decoders, byte[] line) {
        boolean taken = decoders.fast(line);
        Violation violation = decoders.general(line);
        if (taken) {
            assertThat(violation).as(new String(line, ISO_8859_1)).isNull();
            assertThat(decoders.fastRow())
                    .as(new String(line, ISO_8859_1))
                    .isEqualTo(decoders.generalRow());
        } else if (violation != null) {
            assertThat(violation.message().getBytes(UTF_8)).isNotEmpty();
        }
    }
}
