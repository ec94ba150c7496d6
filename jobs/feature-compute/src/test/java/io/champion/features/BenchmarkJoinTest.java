package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.KeyedBroadcastOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which close of the benchmark a bar gets. */
final class BenchmarkJoinTest {

    private KeyedBroadcastOperatorTestHarness<String, FeatureBar, FeatureBar, FeatureBar> join;

    @BeforeEach
    void open() throws Exception {
        join =
                ProcessFunctionTestHarnesses.forKeyedBroadcastProcessFunction(
                        new BenchmarkJoin(),
                        bar -> bar.instrument,
                        Types.STRING,
                        BenchmarkJoin.CLOSES);
    }

    @AfterEach
    void close() throws Exception {
        join.close();
    }

    private static FeatureBar bar(String instrument, int second) {
        return new FeatureBar(
                instrument,
                instrument.split(":", -1)[1],
                second * 1_000L,
                second * 1_000L + 1_000,
                0,
                1,
                second,
                second,
                second,
                second,
                1,
                second);
    }

    private void benchmark(int first, int last) throws Exception {
        for (int second = first; second <= last; second++) {
            FeatureBar bar = bar("NSE:NIFTY 50:", second);
            join.processBroadcastElement(bar, bar.time);
        }
    }

    private void take(int second) throws Exception {
        FeatureBar bar = bar("NSE:S:EQ", second);
        join.processElement(bar, bar.time);
    }

    private void reach(int second) throws Exception {
        join.processWatermark(second * 1_000L);
        join.processBroadcastWatermark(second * 1_000L);
    }

    private List<Double> closes() {
        return join.extractOutputValues().stream().map(bar -> bar.benchmark).toList();
    }

    @Test
    void aCloseIsKeptUntilTheWatermarkHasReachedItHoweverFarTheBenchmarkIsAhead() throws Exception {
        benchmark(1, 25_000);
        take(1);
        take(25_000);
        reach(25_000);
        assertThat(closes()).containsExactly(1.0, 25_000.0);
    }

    @Test
    void theLastClosesBehindTheWatermarkAreKeptForLateBars() throws Exception {
        benchmark(1, 25_000);
        reach(25_000);
        benchmark(25_001, 50_000);
        take(1);
        take(15_001);
        assertThat(closes()).containsExactly(Double.NaN, 15_001.0);
        take(25_001);
        reach(25_001);
        assertThat(closes()).last().isEqualTo(25_001.0);
    }

    @Test
    void aSymbolOfSeveralInstrumentsIsNoBenchmark() throws Exception {
        FeatureBar spot = bar("BINANCE:BTCUSDT", 1);
        FeatureBar future = bar("BINANCE:BTCUSDT:USDM", 1);
        assertThat(FeatureComputeJob.isOf("btcusdt", spot)).isTrue();
        assertThat(FeatureComputeJob.isOf("btcusdt", future)).isTrue();
        assertThat(FeatureComputeJob.isOf("BINANCE:BTCUSDT", spot)).isTrue();
        assertThat(FeatureComputeJob.isOf("BINANCE:BTCUSDT", future)).isFalse();

        join.processBroadcastElement(spot, spot.time);
        assertThatThrownBy(() -> join.processBroadcastElement(future, future.time))
                .isInstanceOf(FeatureInputException.class)
                .hasMessage(
                        "'BTCUSDT' is the symbol of BINANCE:BTCUSDT and of BINANCE:BTCUSDT:USDM;"
                                + " give one of them as 'features.benchmark'.");
    }
}
