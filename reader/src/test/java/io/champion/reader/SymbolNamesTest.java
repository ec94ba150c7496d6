package io.champion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SymbolNamesTest {
    @Test
    void namesAreSafeAndCanBeTurnedBack() {
        assertThat(SymbolNames.encode("AAPL")).hasValue("AAPL");
        assertThat(SymbolNames.encode("BRK.B")).hasValue("BRK.B");
        assertThat(SymbolNames.encode("BACpA")).hasValue("BAC%70A");
        assertThat(SymbolNames.encode(".")).hasValue("%2E");
        assertThat(SymbolNames.encode("..")).hasValue("%2E%2E");
        assertThat(SymbolNames.encode("A.")).hasValue("A%2E");
        assertThat(SymbolNames.encode("../../etc")).hasValue("%2E.%2F..%2F%65%74%63");
        assertThat(SymbolNames.encode("")).hasValue("%");
        assertThat(SymbolNames.encode("NUL.X")).hasValue("%4EUL.X");
        assertThat(SymbolNames.encode("M&M")).hasValue("M%26M");
        assertThat(SymbolNames.encode("\u20b9")).hasValue("%E2%82%B9");
        assertThat(SymbolNames.encode("x".repeat(100))).isEmpty();
        assertThat(SymbolNames.decode("AA%70")).hasValue("AAp");
        for (String none : new String[] {"aapl", ".months", "A%7", "%41", "A%zz", "A.", "CON"}) {
            assertThat(SymbolNames.decode(none)).as(none).isEmpty();
        }
    }

    @Test
    void noTwoSymbolsShareANameWhereCaseDoesNotCount() {
        Random random = new Random(1);
        String letters = "ABab09./\\-_%: \u20b9";
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder symbol = new StringBuilder();
            for (int k = random.nextInt(5); k >= 0; k--) {
                symbol.append(letters.charAt(random.nextInt(letters.length())));
            }
            String name = SymbolNames.encode(symbol.toString()).orElseThrow();
            assertThat(SymbolNames.decode(name)).hasValue(symbol.toString());
            assertThat(name).matches("[A-Z0-9._%-]+").doesNotMatch("\\..*|.*\\.");
            String other = seen.put(name.toLowerCase(Locale.ROOT), symbol.toString());
            assertThat(other == null ? symbol.toString() : other).isEqualTo(symbol.toString());
        }
    }
}
