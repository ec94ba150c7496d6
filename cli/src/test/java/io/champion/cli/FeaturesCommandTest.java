package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FeaturesCommandTest {

    private static final String SET =
            """
            name: mine
            version: v1
            features:
              - {name: mean, indicator: sma, window: 2, group: trend}
              - {name: total, indicator: obv, group: volume}
            """;

    @TempDir Path home;

    @Test
    void printsTheFeaturesOfAFile() throws IOException {
        Run run =
                compute(
                        """
                        date,open,high,low,close,volume
                        2025-06-16,1,2,1,1.5,100
                        2025-06-17,1.5,3,1.5,2.25,1000000000000
                        2025-06-18,2,2,1,1.1,7
                        """);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .isEqualTo(
                        """
                        date,mean,total
                        2025-06-16,,0
                        2025-06-17,1.875,1000000000000
                        2025-06-18,1.675,999999999993
                        """);
    }

    @Test
    void takesTheStandardSetWithoutOne() throws IOException {
        Run run =
                Run.in(
                        home,
                        "features",
                        "compute",
                        "--input",
                        file(
                                """
                        date,open,high,low,close,volume
                        2025-06-16,1,2,1,1.5,100
                        """));
        assertThat(run.out())
                .startsWith("date,sma_5,sma_10,")
                .contains(",volume_ma_20,volume_ratio\n2025-06-16,,,");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    /** Columns in any order and case, blanks, a byte order mark, quotes, and others between. */
    @Test
    void findsTheColumnsByName() throws IOException {
        Run run =
                compute(
                        """
                        \ufeff"Close" ,Name,VOLUME,Symbol,Low,TimeStamp,high,OPEN
                        1,"a, b",10,A,1,6/16/2025 9:15,1,1
                        7,x,10,B,7,6/16/2025 9:15,7,7
                        2,y,10,A,2,6/16/2025 9:16,2,2
                        9,y,10,B,9,6/16/2025 9:16,9,9
                        """);
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo(
                        """
                        TimeStamp,symbol,mean,total
                        6/16/2025 9:15,A,,0
                        6/16/2025 9:15,B,,0
                        6/16/2025 9:16,A,1.5,10
                        6/16/2025 9:16,B,8,10
                        """);
    }

    /** Exports with semicolons or tabs, grouped numbers, and words for what is not there. */
    @ParameterizedTest
    @ValueSource(strings = {";", "\t"})
    void readsWhatSpreadsheetsAndSitesExport(String separator) throws IOException {
        Run run =
                compute(
                        """
                        Date;OPEN;High;Low;Close;Adj Close;Volume
                        17-Jun-2025;1;2000;1;1,001.5;1;12,34,567
                        16-Jun-2025;null;2000;1;998.50;1;-
                        """
                                .replace(";", separator));
        assertThat(run.out()).isEqualTo("Date,mean,total\n16-Jun-2025,,\n17-Jun-2025,1000,0\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void readsQuotes() throws IOException {
        Path set =
                Files.writeString(
                        home.resolve("quotes.yaml"),
                        """
                        name: quotes
                        version: v1
                        features:
                          - {name: mid, indicator: mid, group: trend}
                          - {name: spread, indicator: spread, group: volatility}
                          - {name: percent, indicator: spread_percent, group: volatility}
                          - {name: usual, indicator: sma, source: spread, window: 2, group: volatility}
                        """);
        Run run =
                Run.in(
                        home,
                        "features",
                        "compute",
                        "--set",
                        set.toString(),
                        "--input",
                        file(
                                """
                        time,symbol,bid_price,bid_size,ask_price,ask_size
                        2025-06-16T09:15:00.000000001Z,A,99,1,101,5
                        2025-06-16T09:15:00.000000002Z,A,0,0,101,5
                        2025-06-16T09:15:00.000000003Z,A,99.5,1,100.5,5
                        """));
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo(
                        """
                        time,symbol,mid,spread,percent,usual
                        2025-06-16T09:15:00.000000001Z,A,100,2,2,
                        2025-06-16T09:15:00.000000002Z,A,,,,
                        2025-06-16T09:15:00.000000003Z,A,100,1,1,1.5
                        """);
    }

    @Test
    void leavesOutWhatCannotBe() throws IOException {
        Run run =
                compute(
                        """
                        date,open,high,low,close,volume
                        2025-06-16,1,2,1,1.5,100
                        2025-06-31,1,2,1,1.5,100
                        yesterday,1,2,1,1.5,100
                        2025-06-17,1,-2,1,1.5,100
                        2025-06-17,1,1,2,1.5,100
                        2025-06-17,1,2,1,NaN,100
                        2025-06-17,1,2,1,"1,5",100
                        2025-06-17,,,,,
                        2025-06-17,1,2,1,1.5
                        2025-06-17,1,2,1,2.5,100

                        2025-06-16,1,2,1,9,100
                        """);
        assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(run.out()).isEqualTo("date,mean,total\n2025-06-16,,0\n2025-06-17,2,100\n");
        assertThat(run.err().replace(home.toString(), "."))
                .contains(
                        "champion: ./bars.csv, line 3: 'date' is '2025-06-31', which is no date or"
                                + " time such as 2025-06-18")
                .contains("line 4: 'date' is 'yesterday', which is no date")
                .contains("line 5: 'high' is '-2', which is negative.")
                .contains("line 6: 'high' is '1', which is below low, 2.")
                .contains("line 7: 'close' is 'NaN', which is no number.")
                .contains("line 8: 'close' is '1,5', which is no number.")
                .contains("line 9: the row has no numbers.")
                .contains("line 10: the row has 5 fields, the header 6.")
                .contains("line 13: 'date' is '2025-06-16', which is there already, in line 2.")
                .contains("9 rows left out, 2 bars taken.");
    }

    @Test
    void takesRowsInTheOrderOfTime() throws IOException {
        List<String> rows = new ArrayList<>();
        LocalDate day = LocalDate.of(2024, 1, 1);
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            double close = 100 + random.nextInt(100) / 100.0;
            rows.add(
                    day.plusDays(i) + ",%s,%s,%s,%s,%d\n".formatted(close, close, close, close, i));
        }
        String header = "date,open,high,low,close,volume\n";
        Run inOrder = compute(header + String.join("", rows));
        Collections.shuffle(rows, random);
        Run shuffled = compute(header + String.join("", rows));
        assertThat(inOrder.out().lines()).hasSize(301);
        assertThat(shuffled.out()).isEqualTo(inOrder.out());
        assertThat(shuffled.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(shuffled.err()).contains("rows moved: the bars of a symbol are taken in");
    }

    @Test
    void readsGzipAndWithoutTheNumbersThatAreNotThere() throws IOException {
        Path file = home.resolve("bars.csv");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("Date,Close\n18-Jun-25,5\n19-Jun-25,7\n".getBytes(StandardCharsets.UTF_8));
        }
        Run run = Run.in(home, "features", "compute", "--input", file.toString(), "--set", set());
        assertThat(run.out()).isEqualTo("Date,mean,total\n18-Jun-25,,\n19-Jun-25,6,\n");
        assertThat(run.err())
                .isEqualTo(
                        "The file has no open, no high, no low, no volume: features that need it"
                                + " are empty.\n");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void saysWhatIsNoFileOfBars() throws IOException {
        assertThat(compute("").err()).contains("is empty");
        assertThat(compute("a,b\n1,2\n").err())
                .contains("line 1: the header 'a,b' has no column 'date'");
        assertThat(compute("date,open\n").err()).contains("has no column 'close'");
        assertThat(compute("date,close\n").err()).contains("There are no bars in ");
        Run missing = Run.in(home, "features", "compute", "--input", "nowhere.csv");
        assertThat(missing.err()).isEqualTo("champion: There is no file nowhere.csv.\n");
        assertThat(missing.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(Run.in(home, "features", "compute").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void saysAllThatIsWrongWithASet() throws IOException {
        Path set =
                Files.writeString(
                        home.resolve("wrong.yaml"),
                        SET.replace("sma", "smma_").replace("obv", "macd, fast: 30"));
        Run run =
                Run.in(
                        home,
                        "features",
                        "compute",
                        "--input",
                        file("date,close\n"),
                        "--set",
                        set.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().replace(home.toString(), "."))
                .isEqualTo(
                        "champion: ./wrong.yaml, line 4: there is no indicator 'smma_'; did you"
                                + " mean 'smma'?\n"
                                + "champion: ./wrong.yaml, line 5: total: 'fast' has to be less"
                                + " than 'slow'.\n");
    }

    @Test
    void listsTheIndicators() {
        Run run = Run.in(home, "features", "list");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .containsPattern("sma +Simple moving average +\\. +20 +source: close, window: 20")
                .containsPattern("macd .* signal, histogram +34 .* fast: 12, slow: 26, signal: 9");
        assertThat(Run.in(home, "features", "list", "ema").out())
                .containsPattern("window +20 +1 to 10000 bars")
                .containsPattern("seed +sma +sma \\| first");
        Run unknown = Run.in(home, "features", "list", "emma");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(unknown.err()).contains("There is no indicator 'emma'");
    }

    @ParameterizedTest
    @CsvSource({
        "2025-06-18, 1750204800000000000",
        "20250618, 1750204800000000000",
        "6/18/2025, 1750204800000000000",
        "06/18/2025 09:15, 1750238100000000000",
        "18-Jun-25, 1750204800000000000",
        "18-JUN-2025, 1750204800000000000",
        "2025-06-18 09:15:30.123456789, 1750238130123456789",
        "2025-06-18T09:15:00Z, 1750238100000000000",
        "2025-06-18T09:15:00+05:30, 1750218300000000000",
        "1750238100, 1750238100000000000",
        "1750238130123, 1750238130123000000",
        "1750238130123456789, 1750238130123456789"
    })
    void readsTimesAsFilesWriteThem(String text, long nanos) {
        BarTime time = BarTime.parse(text);
        assertThat(time.nanos()).isEqualTo(nanos);
        assertThat(LocalDate.ofEpochDay(time.session())).isEqualTo("2025-06-18");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2025-06-31",
                "18/6/2025",
                "2025-06-18 25:00",
                "2025-06-18 9",
                "9999-01-01",
                "12345",
                "2025-06-18T09:15:00+99:00"
            })
    void refusesTimesThatCannotBe(String text) {
        assertThatThrownBy(() -> BarTime.parse(text)).isInstanceOf(DateTimeException.class);
    }

    private Run compute(String bars) throws IOException {
        return Run.in(home, "features", "compute", "--input", file(bars), "--set", set());
    }

    private String file(String bars) throws IOException {
        return Files.writeString(home.resolve("bars.csv"), bars).toString();
    }

    private String set() throws IOException {
        return Files.writeString(home.resolve("set.yaml"), SET).toString();
    }
}
