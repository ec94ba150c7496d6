package io.champion.indicators;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A million bars step by step, against plain recomputation: loops over the window, with exact
 * decimals where doubles would not do; of what remembers all, a loop from the first bar on.
 *
 * <p>The series has gaps, bars that stand still for long, bars without volume, and prices that jump
 * between 1e-4 and 1e7, so that windows hold both.
 */
final class RecomputationTest {

    private static final int BARS = 1_000_000;
    private static final int SAMPLES = 25;
    private static final MathContext EXACT = new MathContext(60);

    private static List<Bar> bars;

    /** Those without gaps. */
    private static List<Bar> known;

    /** Positions among all bars, ascending, and among those without gaps. */
    private static int[] samples;

    private static int[] knownSamples;

    @BeforeAll
    static void makeBars() {
        bars = wildBars(BARS, 20_250_618);
        known = new ArrayList<>(BARS);
        samples = new int[SAMPLES];
        knownSamples = new int[SAMPLES];
        SplittableRandom random = new SplittableRandom(7);
        int next = 5_000;
        int count = 0;
        for (int i = 0; i < BARS; i++) {
            Bar bar = bars.get(i);
            boolean isKnown = !Double.isNaN(bar.close);
            if (isKnown) {
                known.add(bar);
            }
            if (i >= next && isKnown && count < SAMPLES) {
                samples[count] = i;
                knownSamples[count] = known.size() - 1;
                count++;
                next = i + random.nextInt(2 * (BARS - 10_000) / SAMPLES - 100);
                next = Math.min(next, BARS - 4 * (SAMPLES - count));
            }
        }
        assertThat(count).isEqualTo(SAMPLES);
        assertThat(samples[SAMPLES - 1]).isGreaterThan(BARS / 2);
    }

    @Test
    void windowsEqualALoopOverThem() {
        Map<String, IntToDoubleFunction> expected = new LinkedHashMap<>();
        for (int n : new int[] {1, 20, 2_000}) {
            expected.put("sma, window: " + n, i -> mean(i, n, bar -> bar.close));
            expected.put("sma, source: volume, window: " + n, i -> mean(i, n, bar -> bar.volume));
            expected.put("wma, window: " + n, i -> weighted(i, n, this::close));
            expected.put(
                    "volume_ratio, window: " + n,
                    i -> Numbers.ratio(known.get(i).volume, mean(i, n, bar -> bar.volume)));
            expected.put("williams_r, window: " + n, i -> williams(i, n));
            expected.put("roc, window: " + n, i -> 100 * (close(i) / close(i - n) - 1));
            expected.put("mfi, window: " + n, i -> mfi(i, n));
            expected.put("cmf, window: " + n, i -> cmf(i, n));
        }
        for (int n : new int[] {2, 20, 2_000}) {
            expected.put("standard_deviation, window: " + n, i -> deviation(i, n, this::close, 0));
            expected.put(
                    "standard_deviation, deviation: sample, window: " + n,
                    i -> deviation(i, n, this::close, 1));
            expected.put(
                    "volatility, periods: 1, window: " + n,
                    i -> deviation(i, n, k -> Math.log(close(k) / close(k - 1)), 1));
            expected.put("z_score, window: " + n, i -> score(i, n));
            expected.put("beta, window: " + n, i -> beta(i, n));
            expected.put("cci, window: " + n, i -> cci(i, n));
        }
        for (int n : new int[] {9, 16, 200}) {
            int root = (int) Math.sqrt(n);
            expected.put(
                    "hma, window: " + n,
                    i ->
                            weighted(
                                    i,
                                    root,
                                    k ->
                                            2 * weighted(k, n / 2, this::close)
                                                    - weighted(k, n, this::close)));
        }
        compare(expected);
    }

    @Test
    void averagesEqualALoopOverAllBars() {
        Map<String, IntToDoubleFunction> scales = new LinkedHashMap<>();
        Map<String, IntToDoubleFunction> expected = new LinkedHashMap<>();
        double[] closes = known.stream().mapToDouble(bar -> bar.close).toArray();
        double[] ema12 = average(closes, 12, 2.0 / 13);
        double[] ema26 = average(closes, 26, 2.0 / 27);
        expected.put("ema, window: 12", i -> ema12[i]);
        // Of a difference only what it is a difference of has a relative error.
        expected.put("macd", i -> ema12[i] - ema26[i]);
        scales.put("macd", i -> ema12[i]);
        double[] smma = average(closes, 200, 1.0 / 200);
        expected.put("smma, window: 200", i -> smma[i]);
        double[] ranges = new double[closes.length];
        double[] gains = new double[closes.length];
        double[] losses = new double[closes.length];
        ranges[0] = Double.NaN;
        gains[0] = Double.NaN;
        losses[0] = Double.NaN;
        for (int i = 1; i < closes.length; i++) {
            Bar bar = known.get(i);
            ranges[i] = Math.max(bar.high, closes[i - 1]) - Math.min(bar.low, closes[i - 1]);
            gains[i] = Math.max(closes[i] - closes[i - 1], 0);
            losses[i] = Math.max(closes[i - 1] - closes[i], 0);
        }
        double[] atr = average(ranges, 14, 1.0 / 14);
        expected.put("atr", i -> atr[i]);
        double[] gain = average(gains, 14, 1.0 / 14);
        double[] loss = average(losses, 14, 1.0 / 14);
        expected.put("rsi", i -> 100 * gain[i] / (gain[i] + loss[i]));
        compare(expected, scales);
    }

    @Test
    void totalsEqualExactOnes() {
        Map<String, IntToDoubleFunction> expected = new LinkedHashMap<>();
        double[] obv = new double[known.size()];
        double[] adl = new double[known.size()];
        double[] anchored = new double[known.size()];
        BigDecimal balance = BigDecimal.ZERO;
        BigDecimal line = BigDecimal.ZERO;
        BigDecimal value = BigDecimal.ZERO;
        BigDecimal units = BigDecimal.ZERO;
        for (int i = 0; i < obv.length; i++) {
            Bar bar = known.get(i);
            BigDecimal volume = new BigDecimal(bar.volume);
            int direction = i == 0 ? 0 : Double.compare(bar.close, close(i - 1));
            balance = balance.add(volume.multiply(BigDecimal.valueOf(direction)));
            line = line.add(new BigDecimal(MoneyFlowVolume.of(bar)));
            value = value.add(new BigDecimal(Price.TYPICAL.of(bar) * bar.volume));
            units = units.add(volume);
            obv[i] = balance.doubleValue();
            adl[i] = line.doubleValue();
            anchored[i] = value.doubleValue() / units.doubleValue();
        }
        expected.put("obv", i -> obv[i]);
        expected.put("adl", i -> adl[i]);
        expected.put("vwap_anchored", i -> anchored[i]);
        compare(expected);
    }

    private static void compare(Map<String, IntToDoubleFunction> expected) {
        compare(expected, Map.of());
    }

    private static void compare(
            Map<String, IntToDoubleFunction> expected, Map<String, IntToDoubleFunction> scales) {
        List<String> features = new ArrayList<>();
        expected.keySet()
                .forEach(
                        indicator ->
                                features.add(
                                        "name: f"
                                                + features.size()
                                                + ", group: trend, indicator: "
                                                + indicator));
        FeatureSet set = Bars.set(features.toArray(String[]::new));
        double[] state = set.newState();
        double[] values = new double[set.columns().size()];
        List<String> different = new ArrayList<>();
        int sample = 0;
        for (int i = 0; sample < SAMPLES; i++) {
            set.step(bars.get(i), state, values);
            if (i != samples[sample]) {
                continue;
            }
            int column = 0;
            int feature = 0;
            for (Map.Entry<String, IntToDoubleFunction> entry : expected.entrySet()) {
                double plain = entry.getValue().applyAsDouble(knownSamples[sample]);
                double actual = values[column];
                boolean isEqual =
                        Double.isNaN(plain)
                                ? Double.isNaN(actual)
                                : Math.abs(actual - plain)
                                        <= 1e-9
                                                * Math.abs(
                                                        scales.getOrDefault(
                                                                        entry.getKey(), k -> plain)
                                                                .applyAsDouble(
                                                                        knownSamples[sample]));
                if (!isEqual) {
                    different.add(entry.getKey() + " at " + i + ": " + plain + ", not " + actual);
                }
                column += set.features().get(feature++).columns().size();
            }
            sample++;
        }
        assertThat(different).isEmpty();
    }

    private double close(int i) {
        return known.get(i).close;
    }

    private static double mean(int i, int n, ToDoubleFunction<Bar> number) {
        double sum = 0;
        for (Bar bar : known.subList(i - n + 1, i + 1)) {
            sum += number.applyAsDouble(bar);
        }
        return sum / n;
    }

    private static double weighted(int i, int n, IntToDoubleFunction number) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 1; k <= n; k++) {
            sum =
                    sum.add(
                            new BigDecimal(number.applyAsDouble(i - n + k))
                                    .multiply(BigDecimal.valueOf(k)));
        }
        return sum.divide(BigDecimal.valueOf(n * (n + 1L) / 2), EXACT).doubleValue();
    }

    private static BigDecimal[] moments(int i, int n, IntToDoubleFunction number) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = i - n + 1; k <= i; k++) {
            sum = sum.add(new BigDecimal(number.applyAsDouble(k)));
        }
        BigDecimal mean = sum.divide(BigDecimal.valueOf(n), EXACT);
        BigDecimal squares = BigDecimal.ZERO;
        for (int k = i - n + 1; k <= i; k++) {
            squares =
                    squares.add(
                            new BigDecimal(number.applyAsDouble(k)).subtract(mean).pow(2, EXACT));
        }
        return new BigDecimal[] {mean, squares};
    }

    private static double deviation(int i, int n, IntToDoubleFunction number, int less) {
        // A mean that is no decimal leaves some 1e-60 of the values behind.
        double spread = moments(i, n, number)[1].doubleValue();
        return spread < 1e-80 ? 0 : Math.sqrt(spread / (n - less));
    }

    private double score(int i, int n) {
        double deviation = deviation(i, n, this::close, 0);
        BigDecimal mean = moments(i, n, this::close)[0];
        return Numbers.ratio(new BigDecimal(close(i)).subtract(mean).doubleValue(), deviation);
    }

    private double beta(int i, int n) {
        IntToDoubleFunction own = k -> (close(k) - close(k - 1)) / close(k - 1);
        IntToDoubleFunction market =
                k ->
                        (known.get(k).benchmark - known.get(k - 1).benchmark)
                                / known.get(k - 1).benchmark;
        BigDecimal ownMean = moments(i, n, own)[0];
        BigDecimal marketMean = moments(i, n, market)[0];
        BigDecimal covariance = BigDecimal.ZERO;
        for (int k = i - n + 1; k <= i; k++) {
            covariance =
                    covariance.add(
                            new BigDecimal(own.applyAsDouble(k))
                                    .subtract(ownMean)
                                    .multiply(
                                            new BigDecimal(market.applyAsDouble(k))
                                                    .subtract(marketMean),
                                            EXACT));
        }
        return covariance.doubleValue() / moments(i, n, market)[1].doubleValue();
    }

    private static double williams(int i, int n) {
        double highest = Double.NEGATIVE_INFINITY;
        double lowest = Double.POSITIVE_INFINITY;
        for (Bar bar : known.subList(i - n + 1, i + 1)) {
            highest = Math.max(highest, bar.high);
            lowest = Math.min(lowest, bar.low);
        }
        return Numbers.ratio(100 * (known.get(i).close - highest), highest - lowest);
    }

    private static double cci(int i, int n) {
        BigDecimal mean = moments(i, n, k -> Price.TYPICAL.of(known.get(k)))[0];
        BigDecimal deviation = BigDecimal.ZERO;
        for (Bar bar : known.subList(i - n + 1, i + 1)) {
            deviation = deviation.add(new BigDecimal(Price.TYPICAL.of(bar)).subtract(mean).abs());
        }
        double average = deviation.doubleValue() / n;
        double above = new BigDecimal(Price.TYPICAL.of(known.get(i))).subtract(mean).doubleValue();
        return Math.abs(above) < 1e-40 ? Double.NaN : above / (0.015 * average);
    }

    private static double mfi(int i, int n) {
        double positive = 0;
        double negative = 0;
        for (int k = i - n + 1; k <= i; k++) {
            double typical = Price.TYPICAL.of(known.get(k));
            double before = Price.TYPICAL.of(known.get(k - 1));
            positive += typical > before ? typical * known.get(k).volume : 0;
            negative += typical < before ? typical * known.get(k).volume : 0;
        }
        return Numbers.ratio(100 * positive, positive + negative);
    }

    private static double cmf(int i, int n) {
        double flow = 0;
        double volume = 0;
        for (Bar bar : known.subList(i - n + 1, i + 1)) {
            flow += MoneyFlowVolume.of(bar);
            volume += bar.volume;
        }
        return Numbers.ratio(flow, volume);
    }

    /** The textbook's form, begun with a mean; NaN at the beginning is left out. */
    private static double[] average(double[] values, int n, double factor) {
        double[] averages = new double[values.length];
        int first = Double.isNaN(values[0]) ? 1 : 0;
        double average = 0;
        for (int i = first; i < values.length; i++) {
            if (i < first + n) {
                average += values[i] / n;
            } else {
                average = factor * values[i] + (1 - factor) * average;
            }
            averages[i] = i < first + n - 1 ? Double.NaN : average;
        }
        return averages;
    }

    /** Bars of all kinds that are hard on numbers. */
    static List<Bar> wildBars(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        DoubleUnaryOperator cents = price -> Math.max(1e-4, Math.rint(price * 1e4) / 1e4);
        List<Bar> bars = new ArrayList<>(count);
        double price = 100;
        double benchmark = 20_000;
        int flat = 0;
        for (int i = 0; i < count; i++) {
            int what = random.nextInt(10_000);
            Bar bar = new Bar();
            bar.time = i * 60_000_000_000L;
            bar.session = i / 375;
            bars.add(bar);
            if (what < 200) {
                continue;
            }
            if (what < 230) {
                price = cents.applyAsDouble(Math.pow(10, -4 + 11 * random.nextDouble()));
            } else if (what < 232) {
                flat = 1 + random.nextInt(5_000);
            }
            benchmark *= 1 + 0.01 * (random.nextDouble() - 0.5);
            bar.benchmark = benchmark;
            double before = price;
            if (flat > 0) {
                flat--;
            } else {
                price = cents.applyAsDouble(price * (1 + 0.02 * (random.nextDouble() - 0.5)));
            }
            price = Math.min(price, 1e7);
            double range = flat > 0 ? 0 : price * 0.01 * random.nextDouble();
            bar.open = before;
            bar.high = Math.max(price, flat > 0 ? price : before) + range;
            bar.low = Math.min(price, flat > 0 ? price : before);
            bar.close = price;
            bar.volume = what % 9 == 0 ? 0 : random.nextInt(1_000_000);
        }
        return bars;
    }
}
