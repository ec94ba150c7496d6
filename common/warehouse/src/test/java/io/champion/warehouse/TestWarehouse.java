package io.champion.warehouse;

import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An engine of a test's own with the tables of the real migrations. */
final class TestWarehouse implements AutoCloseable {

    static final Dataset EQUITY = Dataset.of("normalized.equity_ohlc");
    static final Dataset MASTER = Dataset.of("normalized.symbol_master");
    static final Dataset REJECTS = Dataset.of("quarantine.rejects");
    static final LocalDate DAY = LocalDate.of(2025, 6, 18);

    static final TableRetention KEPT_FOR_GOOD = TableRetention.of(Map.of());

    final EmbeddedClickHouse engine;
    final ClickHouse clickHouse;

    TestWarehouse(Path store) throws IOException {
        engine = EmbeddedClickHouse.start(store);
        clickHouse = ClickHouse.connect(config());
        ClickHouse.connect(config().withDatabase("default"))
                .execute("CREATE DATABASE IF NOT EXISTS " + ClickHouseConfig.DEFAULT_DATABASE);
    }

    ClickHouseConfig config() {
        return config(engine.url());
    }

    static ClickHouseConfig config(String url) {
        return ClickHouseConfig.of(url).withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(60));
    }

    /** Drops and creates the ledger and the tables of the given datasets. */
    void recreate(Dataset... datasets) throws IOException {
        create(Ledger.TABLE);
        create(REJECTS.table());
        for (Dataset dataset : datasets) {
            create(dataset.table());
        }
    }

    private void create(String table) throws IOException {
        clickHouse.execute("DROP TABLE IF EXISTS " + table + " SYNC");
        for (String migration : migrations(table)) {
            clickHouse.execute(migration);
        }
    }

    private static List<String> migrations(String table) throws IOException {
        Path folder =
                Path.of(System.getProperty("champion.root", "../..")).resolve("clickhouse/ddl");
        List<String> statements = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().matches("\\d{4}_" + table + "\\.sql")) {
                    statements.add(
                            Files.readString(file)
                                    .replace("{database}", ClickHouseConfig.DEFAULT_DATABASE)
                                    .replace("{on_cluster}", "")
                                    .replaceAll("\\{engine:([^}]+)}", "$1")
                                    .replaceAll("\\{ttl:[^}]+}", "")
                                    .replaceAll(";\\s*$", ""));
                }
            }
        }
        return statements;
    }

    long count(Dataset dataset) {
        return clickHouse.queryLong("SELECT count() FROM " + dataset.table());
    }

    /** The keys of all rows, sorted: a row that is there twice is in the list twice. */
    List<String> ids(Dataset dataset) {
        return clickHouse
                .query("SELECT event_id FROM " + dataset.table() + " ORDER BY event_id")
                .stream()
                .map(row -> row.getString(1))
                .toList();
    }

    static EquityOhlc equity(LocalDate day, int n) {
        String symbol = "SYM" + n % 3_000;
        return EquityOhlc.newBuilder()
                .setEventId(day + ":" + n)
                .setEventTime(day.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(Instant.parse("2025-06-18T12:00:00Z"))
                .setSource("nse_udiff_cm")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setInstrumentId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setIsin("INE" + n % 3_000)
                .setInstrumentType("STK")
                .setSeries("EQ")
                .setName("Security " + symbol)
                .setTradeDate(day)
                .setPrevClose(99.5)
                .setOpen(100.0 + n)
                .setHigh(101.0 + n)
                .setLow(n % 7 == 0 ? null : 98.0 + n)
                .setClose(100.5 + n)
                .setVolume((long) n)
                .setTurnover(100.5 * n)
                .setTrades(n % 5L)
                .setIsTradingDay(true)
                .build();
    }

    @Override
    public void close() throws IOException {
        clickHouse.close();
        engine.close();
    }
}
