package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aRateSpreadsMessagesEvenly() {
        Pace pace = Pace.rate(4);
        assertThat(pace.due(0, 77)).isZero();
        assertThat(pace.due(2, 5)).isEqualTo(SECOND / 2);
        assertThat(Pace.rate(1e6).due(3_000_000_000L, 0)).isEqualTo(3000 * SECOND);
    }

    @Test
    void aSpeedFollowsEventTime() {
        Pace pace = Pace.speed(10, 100 * SECOND);
        assertThat(pace.due(0, 100 * SECOND)).isZero();
        assertThat(pace.due(1, 105 * SECOND)).isEqualTo(SECOND / 2);
        assertThat(Pace.speed(0.5, 0).due(1, SECOND)).isEqualTo(2 * SECOND);
    }
}
