package io.champion.bhavcopy;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {

    @Test
    void decimalsAreTheNearestDoubles() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            int scale = random.nextInt(8);
            long unscaled = random.nextLong() >> random.nextInt(63);
            String text = BigDecimal.valueOf(unscaled, scale).toPlainString();
            assertThat(Decimals.isNumber(text)).as(text).isTrue();
            assertThat(Decimals.toDouble(text, 0)).as(text).isEqualTo(Double.parseDouble(text));
            assertThat(Decimals.toDouble(text, 5))
                    .as(text)
                    .isEqualTo(new BigDecimal(text).scaleByPowerOfTen(5).doubleValue());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "12.34, 1234000",
        "0.07, 7000",
        "1.1, 110000",
        "683123.45, 68312345000",
        "123456789012345678901234567890, 12345678901234567890123456789000000",
        "0.000000000000000000000000000001, 1e-25"
    })
    void lakhsAreExact(String lakhs, double rupees) {
        assertThat(Decimals.toDouble(lakhs, 5)).isEqualTo(rupees);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                ".",
                "-.",
                "1e5",
                "NaN",
                "Infinity",
                "0x1p3",
                "1f",
                "1d",
                "+1",
                "1,000",
                "1_000",
                " 1",
                "1 ",
                "--1",
                "1.2.3",
                "\u0661",
                "12345678901234567890123456789012345678901"
            })
    void whatIsNoPlainNumberIsNone(String text) {
        assertThat(Decimals.isNumber(text)).isFalse();
    }

    @Test
    void wholeNumbers() {
        assertThat(Decimals.toLong("12358")).isEqualTo(12358);
        assertThat(Decimals.toLong("12358.00")).isEqualTo(12358);
        assertThat(Decimals.toLong("-2500")).isEqualTo(-2500);
        assertThat(Decimals.toLong(".0")).isZero();
        assertThat(Decimals.toLong("1.5")).isNull();
        assertThat(Decimals.toLong("9223372036854775808")).isNull();
    }

    @Test
    void dates() {
        assertThat(Dates.parse("2025-06-18")).isEqualTo(LocalDate.of(2025, 6, 18));
        assertThat(Dates.parse("08-Jul-2024")).isEqualTo(LocalDate.of(2024, 7, 8));
        assertThat(Dates.parse("3-NOV-1994")).isEqualTo(LocalDate.of(1994, 11, 3));
        assertThat(Dates.parse("29-FEB-2024")).isEqualTo(LocalDate.of(2024, 2, 29));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "2025-6-18", "2025-02-29", "2025-13-01", "18/06/2025", "31-Apr-2025",
                "08-Jux-2024", "08-Jul-24", "0-Jul-2024", "2025-06-1x", "0025-06-18", "008-Jul-2024"
            })
    void whatIsNoDateIsNone(String text) {
        assertThat(Dates.parse(text)).isNull();
    }
}
