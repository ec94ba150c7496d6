package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextDictionaryTest {

    /** Strings and UTF-8 in any mixture, against a list. */
    @Test
    void aTextHasOneIdHoweverItIsAskedFor() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            TextDictionary dictionary = new TextDictionary(500);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                String text = "\u20b9x".repeat(random.nextInt(4)) + random.nextInt(700);
                int known = expected.indexOf(text);
                int id =
                        seed % 3 == 0 || random.nextBoolean()
                                ? ask(dictionary, text)
                                : dictionary.idOf(text);
                if (known < 0 && expected.size() == 500) {
                    assertThat(id).isEqualTo(TextDictionary.FULL);
                } else if (known < 0) {
                    assertThat(id).isEqualTo(expected.size());
                    expected.add(text);
                } else {
                    assertThat(id).isEqualTo(known);
                }
                if (random.nextInt(10) == 0 && known < 0 && id >= 0) {
                    dictionary.removeNewest();
                    expected.remove(expected.size() - 1);
                }
                if (random.nextInt(2_000) == 0) {
                    dictionary.clear();
                    expected.clear();
                }
                assertThat(dictionary.size()).isEqualTo(expected.size());
            }
            for (int id = 0; id < expected.size(); id++) {
                assertThat(dictionary.text(id)).isEqualTo(expected.get(id));
            }
            assertThat(dictionary.bytes())
                    .isEqualTo(String.join("", expected).getBytes(StandardCharsets.UTF_8).length);
        }
    }

    /** Somewhere inside an array, as texts of a batch are. */
    private static int ask(TextDictionary dictionary, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] around = new byte[utf8.length + 7];
        System.arraycopy(utf8, 0, around, 3, utf8.length);
        return dictionary.idOf(around, 3, 3 + utf8.length);
    }
}
