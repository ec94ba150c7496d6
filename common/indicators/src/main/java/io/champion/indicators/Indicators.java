package io.champion.indicators;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** All indicators there are, by the names that feature sets use: one line for each. */
final class Indicators {

    /**
     * An indicator before its parameters are known.
     *
     * @param revision raised when the same slice comes to mean something else, so that slices of
     *     before are not taken for it
     */
    record Definition(
            String name,
            int revision,
            String description,
            Function<Parameters, Indicator> constructor) {}

    private static final Map<String, Definition> ALL = new LinkedHashMap<>();

    static {
        add("sma", 1, "Simple moving average", MovingAverage::sma);
        add("ema", 1, "Exponential moving average", MovingAverage::ema);
        add("smma", 1, "Smoothed moving average, Wilder's", MovingAverage::smma);
        add("wma", 1, "Weighted moving average", MovingAverage::wma);
        add("dema", 1, "Double exponential moving average", MovingAverage::dema);
        add("tema", 1, "Triple exponential moving average", MovingAverage::tema);
        add("hma", 1, "Hull moving average", MovingAverage::hma);
        add("macd", 1, "Moving average convergence divergence", Macd::new);
        add("adx", 1, "Average directional index", Adx::new);
        add("aroon", 1, "Aroon", Aroon::new);
        add("supertrend", 1, "SuperTrend", SuperTrend::new);
        add("rsi", 1, "Relative strength index", Rsi::new);
        add("stochastic", 1, "Stochastic oscillator", Stochastic::stochastic);
        add("kdj", 1, "Stochastic oscillator with %J", Stochastic::kdj);
        add("stoch_rsi", 1, "Stochastic of the RSI", StochasticRsi::new);
        add("williams_r", 1, "Williams %R", WilliamsR::new);
        add("cci", 1, "Commodity channel index", Cci::new);
        add("roc", 1, "Rate of change in percent", Change::roc);
        add("return", 1, "Return", Change::simple);
        add("log_return", 1, "Logarithm of the return", Change::log);
        add("z_score", 1, "Deviations above the mean", StandardDeviation::zScore);
        add("bollinger", 1, "Bollinger bands", Bollinger::new);
        add("keltner", 1, "Keltner channel", Keltner::new);
        add("donchian", 1, "Donchian channel", Donchian::new);
        add("true_range", 1, "True range", TrueRange::new);
        add("atr", 1, "Average true range", Atr::atr);
        add("natr", 1, "Average true range in percent of the close", Atr::natr);
        add("standard_deviation", 1, "Standard deviation", StandardDeviation::deviation);
        add("volatility", 1, "Volatility of log returns", Volatility::new);
        add("beta", 1, "Beta to an index", Beta::new);
        add("vwap", 1, "Volume-weighted average price of the session", Vwap::session);
        add("vwap_anchored", 1, "Volume-weighted average price since a day", Vwap::anchored);
        add("obv", 1, "On-balance volume", Obv::new);
        add("adl", 1, "Accumulation/distribution line", Adl::new);
        add("mfi", 1, "Money flow index", Mfi::new);
        add("cmf", 1, "Chaikin money flow", Cmf::new);
        add("volume_ratio", 1, "Volume by its average", VolumeRatio::new);
        add("mid", 1, "Mid price of a quote", Quotes::mid);
        add("spread", 1, "Spread of a quote", Quotes::spread);
        add("spread_percent", 1, "Spread in percent of the mid price", Quotes::spreadPercent);
    }

    private Indicators() {}

    private static void add(
            String name,
            int revision,
            String description,
            Function<Parameters, Indicator> constructor) {
        ALL.put(name, new Definition(name, revision, description, constructor));
    }

    static Map<String, Definition> all() {
        return Collections.unmodifiableMap(ALL);
    }
}
