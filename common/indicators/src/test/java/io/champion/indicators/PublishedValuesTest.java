package io.champion.indicators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Values that the tests of Skender's Stock Indicators (Apache-2.0) print for its default quotes:
 * 502 days of SPY. For indicators whose whole sheets are not at hand.
 */
final class PublishedValuesTest {

    @ParameterizedTest
    @CsvSource({
        "'aroon, window: 25, ties: earliest', 210, 100 0 100",
        "'aroon, window: 25, ties: earliest', 293, 0 40 -40",
        "'aroon, window: 25, ties: earliest', 298, 0 20 -20",
        "'aroon, window: 25, ties: earliest', 458, 0 100 -100",
        "'aroon, window: 25, ties: earliest', 501, 28 88 -60",
        "'aroon, window: 25', 501, 28 88 -60",
        "'adx, window: 14', 19, - 21.0361 25.0124",
        "'adx, window: 14', 29, 19.7949 37.9719 14.1658",
        "'adx, window: 14', 248, 30.5903 32.3167 18.2471",
        "'adx, window: 14', 501, 34.2987 17.7565 31.1510",
        "'cmf, window: 20', 49, 0.350596",
        "'cmf, window: 20', 249, -0.040226",
        "'cmf, window: 20', 501, -0.123754",
        "'dema, window: 20, seed: shared', 25, 215.7605",
        "'dema, window: 20, seed: shared', 51, 225.8259",
        "'dema, window: 20, seed: shared', 249, 258.4452",
        "'dema, window: 20, seed: shared', 501, 241.1677",
        "'dema, window: 20', 501, 241.1677",
        "'tema, window: 20, seed: shared', 25, 216.1441",
        "'tema, window: 20, seed: shared', 67, 222.9562",
        "'tema, window: 20, seed: shared', 249, 258.6208",
        "'tema, window: 20, seed: shared', 501, 238.7690",
        "'tema, window: 20', 501, 238.7690",
        "'donchian, window: 20, current: exclude', 19, - - - -",
        "'donchian, window: 20, current: exclude', 20, 217.0200 214.2700 211.5200 0.025669",
        "'donchian, window: 20, current: exclude', 249, 258.7000 254.2850 249.8700 0.034725",
        "'donchian, window: 20, current: exclude', 501, 273.5900 251.5050 229.4200 0.175623",
        "'hma, window: 20', 149, 236.0835",
        "'hma, window: 20', 501, 235.6972",
        "'keltner, window: 20, atr: 10', 485, 275.4260 265.4599 255.4938 0.075085",
        "'keltner, window: 20, atr: 10', 501, 262.1873 249.3519 236.5165 0.102950",
        "'stoch_rsi, smooth: 1', 31, 93.3333 97.7778",
        "'stoch_rsi, smooth: 1', 152, 0 0",
        "'stoch_rsi, smooth: 1', 249, 36.5517 27.3094",
        "'stoch_rsi, smooth: 1', 501, 97.5244 89.8385",
        "'stoch_rsi, smooth: 3', 31, 97.7778 99.2593",
        "'stoch_rsi, smooth: 3', 152, 0 20.0263",
        "'stoch_rsi, smooth: 3', 249, 27.3094 33.2716",
        "'stoch_rsi, smooth: 3', 501, 89.8385 73.4176",
        // Of a release whose true range began with the first bar.
        "'supertrend, window: 14, first: high_low', 12, - -",
        "'supertrend, window: 14, first: high_low', 13, 209.5436 1",
        "'supertrend, window: 14, first: high_low', 151, 232.8519 1",
        "'supertrend, window: 14', 152, 237.6436 -1",
        "'supertrend, window: 14', 249, 253.8008 1",
        "'supertrend, window: 14', 501, 250.7954 -1",
        "'mfi, window: 14', 439, 69.0622",
        "'mfi, window: 14', 501, 39.9494",
        "'mfi, window: 4', 31, 100",
        "'mfi, window: 4', 43, 0",
        "'cci, window: 20', 501, -52.9946",
        "'wma, window: 20', 149, 235.5253",
        "'wma, window: 20', 501, 246.5110",
        "'williams_r, window: 14', 343, -19.8211",
        "'williams_r, window: 14', 501, -52.0121",
        "'roc, window: 20', 249, 2.4827",
        "'roc, window: 20', 501, -8.2482"
    })
    void equalsWhatIsPrinted(String indicator, int row, String printed) {
        double[] values =
                Bars.run(Bars.one(indicator), Sheet.committed("skender/default").bars())[row];
        String[] expected = printed.split(" ");
        for (int i = 0; i < expected.length; i++) {
            if (expected[i].equals("-")) {
                assertThat(values[i]).isNaN();
            } else {
                int digits = expected[i].length() - expected[i].indexOf('.') - 1;
                assertThat(values[i])
                        .isCloseTo(
                                Double.parseDouble(expected[i]),
                                within(
                                        expected[i].contains(".")
                                                ? 0.5000001 * Math.pow(10, -digits)
                                                : 1e-12));
            }
        }
    }
}
