package io.champion.indicators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every number of every published sheet, over the whole series: to 1e-9 of it where the sheet has
 * all digits, to the last digit that it prints where it is rounded.
 */
final class ReferenceTest {

    /** How a sheet's numbers are held. */
    private enum Digits {
        ALL,
        /** Of the values, with inputs as they were computed from. */
        PRINTED,
        /** Of inputs too: intermediate results of the sheet had more. */
        ROUNDED_INPUTS
    }

    /**
     * @param columns of the sheet, in the order of the indicator's outputs; empty for one that it
     *     has not
     * @param from first row that is compared
     */
    private record Case(
            String sheet,
            String quotes,
            String indicator,
            List<String> columns,
            Digits digits,
            int from) {

        @Override
        public String toString() {
            return sheet + ", " + indicator;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                skender("Sma.SMA_Close", "sma, window: 20", "SMA"),
                skender("Sma.SMA_Close", "sma, window: 20, source: open", "SMA(O)"),
                skender("Sma.SMA_Volume", "sma, window: 20, source: volume", "sma"),
                skender("Ema.EMA", "ema, window: 20", "ema"),
                skender("Ema.EMA", "ema, window: 20, source: open", "ema(O)"),
                skender("Macd.MACD", "ema, window: 12", "EMA12"),
                skender("Macd.MACD", "ema, window: 26", "EMA26"),
                skender("Macd.MACD", "macd", "MACD", "Signal", "Histo"),
                skender("Rsi.RSI", "rsi, window: 14", "RSI(14)"),
                skender("StdDev.StdDev", "standard_deviation, window: 10", "stddev"),
                skender("StdDev.StdDev", "sma, window: 10", "mean"),
                skender("StdDev.StdDev", "z_score, window: 10", "zscore"),
                skender(
                        "BollingerBands.Bollinger_Bands",
                        "bollinger",
                        "upper",
                        "sma",
                        "lower",
                        "width"),
                skender(
                        "BollingerBands.Bollinger_Bands",
                        "standard_deviation, window: 20",
                        "stdev"),
                skender("BollingerBands.Bollinger_Bands", "z_score, window: 20", "z-score"),
                skender("Stoch.STO_14_3_3_2", "kdj", "%K", "%D", "%J"),
                skender("Stoch.STO_14_3_3_2", "stochastic, smooth: 3", "%K", "%D"),
                skender(
                        "Stoch.STO_9_3_3_SMMA_5_4",
                        "kdj, window: 9, smoothing: wilder, seed: first, kfactor: 5, dfactor: 4",
                        "%K",
                        "%D",
                        "%J"),
                skender("Tr.TR", "true_range", "TR"),
                skender("Atr.ATR", "atr, window: 14", "ATR"),
                skender("Atr.ATR", "natr, window: 14", "ATR%"),
                skender("Obv.OBV", "obv", "obv"),
                intraday("Vwap.VWAP", "vwap"),
                intraday("Vwap.VWAP", "vwap_anchored"),
                intraday("Vwap.VWAP_with_Start_Date", "vwap_anchored, anchor: 2020-12-15T10:00:00"),
                new Case(
                        "ta4j/EMA",
                        null,
                        "ema, window: 13, seed: first",
                        List.of("ema"),
                        Digits.ALL,
                        0),
                // The sheet averages what there is of the first twelve; a window that is not full
                // is no mean of 13.
                new Case("ta4j/SMA", null, "sma, window: 13", List.of("sma"), Digits.ALL, 12),
                chartschool("cs-accum", "adl", Digits.ROUNDED_INPUTS, "ADLine"),
                chartschool("cs-adx", "adx", Digits.PRINTED, "ADX", "+DI14", "-DI14"),
                chartschool("cs-adx", "true_range", Digits.PRINTED, "TR"),
                chartschool("cs-cci", "cci", Digits.ROUNDED_INPUTS, "CCI"),
                chartschool(
                        "cs-dc",
                        "donchian",
                        Digits.PRINTED,
                        "upper_band",
                        "middle_band",
                        "lower_band"),
                chartschool("cs-mfi", "mfi", Digits.PRINTED, "MFI"),
                chartschool("cs-percentr", "williams_r", Digits.PRINTED, "Williams_%R"),
                chartschool("cs-roc", "roc, window: 12", Digits.PRINTED, "ROC"),
                // The sheet begins in the middle of a series.
                new Case(
                        "chartschool/cs-wma",
                        null,
                        "wma, window: 9",
                        List.of("WMA"),
                        Digits.PRINTED,
                        8));
    }

    private static Case skender(String sheet, String indicator, String... columns) {
        return new Case(
                "skender/" + sheet, "skender/default", indicator, List.of(columns), Digits.ALL, 0);
    }

    private static Case intraday(String sheet, String indicator) {
        return new Case(
                "skender/" + sheet, "skender/intraday", indicator, List.of("VWAP"), Digits.ALL, 0);
    }

    private static Case chartschool(
            String sheet, String indicator, Digits digits, String... columns) {
        return new Case("chartschool/" + sheet, null, indicator, List.of(columns), digits, 0);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheCommittedValues(Case given) {
        Sheet sheet = Sheet.committed(given.sheet());
        compare(given, sheet, given.quotes() == null ? sheet : Sheet.committed(given.quotes()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheWholeSheets(Case given) throws IOException {
        String configured = System.getenv("CHAMPION_REAL_DATA");
        Path data =
                Path.of(configured == null ? "../../../shared/data" : configured)
                        .resolve("indicator_reference");
        assumeTrue(
                Files.isDirectory(data),
                "No reference sheets: set CHAMPION_REAL_DATA to the folder of the real data.");
        String file = given.sheet() + ".csv";
        assumeTrue(!file.startsWith("ta4j"), "ta4j's are spreadsheets, compared as converted.");
        // The sheets hold their quotes themselves.
        Sheet sheet =
                Sheet.of(
                        data.resolve(
                                file.startsWith("skender")
                                        ? file.replace("skender/", "skender_calc/") + ".gz"
                                        : file));
        compare(given, sheet, sheet);
    }

    private static void compare(Case given, Sheet sheet, Sheet quotes) {
        List<Bar> bars = quotes.bars();
        double[][] rows = Bars.run(Bars.one(given.indicator()), bars);
        assertThat(sheet.rows()).hasSameSizeAs(bars);
        List<String> different = new ArrayList<>();
        int compared = 0;
        for (int i = given.from(); i < rows.length; i++) {
            for (int c = 0; c < given.columns().size(); c++) {
                String text = sheet.text(i, given.columns().get(c));
                double expected = text.isEmpty() ? Double.NaN : Double.parseDouble(text);
                double actual = rows[i][c];
                compared += text.isEmpty() ? 0 : 1;
                boolean isEqual =
                        text.isEmpty()
                                ? Double.isNaN(actual)
                                : Math.abs(actual - expected)
                                        <= tolerance(given.digits(), text, expected);
                if (!isEqual) {
                    different.add(
                            "row "
                                    + i
                                    + ", "
                                    + given.columns().get(c)
                                    + ": "
                                    + text
                                    + ", not "
                                    + actual);
                }
            }
        }
        assertThat(different).isEmpty();
        assertThat(compared).isGreaterThanOrEqualTo(8);
    }

    private static double tolerance(Digits digits, String text, double expected) {
        double unit = new BigDecimal(text).ulp().doubleValue();
        return switch (digits) {
            case ALL -> 1e-9 * Math.abs(expected);
            case PRINTED -> unit;
            case ROUNDED_INPUTS -> 1e-3 * Math.abs(expected);
        };
    }
}
