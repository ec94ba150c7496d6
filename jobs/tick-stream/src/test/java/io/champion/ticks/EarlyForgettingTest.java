package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More messages than are to be remembered: the oldest minutes go, and nothing is lost silently. */
final class EarlyForgettingTest {
    private static final long START = 1_750_221_000_000L;
    private static final int REMEMBERED = 50;
    private static final BookSettings SETTINGS =
            new BookSettings(
                    BarIntervals.of(List.of(Duration.ofMinutes(1), Duration.ofDays(1))),
                    Duration.ofDays(2).toMillis(),
                    REMEMBERED);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachMessageIsAcceptedAndInABarOrLate(boolean restoring) {
        MemoryStore store = new MemoryStore();
        InstrumentBook book = new InstrumentBook(SETTINGS, store);
        long watermark = Long.MIN_VALUE;
        int accepted = 0;
        int late = 0;
        long early = 0;
        for (int i = 0; i < 300; i++) {
            // Ten a minute; every seventh of ten minutes ago.
            long millis = START + i * 6_000L - (i % 7 == 0 ? 600_000 : 0);
            InstrumentBook.Verdict verdict =
                    book.accept(
                            i,
                            i,
                            millis * 1_000_000,
                            FixedPoint.of(10),
                            FixedPoint.of(1),
                            true,
                            watermark);
            if (verdict == InstrumentBook.Verdict.ACCEPTED) {
                accepted++;
            } else {
                assertThat(verdict).isEqualTo(InstrumentBook.Verdict.LATE);
                late++;
            }
            assertThat(book.rows()).isLessThanOrEqualTo(REMEMBERED);
            if (restoring && i % 40 == 39) {
                early += book.forgottenEarly();
                book.flush(Varints.writer());
                book = store.restore(SETTINGS, watermark);
            }
        }
        early += book.forgottenEarly();
        assertThat(early).isEqualTo(accepted - book.rows()).isPositive();
        assertThat(late).isPositive();
        assertThat(accepted + late).isEqualTo(300);

        List<String> days = new ArrayList<>();
        long[] inMinutes = new long[1];
        book.advance(
                START + Duration.ofDays(1).toMillis(),
                (interval, start, version, bar) -> {
                    assertThat(version).isOne();
                    if (interval == 0) {
                        inMinutes[0] += bar.trades();
                    } else {
                        days.add(bar.trades() + " " + bar.volume());
                    }
                });
        assertThat(days).containsExactly(accepted + " " + (double) accepted);
        assertThat(inMinutes[0]).isEqualTo(accepted);

        book.advance(Long.MAX_VALUE, (interval, start, version, bar) -> {});
        book.flush(Varints.writer());
        assertThat(book.isEmpty()).isTrue();
        assertThat(store.isEmpty()).isTrue();
    }
}
