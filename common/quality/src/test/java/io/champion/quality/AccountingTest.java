package io.champion.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Reject;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountingTest {

    private static final String REJECTS = "quarantine.rejects";
    private static final PartitionKey DAY =
            Dataset.of("raw.equity_ohlc").partitionOf(LocalDate.of(2030, 1, 7));
    private static final PartitionKey REJECTED =
            new PartitionKey(REJECTS, "quarantine/equity_ohlc", "date=2030-01-07");

    private static FileReport report() {
        FileReport report = new FileReport("day.csv", "source", LocalDate.of(2030, 1, 7));
        for (int i = 0; i < 4; i++) {
            report.read();
        }
        report.written("raw.equity_ohlc");
        report.written("raw.equity_ohlc");
        report.rejected("negative");
        report.duplicate();
        return report;
    }

    private static Accounting accounting() {
        Accounting accounting = new Accounting();
        accounting.file(report());
        accounting.emitted(DAY, 2);
        accounting.emitted(REJECTED, 1);
        return accounting;
    }

    @Test
    void rowsThatAddUpPass() {
        assertThatCode(() -> accounting().verify(REJECTS)).doesNotThrowAnyException();
        assertThat(report().rowsWritten()).isEqualTo(2);
        assertThat(report().rowsRejected()).isEqualTo(1);
    }

    @Test
    void aFileThatLosesARowIsNamed() {
        FileReport report = report();
        report.read();
        assertThatThrownBy(report::verify)
                .isInstanceOf(AccountingException.class)
                .hasMessageContaining("Of day.csv, 5 rows were read, but 2 written, 1 rejected");
    }

    @Test
    void aRowTakenBackIsNoLongerWritten() {
        FileReport report = report();
        report.unwritten("raw.equity_ohlc");
        report.rejected("superseded");
        assertThatCode(report::verify).doesNotThrowAnyException();
    }

    @Test
    void rowsThatDoNotReachTheSinksAreFound() {
        Accounting accounting = accounting();
        accounting.emitted(DAY, -1);
        assertThatThrownBy(() -> accounting.verify(REJECTS))
                .hasMessageContaining("2 rows of raw.equity_ohlc were accounted for, but 1");
        Accounting lost = accounting();
        lost.emitted(REJECTED, -1);
        assertThatThrownBy(() -> lost.verify(REJECTS)).hasMessageContaining(REJECTS);
    }

    @Test
    void rowsCarriedOverCount() {
        Accounting accounting = accounting();
        accounting.carried("raw.equity_ohlc", 3);
        assertThatThrownBy(() -> accounting.verify(REJECTS)).hasMessageContaining("5 rows");
        accounting.emitted(DAY, 3);
        assertThatCode(() -> accounting.verify(REJECTS)).doesNotThrowAnyException();
    }

    @Test
    void aStoreHasToHoldWhatItWasGivenAndNoMore() {
        Accounting accounting = accounting();
        assertThatCode(() -> accounting.verifyStored("lake", Map.of(DAY, 2L, REJECTED, 1L)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> accounting.verifyStored("lake", Map.of(DAY, 2L)))
                .hasMessage(
                        "The lake was given 1 rows of quarantine/equity_ohlc/date=2030-01-07 but"
                                + " holds 0.");
        PartitionKey other = Dataset.of("raw.index_ohlc").partitionOf(LocalDate.of(2030, 1, 7));
        assertThatThrownBy(
                        () ->
                                accounting.verifyStored(
                                        "warehouse", Map.of(DAY, 2L, REJECTED, 1L, other, 7L)))
                .hasMessageContaining("given 0 rows of raw/index_ohlc/date=2030-01-07 but holds 7");
    }

    @Test
    void aStoreMayLoseRowsThatAreOlderThanItKeeps() {
        Accounting accounting = accounting();
        assertThatCode(
                        () ->
                                accounting.verifyStored(
                                        "warehouse", Map.of(REJECTED, 1L), DAY::equals))
                .doesNotThrowAnyException();
        assertThatThrownBy(
                        () ->
                                accounting.verifyStored(
                                        "warehouse", Map.of(DAY, 3L, REJECTED, 1L), DAY::equals))
                .hasMessageContaining("was given 2 rows");
        assertThatThrownBy(() -> accounting.verifyStored("warehouse", Map.of(DAY, 2L), DAY::equals))
                .hasMessageContaining("holds 0");
    }

    @Test
    void partsAddUp() {
        Accounting sum = new Accounting();
        sum.add(accounting());
        Accounting second = accounting();
        second.merged("normalized.equity_ohlc", 2);
        second.warning("odd", 3);
        sum.add(second);
        assertThat(sum.rowsRead()).isEqualTo(8);
        assertThat(sum.written()).containsOnly(Map.entry("raw.equity_ohlc", 4L));
        assertThat(sum.rejected()).containsOnly(Map.entry("negative", 2L));
        assertThat(sum.emittedByDataset()).containsEntry(REJECTS, 2L);
        assertThat(sum.merged()).containsOnly(Map.entry("normalized.equity_ohlc", 2L));
        assertThat(sum.warnings()).containsOnly(Map.entry("odd", 3L));
        assertThat(sum.duplicates()).isEqualTo(2);
    }

    @Test
    void rejectsSayEverything() {
        Rejects rejects =
                new Rejects(
                        "source", LocalDate.of(2030, 1, 7), Instant.parse("2030-01-08T01:02:03Z"));
        Reject reject =
                rejects.of(
                        "equity_ohlc",
                        "day.csv",
                        7,
                        new Violation("CLOSE", "x", "not_a_number", "CLOSE is no number."),
                        "a,x");
        assertThat(Dataset.of(reject.getSchema()).partitionOf(reject)).isEqualTo(REJECTED);
        assertThat(reject.getEventId()).isEqualTo("source:day.csv:7:2030-01-07");
        assertThat(reject.getEventTime()).isEqualTo(Instant.parse("2030-01-07T00:00:00Z"));
        assertThat(reject.getRecord()).isEqualTo("a,x");
        assertThat(reject.getValue()).isEqualTo("x");
    }
}
