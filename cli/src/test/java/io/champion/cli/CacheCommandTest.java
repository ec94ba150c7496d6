package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.ContractFile;
import io.champion.lake.ParquetOptions;
import io.champion.model.Dataset;
import io.champion.model.record.DailyBar;
import io.champion.reader.MarketData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheCommandTest {
    private static final Dataset BARS = Dataset.of("normalized.bars_1d");
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);

    @TempDir Path home;

    @Test
    void buildsWhatChangedAndSaysSo() throws Exception {
        Run nothing = Run.in(home, "cache", "build");
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(nothing.err()).contains("has no trades, quotes, bars_1m, bars_1d");

        bars(DAY, "AAPL", "BRK.B");
        Run first = Run.in(home, "cache", "build");
        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.OK);
        assertThat(first.out()).containsPattern("bars_1d +2025-06 +built +1 +2 +0 +0 +2 ");
        assertThat(home.resolve("cache/bars_1d/BRK.B/2025_06.parquet")).exists();
        assertThat(Run.in(home, "cache", "build", "--type", "bars_1d").out())
                .containsPattern("2025-06 +nothing +1 +0 +2 +0 ");

        bars(DAY.plusDays(1), "AAPL");
        assertThat(Run.in(home, "cache", "build", "--symbol", "AAPL", "--month", "2025-06").out())
                .containsPattern("2025-06 +built +2 +1 +0 +0 +2 ");
        assertThat(Run.in(home, "cache", "build").out())
                .containsPattern("2025-06 +built +2 +1 +1 +0 +1 ");
        MarketData data = MarketData.inHome(home);
        assertThat(data.dailyBars("AAPL", DAY, DAY.plusDays(2)).close()).containsExactly(10, 10);
        assertThat(data.stats().fromLake()).isZero();
    }

    @Test
    void aWrongTypeOrMonthIsAUsageError() {
        Run type = Run.in(home, "cache", "build", "--type", "trade");
        assertThat(type.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(type.err())
                .contains("no data type trade. Known: trades, quotes, bars_1m, bars_1d.");
        Run month = Run.in(home, "cache", "build", "--month", "June");
        assertThat(month.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(month.err()).contains("'June'").doesNotContain("Exception");
        assertThat(Run.in(home, "cache").out()).contains("champion cache build");
    }

    private void bars(LocalDate day, String... symbols) throws IOException {
        Path folder =
                Files.createDirectories(
                        home.resolve("lake").resolve(BARS.partitionOf(day).location()));
        Path path = folder.resolve("part-1.parquet");
        try (ContractFile.Maker maker = new ContractFile.Maker(ParquetOptions.defaults());
                ContractFile file =
                        maker.create(
                                new org.apache.flink.core.fs.Path(path.toUri()), BARS.schema())) {
            for (String symbol : symbols) {
                file.write(bar(day, symbol));
            }
        }
        Files.writeString(
                folder.resolve("_SUCCESS"),
                "{\"version\":1,\"commit\":\"c\",\"files\":[{\"name\":\"part-1.parquet\",\"rows\":%d,\"bytes\":%d}]}"
                        .formatted(symbols.length, Files.size(path)));
    }

    private static DailyBar bar(LocalDate day, String symbol) {
        long start = day.atStartOfDay().toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
        return DailyBar.newBuilder()
                .setEventId(symbol + ":" + day)
                .setEventTime(start)
                .setIngestTime(Instant.EPOCH)
                .setSource("flat_file")
                .setEntityId("SIP:" + symbol)
                .setSymbol(symbol)
                .setExchange("SIP")
                .setInstrumentId("SIP:" + symbol)
                .setTradeDate(day)
                .setWindowStart(start)
                .setClose(10.0)
                .build();
    }
}
