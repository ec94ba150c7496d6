package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Only what an earlier life of the same sink left unfinished is taken for abandoned. */
class AttemptTest {
    private static final Attempt SEVENTH = new Attempt("ticks", "1", 7);

    private static String unfinished(Attempt attempt) {
        return ".part-00001-100000" + attempt.suffix() + ".parquet.inprogress.1b4e28ba-2fa1";
    }

    @Test
    void anEarlierLifeIsOutlived() {
        assertThat(SEVENTH.hasOutlived(unfinished(new Attempt("ticks", "1", 6)))).isTrue();
        assertThat(SEVENTH.hasOutlived(unfinished(Attempt.of("ticks", "1", OptionalLong.empty()))))
                .isTrue();
    }

    @Test
    void nothingElseIs() {
        assertThat(SEVENTH.hasOutlived(unfinished(SEVENTH))).isFalse();
        assertThat(SEVENTH.hasOutlived(unfinished(new Attempt("ticks", "1", 10)))).isFalse();
        assertThat(SEVENTH.hasOutlived(unfinished(new Attempt("ticks", "2", 6)))).isFalse();
        assertThat(SEVENTH.hasOutlived(unfinished(new Attempt("other", "1", 6)))).isFalse();
        String visible = "part-00001-00001" + new Attempt("ticks", "1", 6).suffix() + ".parquet";
        assertThat(SEVENTH.hasOutlived(visible)).isFalse();
        assertThat(SEVENTH.hasOutlived("_SUCCESS")).isFalse();
    }
}
