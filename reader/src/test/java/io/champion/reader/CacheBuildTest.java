package io.champion.reader;

import static io.champion.reader.TestLake.DAY;
import static io.champion.reader.TestLake.SMALL;
import static io.champion.reader.TestLake.TRADES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.record.Trade;
import io.champion.reader.CacheBuild.Report;
import io.champion.reader.CacheBuild.State;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheBuildTest {
    private static final List<String> SYMBOLS =
            List.of("A", "BAC", "BACPA", "BACpA", "BRK.B", "CON", "a/b", "..", "ZZZ");

    /** The last two trading days of May and the first three of June. */
    private static final List<LocalDate> DAYS =
            List.of(DAY.minusDays(4), DAY.minusDays(3), DAY, DAY.plusDays(1), DAY.plusDays(2));

    private static final YearMonth MAY = YearMonth.of(2025, 5);
    private static final YearMonth JUNE = YearMonth.of(2025, 6);

    @TempDir Path home;

    private Path lake;
    private Path cache;
    private final List<List<Trade>> days = new ArrayList<>();

    @BeforeEach
    void fill() throws IOException {
        lake = home.resolve("lake");
        cache = home.resolve("cache");
        for (LocalDate day : DAYS) {
            List<Trade> trades = TestLake.trades(day, SYMBOLS, 200, 1);
            TestLake.write(lake, TRADES.partitionOf(day), SMALL, trades);
            days.add(trades);
        }
    }

    private List<Report> build(Set<String> symbols, Set<YearMonth> months) throws IOException {
        return new CacheBuild(lake.toUri().toString(), cache)
                .run(List.of(DataType.TRADES), symbols, months, report -> {});
    }

    private List<Report> build() throws IOException {
        return build(Set.of(), Set.of());
    }

    private List<Trade> of(String symbol) {
        return days.stream().flatMap(day -> TestLake.of(day, symbol).stream()).toList();
    }

    /** Reads all days of a symbol, compares them, and tells what came from where. */
    private ReadStats read(String symbol) throws IOException {
        MarketData data = MarketData.inHome(home);
        Expected.assertEqual(
                data.trades(symbol, DAYS.get(0), DAY.plusDays(30), Expected.ALL).columns(),
                of(symbol));
        return data.stats();
    }

    @Test
    void theCacheHasTheSameRowsAndTheLakeIsNotReadAnyMore() throws Exception {
        List<Report> reports = build();
        assertThat(reports).extracting(Report::month).containsExactly(MAY, JUNE);
        assertThat(reports).extracting(Report::state).containsOnly(State.BUILT);
        assertThat(reports).extracting(Report::built).containsOnly(SYMBOLS.size());
        assertThat(reports.stream().mapToLong(Report::rows).sum())
                .isEqualTo(days.stream().mapToInt(List::size).sum());
        for (String symbol : SYMBOLS) {
            ReadStats stats = read(symbol);
            assertThat(stats.fromLake()).isZero();
            assertThat(stats.fromCache()).isEqualTo(DAYS.size() * Expected.ALL.length);
            assertThat(stats.slowColumns()).isZero();
        }
        ReadStats unknown = read("UNKNOWN");
        assertThat(unknown.fromLake() + unknown.pagesDecoded()).isZero();
        assertThat(names(cache.resolve("trades")))
                .contains("BAC", "BACPA", "BAC%70A", "BRK.B", "%43ON", "%61%2F%62", "%2E%2E");
        assertThat(names(cache.resolve("trades/BRK.B")))
                .containsExactly("2025_05.parquet", "2025_06.parquet");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void onlyMonthsThatChangedAreBuiltAgain() throws Exception {
        build();
        assertThat(build()).extracting(Report::state).containsOnly(State.UNCHANGED);

        List<Trade> changed = TestLake.trades(DAY, SYMBOLS.subList(1, SYMBOLS.size()), 200, 2);
        TestLake.write(lake, TRADES.partitionOf(DAY), SMALL, changed);
        days.set(2, changed);
        // Before it is built again, the day that changed comes from the lake.
        ReadStats stats = read("BAC");
        assertThat(stats.fromLake()).isEqualTo(Expected.ALL.length);
        assertThat(stats.fromCache()).isEqualTo((DAYS.size() - 1L) * Expected.ALL.length);
        read("A");

        assertThat(build()).extracting(Report::state).containsExactly(State.UNCHANGED, State.BUILT);
        assertThat(read("BAC").fromLake()).isZero();
        assertThat(read("A").fromLake()).isZero();
    }

    @Test
    void whatTheLakeNoLongerHasIsRemoved() throws Exception {
        build();
        for (int i = 2; i < 5; i++) {
            List<Trade> without =
                    days.get(i).stream().filter(t -> !t.getSymbol().equals("A")).toList();
            TestLake.write(lake, TRADES.partitionOf(DAYS.get(i)), SMALL, without);
            days.set(i, without);
        }
        for (int i = 0; i < 2; i++) {
            Files.delete(
                    lake.resolve(TRADES.partitionOf(DAYS.get(i)).location()).resolve("_SUCCESS"));
            days.set(i, List.of());
        }
        assertThat(read("A").rows()).isZero();
        List<Report> reports = build();
        assertThat(reports).extracting(Report::state).containsExactly(State.REMOVED, State.BUILT);
        assertThat(reports).extracting(Report::removed).containsExactly(SYMBOLS.size(), 1);
        assertThat(cache.resolve("trades/A")).doesNotExist();
        assertThat(read("A").fromLake()).isZero();
        assertThat(read("BAC").fromLake()).isZero();
        assertThat(build()).extracting(Report::month).containsExactly(JUNE);
    }

    @Test
    void someSymbolsAndMonthsCanBeBuiltAlone() throws Exception {
        List<Report> reports = build(Set.of("BAC", "NONE"), Set.of(JUNE));
        assertThat(reports).hasSize(1);
        assertThat(reports.get(0).built()).isOne();
        assertThat(read("BAC").fromCache()).isEqualTo(3L * Expected.ALL.length);
        // Nothing was said of others: they are read from the lake.
        assertThat(read("A").fromLake()).isEqualTo(5L * Expected.ALL.length);
        assertThat(build(Set.of("BAC"), Set.of(JUNE)).get(0).state()).isEqualTo(State.UNCHANGED);
        assertThat(build(Set.of(), Set.of(JUNE)).get(0).unchanged()).isOne();
    }

    @Test
    void aFileThatSomebodyRemovedIsReadFromTheLakeAndBuiltAgain() throws Exception {
        build();
        Files.delete(cache.resolve("trades/BAC/2025_06.parquet"));
        assertThat(read("BAC").fromLake()).isEqualTo(3L * Expected.ALL.length);
        List<Report> reports = build();
        assertThat(reports).extracting(Report::built).containsExactly(0, 1);
        assertThat(read("BAC").fromLake()).isZero();
    }

    @Test
    void oneProcessAtATimeBuilds() throws Exception {
        Files.createDirectories(cache.resolve("trades"));
        try (FileChannel other =
                        FileChannel.open(
                                cache.resolve("trades/.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                var lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(this::build)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Another process is building");
        }
        assertThat(build()).hasSize(2);
    }
}
