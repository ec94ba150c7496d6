package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Only what another writer of the same sink left unfinished is taken for that. */
class PartNamesTest {
    private static final PartNames NAMES = new PartNames("ticks", "1");
    private static final String A = UUID.randomUUID().toString();
    private static final String B = UUID.randomUUID().toString();

    private static String unfinished(PartNames names, String writer) {
        return ".part-00001-100000" + names.suffix(writer) + ".inprogress.1b4e28ba-2fa1";
    }

    @Test
    void filesOfOtherWriters() {
        assertThat(NAMES.isOfOthers(unfinished(NAMES, B), List.of(A))).isTrue();
    }

    @Test
    void nothingElse() {
        assertThat(NAMES.isOfOthers(unfinished(NAMES, B), List.of(A, B))).isFalse();
        assertThat(NAMES.isOfOthers(unfinished(new PartNames("ticks", "2"), B), List.of(A)))
                .isFalse();
        assertThat(NAMES.isOfOthers(unfinished(new PartNames("other", "1"), B), List.of(A)))
                .isFalse();
        String visible = "part-00001-00001" + NAMES.suffix(B);
        assertThat(NAMES.isOfOthers(visible, List.of(A))).isFalse();
        assertThat(NAMES.isOfOthers("_SUCCESS", List.of(A))).isFalse();
    }
}
