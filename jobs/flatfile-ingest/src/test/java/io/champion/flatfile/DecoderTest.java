package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.quality.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The two paths from a line to columns: what the fast one takes, the general one takes alike. */
class DecoderTest {

    private static final int LINES = 300_000;

    @ParameterizedTest
    @EnumSource(FlatFileKind.class)
    void bothPathsGiveTheSameValues(FlatFileKind kind) {
        Decoders decoders = new Decoders(kind, GeneratedLines.header(kind));
        GeneratedLines generated = new GeneratedLines(20260302 + kind.ordinal());
        List<String> sound = generated.lines(kind, 200, 100);
        int fast = 0;
        for (String line : sound) {
            if (compare(decoders, line)) {
                fast++;
            }
        }
        // A number below 0 is the one thing in these lines that the fast path leaves alone.
        assertThat(fast).isGreaterThan(sound.size() * 99 / 100);
        int fastOfMutated = 0;
        for (int i = 0; i < LINES; i++) {
            String line = generated.mutated(sound.get(i % sound.size()));
            if (compare(decoders, line)) {
                fastOfMutated++;
            }
        }
        assertThat(fastOfMutated).isBetween(LINES / 20, LINES * 9 / 10);
    }

    /** Whether the fast path takes a line. */
    private static boolean compare(Decoders decoders, String line) {
        byte[] bytes = line.getBytes(UTF_8);
        if (!decoders.fast(bytes)) {
            return false;
        }
        Violation violation = decoders.general(bytes);
        assertThat(violation).as(line).isNull();
        String expected = decoders.generalRow();
        if (!decoders.fastRow().equals(expected)) {
            assertThat(decoders.fastRow()).as(line).isEqualTo(expected);
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource({
        "276.16, 276.16",
        "0.005500, 0.0055",
        "33278552.153126, 33278552.153126",
        "9007199254740992, 9007199254740992",
        "9007199254740993, 9007199254740992",
        "0.1234567890123456789, 0.12345678901234568",
        "1e-05, 0.00001",
        "+5., 5",
        ".5, 0.5",
        "4.9e-324, 4.9e-324"
    })
    void readsDecimals(String text, double expected) {
        assertThat(decimal(text)).isEqualTo(expected);
    }

    private static double decimal(String text) {
        String line = "A,,0,11,52,1772442000000000000," + text + ",1,1772442000000000001,5,1,0,0";
        Decoders decoders = new Decoders(FlatFileKind.TRADES, GeneratedLines.TRADES);
        byte[] bytes = line.getBytes(UTF_8);
        assertThat(decoders.general(bytes)).isNull();
        String row = decoders.fast(bytes) ? decoders.fastRow() : decoders.generalRow();
        String bits = row.replaceFirst(".* price=(-?\\d+) .*", "$1");
        return Double.longBitsToDouble(Long.parseLong(bits));
    }

    @Test
    void takesLinesAsTheyArePublishedTheFastWay() {
        Decoders decoders = new Decoders(FlatFileKind.TRADES, GeneratedLines.TRADES);
        for (String line :
                List.of(
                        "MSFT,\"12,37\",0,11,52,1679990400018025984,276.16,1550,1679990400018381329,55,3,0,0",
                        "BRK.B,,,4,7167-x_y,8999999999999999999,157.350000,3372,8999999999999999999,10.000000,1,202,1",
                        "A,1,,0,,,1,0,0,0,,,\r")) {
            assertThat(decoders.fast(line.getBytes(UTF_8))).as(line).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "A,,0,11,52,1,,1,2,5,1,0,0 | missing | price",
                ",,0,11,52,1,5,1,2,5,1,0,0 | missing | ticker",
                "A,,0,11,52,1,five,1,2,5,1,0,0 | not_a_number | price",
                "A,,0,11,52,1,5,1.5,2,5,1,0,0 | not_a_number | sequence_number",
                "A,,0,11,52,1,5,-1,2,5,1,0,0 | out_of_range | sequence_number",
                "A,,0,2147483648,52,1,5,1,2,5,1,0,0 | out_of_range | exchange",
                "A,,0,11,52,1,1e999,1,2,5,1,0,0 | out_of_range | price",
                "A,\"1,x\",0,11,52,1,5,1,2,5,1,0,0 | not_a_list | conditions",
                "A B,,0,11,52,1,5,1,2,5,1,0,0 | no_ticker | ticker",
                "A,,0,11,5\"\"2,1,5,1,2,5,1,0,0 | no_id | id",
                "A,,0,11,52,1,5,1,2,5,1,0 | wrong_number_of_columns |",
                "A,\"1,2,0,11,52,1,5,1,2,5,1,0,0 | unreadable |",
            })
    void saysWhatIsWrong(String line, String reason, String field) {
        Decoders decoders = new Decoders(FlatFileKind.TRADES, GeneratedLines.TRADES);
        assertThat(decoders.fast(line.getBytes(UTF_8))).isFalse();
        Violation violation = decoders.general(line.getBytes(UTF_8));
        assertThat(violation).isNotNull();
        assertThat(violation.reason()).isEqualTo(reason);
        assertThat(violation.field()).isEqualTo(field);
        assertThat(violation.message()).endsWith(".");
    }
}
