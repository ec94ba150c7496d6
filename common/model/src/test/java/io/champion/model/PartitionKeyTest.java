package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionKeyTest {

    @Test
    void knowsItsValuesDayAndLocation() {
        PartitionKey key =
                new PartitionKey(
                        "features.equity_indicators",
                        "features/equity_indicators",
                        "year=2025/month=06/day=18/feature_group=momentum");

        assertThat(key.values())
                .containsExactly(
                        java.util.Map.entry("year", "2025"),
                        java.util.Map.entry("month", "06"),
                        java.util.Map.entry("day", "18"),
                        java.util.Map.entry("feature_group", "momentum"));
        assertThat(key.date()).isEqualTo(LocalDate.of(2025, 6, 18));
        assertThat(key)
                .hasToString(
                        "features/equity_indicators/year=2025/month=06/day=18/feature_group=momentum");
    }

    @Test
    void withoutPartitionsIsItsFolder() {
        PartitionKey key = new PartitionKey("normalized.x", "normalized/reference_data/x", "");

        assertThat(key.values()).isEmpty();
        assertThat(key.date()).isNull();
        assertThat(key.location()).isEqualTo("normalized/reference_data/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "..",
                "/raw/x",
                "raw/../x",
                "raw//x",
                "raw/x/",
                "raw\\x",
                "raw/.x",
                "C:/x"
            })
    void refusesAFolderThatMayLeadOutOfTheLake(String folder) {
        assertThatThrownBy(() -> new PartitionKey("raw.x", folder, "date=2025-06-18"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + folder + "' is no folder");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "date=..",
                "date=../../etc",
                "date=2025-06-18/..",
                "date=2025-06-18/",
                "/date=2025-06-18",
                "date=",
                "2025-06-18",
                "date=a\u0000b",
                "date=2025-06-18\n",
            })
    void refusesAPathThatMayLeadOutOfTheFolder(String path) {
        assertThatThrownBy(() -> new PartitionKey("raw.x", "raw/x", path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no partition");
    }
}
