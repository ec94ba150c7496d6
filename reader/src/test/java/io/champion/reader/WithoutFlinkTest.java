package io.champion.reader;

import static io.champion.reader.TestLake.DAY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class path of a backtest: of Flink nothing but its core. */
class WithoutFlinkTest {
    private static final List<String> ABSENT =
            List.of(
                    "flink-runtime",
                    "flink-streaming-java",
                    "flink-clients",
                    "flink-avro",
                    "flink-parquet",
                    "flink-rpc",
                    "flink-datastream",
                    "flink-optimizer");

    @TempDir Path home;

    /** What the other process does. */
    static final class Backtest {
        private Backtest() {}

        public static void main(String[] args) throws Exception {
            Path home = Path.of(args[0]);
            new CacheBuild(home.resolve("lake").toUri().toString(), home.resolve("cache"))
                    .run(List.of(DataType.TRADES), java.util.Set.of(), java.util.Set.of(), r -> {});
            MarketData data = MarketData.inHome(home);
            System.out.println(
                    data.trades("SPY", DAY, DAY.plusDays(1)).rows() + " " + data.stats());
        }
    }

    @Test
    void readsAndBuildsWithFlinksCoreAlone() throws Exception {
        var trades = TestLake.trades(DAY, List.of("SPY"), 100, 1);
        TestLake.write(
                home.resolve("lake"), TestLake.TRADES.partitionOf(DAY), TestLake.SMALL, trades);
        String classPath =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> ABSENT.stream().noneMatch(entry::contains))
                        .collect(Collectors.joining(File.pathSeparator));
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-cp",
                                classPath,
                                Backtest.class.getName(),
                                home.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains(trades.size() + " ReadStats[reads=1", "fromLake=0");
    }
}
