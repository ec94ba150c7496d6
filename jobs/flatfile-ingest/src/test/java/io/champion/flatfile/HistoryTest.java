package io.champion.flatfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistoryTest {

    @Test
    void knowsWhatItHasSeenInAnyOrder() {
        SplittableRandom random = new SplittableRandom(3);
        History history = new History(4);
        for (int ticker = 0; ticker < 5; ticker++) {
            Set<List<Long>> seen = new HashSet<>();
            history.clear();
            long base = 0;
            for (int i = 0; i < 50_000; i++) {
                base += random.nextInt(3);
                long order = random.nextInt(10) == 0 ? random.nextLong(base + 1) : base;
                long identity = random.nextInt(3);
                assertThat(history.repeats(order, identity))
                        .isEqualTo(!seen.add(List.of(order, identity)));
            }
            assertThat(history.size()).isEqualTo(seen.size());
            assertThat(history.unchecked()).isZero();
        }
    }

    @Test
    void countsWhatItMayHaveForgotten() {
        History history = new History(4);
        boolean any = false;
        for (int i = 0; i <= History.MAX_IN_ORDER; i++) {
            any |= history.repeats(i, 1);
        }
        assertThat(any).isFalse();
        assertThat(history.size()).isEqualTo(1);

        assertThat(history.repeats(History.MAX_IN_ORDER, 1)).isTrue();
        assertThat(history.unchecked()).isZero();
        assertThat(history.repeats(7, 1)).isFalse();
        assertThat(history.unchecked()).isEqualTo(1);
        assertThat(history.repeats(7, 1)).isTrue();
    }

    @Test
    void rowsOutOfOrderAreBoundedToo() {
        History history = new History(4);
        history.repeats(Long.MAX_VALUE, 0);
        boolean any = false;
        for (int i = 0; i <= History.MAX_OUT_OF_ORDER; i++) {
            any |= history.repeats(i, 0);
        }
        assertThat(any).isFalse();
        assertThat(history.size()).isEqualTo(1);
        assertThat(history.unchecked()).isEqualTo(1);
    }
}
