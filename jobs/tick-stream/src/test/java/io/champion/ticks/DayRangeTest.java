package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityTrade;
import java.time.LocalDate;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class DayRangeTest {

    @Test
    void theMachinesOwnDigitsAreInNoPartition() {
        LocalDate day = LocalDate.of(2025, 6, 18);
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertThat(new DayRange(day, day).partitions(Dataset.of(EquityTrade.getClassSchema())))
                    .hasSize(24)
                    .extracting(PartitionKey::path)
                    .contains("date=2025-06-18/hour=07");
        } finally {
            Locale.setDefault(before);
        }
    }
}
