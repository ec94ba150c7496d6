package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlotCommandTest {

    private static final Pattern DATA =
            Pattern.compile(
                    "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    @TempDir Path home;

    @Test
    void drawsTheFeaturesOfAFile() throws IOException {
        Path bars = bars(120);
        Run run =
                plot(
                        "--input",
                        bars.toString(),
                        "--from",
                        "2025-02-03",
                        "--indicators",
                        "sma_5,bb,supertrend,rsi_14,macd,volume_ma_20,stochastic",
                        "--output",
                        home.resolve("a.html").toString(),
                        "--output",
                        home.resolve("a.png").toString(),
                        "--size",
                        "1200x900");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);

        JsonNode data = data("a.html");
        List<String[]> features = features(bars);
        int first = 33;
        assertThat(data.path("bars")).hasSize(120 - first);
        assertThat(data.at("/bars/0/time").asText()).isEqualTo("2025-02-03");
        // Warmed up by what is not shown, and the values that 'features compute' prints.
        for (JsonNode pane : data.path("panes")) {
            for (JsonNode line : pane.path("lines")) {
                String name = line.path("name").asText();
                if (name.startsWith("supertrend")) {
                    continue;
                }
                int column = List.of(features.get(0)).indexOf(name);
                assertThat(column).as(name).isPositive();
                for (int i = first; i < 120; i++) {
                    String expected = features.get(1 + i)[column];
                    JsonNode value = line.path("values").path(i - first);
                    if (expected.isEmpty()) {
                        assertThat(value.isNull()).as(name).isTrue();
                    } else {
                        assertThat(value.asDouble()).isEqualTo(Double.parseDouble(expected));
                    }
                }
            }
        }
        assertThat(data.path("panes").findValuesAsText("title"))
                .containsExactly("price", "volume", "rsi", "macd", "stochastic");
        assertThat(data.at("/panes/2/guides").toString()).isEqualTo("[30.0,70.0]");

        BufferedImage image = ImageIO.read(home.resolve("a.png").toFile());
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(image.getHeight()).isEqualTo(900);
        Set<Integer> colors = new HashSet<>();
        for (int x = 0; x < 1200; x++) {
            for (int y = 0; y < 900; y++) {
                colors.add(image.getRGB(x, y) & 0xffffff);
            }
        }
        assertThat(colors).contains(0x26a69a, 0xef5350, 0x2962ff, 0xff9800);
    }

    /** Fetches nothing, and what a file says stays text. */
    @Test
    void thePageNeedsNothingAndRunsNothingOfAFiles() throws IOException {
        Path bars =
                Files.writeString(
                        home.resolve("bars.csv"),
                        """
                        date,symbol,open,high,low,close,volume
                        2025-06-16,</script><img src=http://a/>,1,2,1,1.5,100
                        2025-06-17,</script><img src=http://a/>,1,2,1,1.5,100
                        """);
        Run run = plot("--input", bars.toString(), "--output", home.resolve("a.html").toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        String page = Files.readString(home.resolve("a.html"));
        assertThat(page).contains("content=\"default-src 'none';");
        String withoutScripts = page.replaceAll("(?s)<script[^>]*>.*?</script>", "");
        assertThat(withoutScripts)
                .doesNotContainPattern("<[^>]*\\s(src|href)\\s*=")
                .doesNotContain("url(", "@import", "<img", "<link")
                .contains("<title>&lt;/script&gt;&lt;img ");
        assertThat(Pattern.compile("</script>").matcher(page).results().count()).isEqualTo(3);
        assertThat(page.replaceAll("(?s)<script>.*?</script>", "")).doesNotContain("import(");
        assertThat(data("a.html").path("title").asText()).isEqualTo("</script><img src=http://a/>");
    }

    @Test
    void namesWhatIsNearest() throws IOException {
        Path bars = bars(30);
        Run run = plot("--input", bars.toString(), "--indicators", "rsi_0,smma_x,bolinger,sma_5_6");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        """
                        champion: rsi_0: 'window' is 0, but takes 1 to 10000 bars.
                        champion: There is no indicator, feature or group 'smma_x'; did you mean 'smma'?
                        champion: There is no indicator, feature or group 'bolinger'; did you mean 'bollinger'?
                        champion: 'sma_5_6' has more numbers than sma takes: window.
                        """);
    }

    /** One symbol of the lake, its untraded days left out, and axes of any range. */
    @Test
    void drawsASymbolOfTheLake() throws Exception {
        writeLake();
        Path image = home.resolve("a.png");
        Path page = home.resolve("a.html");
        Run run =
                plot(
                        "reliance",
                        "--raw",
                        "--indicators",
                        "sma_3",
                        "--output",
                        page.toString(),
                        "--output",
                        image.toString());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.err())
                .isEqualTo("Shown is NSE:RELIANCE:EQ; there are also NSE:RELIANCE:T0.\n");
        JsonNode data = data("a.html");
        assertThat(data.path("facts").toString())
                .isEqualTo(
                        "[\"NSE:RELIANCE:EQ\",\"daily\",\"prices as traded\","
                                + "\"2025-06-02 to 2025-06-10\",\"8 bars\"]");
        assertThat(data.at("/panes/0/lines/0/values/1").isNull()).isTrue();
        assertThat(data.at("/panes/0/lines/0/values/2").asDouble())
                .isEqualTo(1e7 + 1, within(1e-6));
        assertThat(ImageIO.read(image.toFile()).getWidth()).isEqualTo(1600);

        Run unknown = plot("RELAINCE", "--raw");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(unknown.err())
                .isEqualTo(
                        "champion: There is no symbol 'RELAINCE' among the 1 of"
                                + " normalized.equity_ohlc; did you mean 'RELIANCE'?\n");
        assertThat(plot("RELIANCE").err()).contains("Run 'champion adjust' first");
    }

    private void writeLake() throws Exception {
        Dataset dataset = Dataset.of(EquityOhlc.getClassSchema());
        List<SpecificRecordBase> rows = new ArrayList<>();
        TreeSet<PartitionKey> partitions = new TreeSet<>();
        for (int day = 2; day <= 10; day++) {
            // A day without a trade; prices that differ in their last digits only.
            rows.add(row("EQ", day, day == 7 ? null : 1e7 + day - 2));
        }
        rows.add(row("T0", 4, 5.0));
        rows.forEach(row -> partitions.add(dataset.partitionOf(row)));
        JobConfig config =
                JobConfig.of(OptionSet.of(CommonOptions.class))
                        .arguments(List.of(CommonOptions.HOME.key() + "=" + home))
                        .load();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        env.fromData(rows, ContractTypeInfo.INSTANCE)
                .uid("rows")
                .sinkTo(
                        LakeSink.builder(
                                        new org.apache.flink.core.fs.Path(
                                                home.resolve("lake").toString()))
                                .replacing(partitions)
                                .build())
                .uid("lake");
        env.execute();
    }

    private static EquityOhlc row(String series, int day, Double close) {
        LocalDate date = LocalDate.of(2025, 6, day);
        String instrument = "NSE:RELIANCE:" + series;
        return EquityOhlc.newBuilder()
                .setEventId(instrument + date)
                .setEventTime(date.atStartOfDay().toInstant(ZoneOffset.UTC))
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId(instrument)
                .setInstrumentId(instrument)
                .setSymbol("RELIANCE")
                .setExchange("NSE")
                .setIsin(null)
                .setSeries(series)
                .setTradeDate(date)
                .setOpen(close)
                .setHigh(close)
                .setLow(close)
                .setClose(close)
                .setVolume(100L)
                .setTurnover(close == null ? null : 100 * close)
                .setIsTradingDay(true)
                .build();
    }

    private Path bars(int count) throws IOException {
        StringBuilder text = new StringBuilder("date,open,high,low,close,volume\n");
        Random random = new Random(1);
        double price = 100;
        for (int i = 0; i < count; i++) {
            double open = price;
            price *= 1 + 0.02 * random.nextGaussian();
            text.append(LocalDate.of(2025, 1, 1).plusDays(i)).append(',');
            text.append(open).append(',').append(Math.max(open, price) + 1).append(',');
            text.append(Math.min(open, price) - 1).append(',').append(price).append(',');
            text.append(random.nextInt(1_000_000)).append('\n');
        }
        return Files.writeString(home.resolve("bars.csv"), text);
    }

    private List<String[]> features(Path bars) {
        return Run.in(home, "features", "compute", "--input", bars.toString())
                .out()
                .lines()
                .map(line -> line.split(",", -1))
                .toList();
    }

    private JsonNode data(String page) throws IOException {
        Matcher data = DATA.matcher(Files.readString(home.resolve(page)));
        assertThat(data.find()).isTrue();
        return new ObjectMapper().readTree(data.group(1));
    }

    private Run plot(String... arguments) {
        List<String> all = new ArrayList<>(List.of("plot"));
        all.addAll(List.of(arguments));
        return Run.in(home, all.toArray(String[]::new));
    }
}
