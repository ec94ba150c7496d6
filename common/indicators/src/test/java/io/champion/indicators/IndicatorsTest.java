package io.champion.indicators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class IndicatorsTest {

    /** Every indicator as it comes, and some with another convention. */
    static Stream<String> indicators() {
        return Stream.concat(
                Indicators.all().keySet().stream(),
                Stream.of(
                        "ema, seed: first",
                        "dema, seed: shared",
                        "dema, seed: first",
                        "tema, seed: shared",
                        "macd, seed: first",
                        "rsi, smoothing: sma",
                        "rsi, smoothing: ema, seed: first",
                        "atr, first: high_low",
                        "stochastic, smooth: 3",
                        "kdj, smoothing: wilder, seed: first",
                        "stoch_rsi, smooth: 3, signal: 5",
                        "keltner, average: sma, source: typical",
                        "keltner, window: 5",
                        "donchian, current: exclude",
                        "aroon, ties: earliest",
                        "vwap, price: close",
                        "obv, start: volume",
                        "sma, window: 1",
                        "hma, window: 2"));
    }

    @ParameterizedTest
    @MethodSource("indicators")
    void isNotKnownBeforeItsWarmUpAndKnownFromThenOn(String indicator) {
        FeatureSet set = Bars.one(indicator);
        double[][] rows = Bars.run(set, walk(300));
        int warmUp = set.warmUp();
        assertThat(warmUp).isBetween(1, 300);
        for (int i = 0; i < rows.length; i++) {
            boolean isKnown = Arrays.stream(rows[i]).noneMatch(Double::isNaN);
            assertThat(isKnown).as("bar %s of %s", i + 1, warmUp).isEqualTo(i + 1 >= warmUp);
        }
    }

    @ParameterizedTest
    @MethodSource("indicators")
    void passesOverBarsThatAreNotKnown(String indicator) {
        FeatureSet set = Bars.one(indicator);
        List<Bar> bars = walk(300);
        double[] state = set.newState();
        double[] values = new double[set.columns().size()];
        double[][] whole = Bars.run(set, bars);
        Bar gap = new Bar();
        for (int i = 0; i < bars.size(); i++) {
            gap.reset(bars.get(i).time, bars.get(i).session);
            double[] before = state.clone();
            set.step(gap, state, values);
            assertThat(values).containsOnly(Double.NaN);
            assertThat(state).isEqualTo(before);
            set.step(bars.get(i), state, values);
            assertThat(values).isEqualTo(whole[i]);
        }
    }

    @Test
    void goesOnFromACopyOfTheStateWithTheSameBits() {
        FeatureSet set =
                Bars.set(
                        Indicators.all().keySet().stream()
                                .map(name -> "name: " + name + ", group: trend, indicator: " + name)
                                .toArray(String[]::new));
        List<Bar> bars = RecomputationTest.wildBars(20_000, 3);
        double[][] whole = Bars.run(set, bars);
        SplittableRandom random = new SplittableRandom(5);
        double[] state = set.newState();
        double[] values = new double[set.columns().size()];
        // Kept in this order, and in another set's: nothing is lost on the way there and back.
        List<String> reversed =
                new ArrayList<>(
                        set.features().stream()
                                .map(
                                        feature ->
                                                "name: "
                                                        + feature.name()
                                                        + ", group: volume, indicator: "
                                                        + feature.name())
                                .toList());
        Collections.reverse(reversed);
        FeatureSet other = Bars.set(reversed.toArray(String[]::new));
        for (int i = 0; i < bars.size(); i++) {
            if (random.nextInt(100) == 0) {
                double[] moved = other.layout().from(set.layout()).apply(state);
                Arrays.fill(state, Double.NaN);
                state = set.layout().from(other.layout()).apply(moved);
            }
            set.step(bars.get(i), state, values);
            assertThat(values).isEqualTo(whole[i]);
        }
    }

    /** What comes of prices that stand still, with volume; - is not known. */
    @ParameterizedTest
    @CsvSource({
        "'sma, window: 3', 50",
        "'ema, window: 3', 50",
        "'hma, window: 4', 50",
        "'dema, window: 3', 50",
        "'tema, window: 3', 50",
        "macd, 0 0 0",
        "rsi, -",
        "stochastic, - -",
        "stoch_rsi, - -",
        "williams_r, -",
        "cci, -",
        "mfi, -",
        "cmf, 0",
        "adl, 0",
        "obv, 0",
        "adx, - - -",
        "aroon, 100 100 0",
        "'aroon, ties: earliest', 0 0 0",
        "atr, 0",
        "natr, 0",
        "bollinger, 50 50 50 0",
        "keltner, 50 50 50 0",
        "donchian, 50 50 50 0",
        "supertrend, 50 -1",
        "standard_deviation, 0",
        "z_score, -",
        "volatility, 0",
        "beta, -",
        "roc, 0",
        "return, 0",
        "log_return, 0",
        "vwap, 50",
        "volume_ratio, 1"
    })
    void saysWhatComesOfPricesThatStandStill(String indicator, String expected) {
        Bar bar = Bars.bar(50, 50, 50, 50, 1000);
        bar.benchmark = 20_000;
        bar.bid = 99;
        bar.ask = 101;
        double[][] rows = Bars.run(Bars.one(indicator), Collections.nCopies(100, bar));
        assertThat(text(rows[99])).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "mfi, -",
        "cmf, -",
        "adl, 0",
        "obv, 0",
        "vwap, -",
        "vwap_anchored, -",
        "volume_ratio, -",
        "'sma, source: volume', 0"
    })
    void saysWhatComesOfNoVolume(String indicator, String expected) {
        List<Bar> bars = walk(100);
        bars.forEach(bar -> bar.volume = 0);
        assertThat(text(Bars.run(Bars.one(indicator), bars)[99])).isEqualTo(expected);
    }

    @Test
    void saysWhatComesOfPricesThatOnlyRise() {
        List<Bar> bars =
                Bars.closes(
                        Stream.iterate(1.0, x -> x + 1).limit(60).mapToDouble(x -> x).toArray());
        assertThat(last("rsi", bars)[0]).isEqualTo(100);
        assertThat(last("mfi", bars)[0]).isEqualTo(100);
        assertThat(last("adx", bars)[0]).isEqualTo(100);
        assertThat(last("supertrend", bars)[1]).isEqualTo(1);
        assertThat(last("obv", bars)[0]).isEqualTo(5_900);
        assertThat(last("obv, start: volume", bars)[0]).isEqualTo(6_000);
        bars = new ArrayList<>(bars);
        Collections.reverse(bars);
        assertThat(last("rsi", bars)[0]).isEqualTo(0);
        assertThat(last("supertrend", bars)[1]).isEqualTo(-1);
        assertThat(last("obv", bars)[0]).isEqualTo(-5_900);
    }

    /** Wilder's averages shrink by a fourteenth a bar; a ratio of what is left would be noise. */
    @Test
    void forgetsMovementsOfLongAgo() {
        double[] closes = new double[20_000];
        Arrays.fill(closes, 10);
        closes[1] = 11;
        double[][] rows = Bars.run(Bars.one("rsi, window: 2"), Bars.closes(closes));
        // Of a rise of 1 and a fall of 1 right after, by a half each: (1 / 2) / (1 / 2 + 1 / 2).
        assertThat(rows[100][0]).isEqualTo(50);
        assertThat(rows[19_999][0]).isNaN();
    }

    @Test
    void beginsTheSessionsAverageAnew() {
        List<Bar> bars = Bars.closes(10, 20, 30, 40);
        bars.get(2).session = 1;
        bars.get(3).session = 1;
        bars.get(3).turnover = 5_000;
        double[][] rows = Bars.run(Bars.one("vwap"), bars);
        assertThat(rows[1][0]).isEqualTo(15);
        assertThat(rows[2][0]).isEqualTo(30);
        assertThat(rows[3][0]).isEqualTo((3_000 + 5_000) / 200.0);
        assertThat(Bars.run(Bars.one("vwap, price: typical"), bars)[3][0]).isEqualTo(35);
    }

    @Test
    void beginsAtItsAnchor() {
        List<Bar> bars = Bars.closes(10, 20, 30, 40);
        for (int i = 0; i < 4; i++) {
            bars.get(i).session = 20_000 + i / 2;
            bars.get(i).time = (20_000L + i / 2) * 86_400_000_000_000L + i * 60_000_000_000L;
        }
        assertThat(column("vwap_anchored", bars)).containsExactly(10, 15, 20, 25);
        assertThat(column("vwap_anchored, anchor: 2024-10-05", bars))
                .containsExactly(Double.NaN, Double.NaN, 30, 35);
        assertThat(column("vwap_anchored, anchor: '2024-10-04T05:31:00+05:30'", bars))
                .containsExactly(Double.NaN, 20, 25, 30);
    }

    @Test
    void givesBetaToTheBenchmark() {
        List<Bar> bars = walk(200);
        double close = 100;
        for (int i = 1; i < bars.size(); i++) {
            double market = bars.get(i).benchmark / bars.get(i - 1).benchmark - 1;
            bars.get(i - 1).close = close;
            close *= 1 + 1.7 * market;
            bars.get(i).close = close;
        }
        assertThat(last("beta", bars)[0]).isCloseTo(1.7, within(1e-9));
    }

    @Test
    void quotesOfOneSideSayNothing() {
        assertThat(Quotes.mid(99, 101)).isEqualTo(100);
        assertThat(Quotes.spread(99, 101)).isEqualTo(2);
        assertThat(Quotes.spreadPercent(99, 101)).isEqualTo(2);
        assertThat(Quotes.spread(101, 99)).isEqualTo(-2);
        assertThat(Quotes.mid(0, 101)).isNaN();
        assertThat(Quotes.spread(99, Double.NaN)).isNaN();
        assertThat(Quotes.spreadPercent(99, 0)).isNaN();
    }

    @Test
    void theStandardSetIsTheContract() {
        Dataset dataset =
                Dataset.all().stream()
                        .filter(known -> known.id().equals("features.equity_indicators"))
                        .findFirst()
                        .orElseThrow();
        List<String> numbers =
                TypeMapping.columns(dataset.schema()).stream()
                        .filter(column -> column.type().nullable())
                        .map(Column::name)
                        .toList();
        FeatureSet set = FeatureSet.standard();
        assertThat(set.columns()).containsExactlyInAnyOrderElementsOf(numbers);
        assertThat(set.features())
                .allSatisfy(feature -> assertThat(FeatureSet.GROUPS).contains(feature.group()));
        // Stated in docs/features.md: what an instrument takes.
        assertThat(set.layout().stateSize()).isEqualTo(608);
        assertThat(set.warmUp()).isEqualTo(200);
    }

    private static double[] last(String indicator, List<Bar> bars) {
        return Bars.run(Bars.one(indicator), bars)[bars.size() - 1];
    }

    private static double[] column(String indicator, List<Bar> bars) {
        return Arrays.stream(Bars.run(Bars.one(indicator), bars))
                .mapToDouble(row -> row[0])
                .toArray();
    }

    private static String text(double[] values) {
        return String.join(
                " ",
                Arrays.stream(values)
                        .mapToObj(
                                value ->
                                        Double.isNaN(value)
                                                ? "-"
                                                : Double.toString(value + 0.0).replace(".0", ""))
                        .toList());
    }

    /** Prices that wander, all inputs known. */
    private static List<Bar> walk(int count) {
        SplittableRandom random = new SplittableRandom(11);
        List<Bar> bars = new ArrayList<>();
        double close = 100;
        double benchmark = 20_000;
        for (int i = 0; i < count; i++) {
            double open = close;
            close *= 1 + 0.04 * (random.nextDouble() - 0.5);
            benchmark *= 1 + 0.02 * (random.nextDouble() - 0.5);
            Bar bar =
                    Bars.bar(
                            open,
                            Math.max(open, close) + random.nextDouble(),
                            Math.min(open, close) - random.nextDouble(),
                            close,
                            1 + random.nextInt(10_000));
            bar.benchmark = benchmark;
            bar.bid = bar.close - 0.25;
            bar.ask = bar.close + 0.25;
            bar.time = i * 60_000_000_000L;
            bar.session = 20_000;
            bars.add(bar);
        }
        return bars;
    }

    /** The fast average begins with the mean of the bars before the slow one does, as in TA-Lib. */
    @Test
    void macdCanBeginBothAveragesAtOneBar() {
        List<Bar> bars = walk(60);
        double[] closes = bars.stream().mapToDouble(bar -> bar.close).toArray();
        double[][] rows =
                Bars.run(Bars.one("macd, fast: 3, slow: 8, signal: 4, seed: aligned"), bars);
        double fast = (closes[5] + closes[6] + closes[7]) / 3;
        double slow = Arrays.stream(closes, 0, 8).sum() / 8;
        assertThat(rows[6][0]).isNaN();
        assertThat(rows[7][0]).isCloseTo(fast - slow, within(1e-12));
        for (int i = 8; i < 60; i++) {
            fast += (closes[i] - fast) * 2 / 4;
            slow += (closes[i] - slow) * 2 / 9;
            assertThat(rows[i][0]).isCloseTo(fast - slow, within(1e-12));
        }
        assertThat(rows[10][1])
                .isCloseTo((rows[7][0] + rows[8][0] + rows[9][0] + rows[10][0]) / 4, within(1e-12));
    }

    /** Sums of window - 1 changes, and one step on, as in TA-Lib. */
    @Test
    void adxCanBeginItsSumsEarly() {
        List<Bar> bars = walk(60);
        int n = 5;
        double[][] rows = Bars.run(Bars.one("adx, window: 5, begin: early"), bars);
        double plus = 0;
        double minus = 0;
        double range = 0;
        double adx = 0;
        for (int i = 1; i < 60; i++) {
            Bar bar = bars.get(i);
            Bar before = bars.get(i - 1);
            double up = bar.high - before.high;
            double down = before.low - bar.low;
            double shrink = i < n ? 1 : 1 - 1.0 / n;
            plus = plus * shrink + (up > down && up > 0 ? up : 0);
            minus = minus * shrink + (down > up && down > 0 ? down : 0);
            range =
                    range * shrink
                            + Math.max(bar.high, before.close)
                            - Math.min(bar.low, before.close);
            if (i < n) {
                assertThat(rows[i][1]).isNaN();
                continue;
            }
            assertThat(rows[i][1]).isCloseTo(100 * plus / range, within(1e-9));
            assertThat(rows[i][2]).isCloseTo(100 * minus / range, within(1e-9));
            double dx = 100 * Math.abs(plus - minus) / (plus + minus);
            adx = i < 2 * n ? adx + dx / n : adx + (dx - adx) / n;
            if (i < 2 * n - 1) {
                assertThat(rows[i][0]).isNaN();
            } else {
                assertThat(rows[i][0]).isCloseTo(adx, within(1e-9));
            }
        }
    }
}
