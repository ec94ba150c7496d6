package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.Layer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"forever", "raw=5y,normalized=3y,features=1y", "gold=18m,quarantine=90d"})
    void isReadAsItIsWritten(String text) {
        assertThat(Retention.parse(text)).hasToString(text).isEqualTo(Retention.parse(text));
    }

    @Test
    void theStandardProfileNamesThreeLayers() {
        assertThat(Retention.parse("standard"))
                .isEqualTo(Retention.STANDARD)
                .hasToString("raw=5y,normalized=3y,features=1y");
    }

    @Test
    void saysWhenARowOfALayerGoes() {
        Retention retention = Retention.parse(" features = 90d , raw=18m");

        assertThat(retention.expiry(Layer.FEATURES, "trade_date"))
                .contains("trade_date + toIntervalDay(90)");
        assertThat(retention.expiry(Layer.RAW, "toDate(event_time)"))
                .contains("toDate(event_time) + toIntervalMonth(18)");
        assertThat(retention.expiry(Layer.GOLD, "trade_date")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                 | '' is no retention
                    5y                 | '5y' is no retention
                    raw=5              | '5' is no time to keep rows
                    raw=0y             | '0y' is no time to keep rows
                    raw=-1y            | '-1y' is no time to keep rows
                    raw=5y; DROP       | '5y; DROP' is no time to keep rows
                    silver=5y          | No layer 'silver'
                    raw=5y,raw=3y      | names the layer raw twice
                    """)
    void refusesWhatItCannotRead(String text, String message) {
        assertThatThrownBy(() -> Retention.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
