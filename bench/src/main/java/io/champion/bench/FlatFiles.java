package io.champion.bench;

import io.champion.local.EmbeddedClickHouse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;

/**
 * Trades from flat files to Parquet, duplicates removed and prices checked: {@code FlatFiles
 * generate ROWS FOLDER}, {@code FlatFiles duckdb|clickhouse FILES FOLDER}, {@code FlatFiles check
 * champion|peer FOLDER}. FILES is a glob. Prints the seconds that the work took, without the start
 * of the process.
 */
final class FlatFiles {

    private static final int DAYS = 2;
    private static final int TICKERS = 8000;
    private static final String HEADER =
            "ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,"
                    + "sip_timestamp,size,tape,trf_id,trf_timestamp\n";
    private static final String[] CONDITIONS = {
        "", "", "", "37", "37", "\"12,37\"", "\"14,41\"", "\"14,37,41\"", "12", "53"
    };

    /** 2025-01-02, 04:00 in New York. */
    private static final long START = 1_735_808_400_000_000_000L;

    private static final long DAY = 86_400_000_000_000L;
    private static final long SESSION = 16 * 3_600_000_000_000L;

    private FlatFiles() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "generate" -> generate(Integer.parseInt(args[1]), Path.of(args[2]));
            case "duckdb" -> duckDb(args[1], Path.of(args[2]).toAbsolutePath());
            case "clickhouse" -> clickHouse(args[1], Path.of(args[2]).toAbsolutePath());
            case "check" -> check(args[1], Path.of(args[2]).toAbsolutePath());
            default -> throw new IllegalArgumentException("No such work: " + args[0]);
        }
    }

    private static void done(long start) {
        System.out.printf("inner=%.2f%n", (System.nanoTime() - start) / 1e9);
    }

    private static void duckDb(String files, Path folder) throws Exception {
        Files.createDirectories(folder);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET preserve_insertion_order = false");
            long start = System.nanoTime();
            statement.execute(
                    "COPY (SELECT DISTINCT ON (ticker, sip_timestamp, sequence_number) ticker, CASE"
                            + " WHEN conditions IS NULL THEN []::INTEGER[] ELSE"
                            + " string_split(conditions, ',')::INTEGER[] END AS conditions,"
                            + " correction, exchange, id, participant_timestamp, price,"
                            + " sequence_number, sip_timestamp, size, tape, trf_id, trf_timestamp"
                            + " FROM read_csv('"
                            + files
                            + "', header=true, auto_detect=false, delim=',', quote='\"', columns={"
                            + "'ticker':'VARCHAR','conditions':'VARCHAR','correction':'INTEGER',"
                            + "'exchange':'INTEGER','id':'VARCHAR','participant_timestamp':'BIGINT',"
                            + "'price':'DOUBLE','sequence_number':'BIGINT','sip_timestamp':'BIGINT',"
                            + "'size':'DOUBLE','tape':'INTEGER','trf_id':'INTEGER','trf_timestamp':'BIGINT'})"
                            + " WHERE price > 0) TO '"
                            + folder.resolve("trades")
                            + "' (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true)");
            done(start);
        }
    }

    private static void clickHouse(String files, Path folder) throws Exception {
        Files.createDirectories(folder);
        Path store = Files.createTempDirectory("champion-bench");
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(store)) {
            long start = System.nanoTime();
            Engine.post(
                    engine.url(),
                    "INSERT INTO FUNCTION file('"
                            + folder.resolve("trades.parquet")
                            + "', Parquet) SELECT ticker, if(conditions = '', emptyArrayInt32(),"
                            + " arrayMap(x -> toInt32(x), splitByChar(',', conditions))) AS"
                            + " conditions, correction, exchange, id, participant_timestamp,"
                            + " price, sequence_number, sip_timestamp, size, tape, trf_id,"
                            + " trf_timestamp FROM file('"
                            + files
                            + "', CSVWithNames, 'ticker String, conditions String, correction"
                            + " Nullable(Int32), exchange Int32, id String, participant_timestamp"
                            + " Int64, price Float64, sequence_number Int64, sip_timestamp Int64,"
                            + " size Float64, tape Int32, trf_id Nullable(Int32), trf_timestamp"
                            + " Nullable(Int64)') WHERE price > 0 LIMIT 1 BY ticker, sip_timestamp,"
                            + " sequence_number SETTINGS max_threads = 2, max_insert_threads = 2,"
                            + " output_format_parquet_compression_method = 'snappy'");
            done(start);
        }
    }

    /** Prints the rows, and a hash of all values of the file's columns of all rows in any order. */
    private static void check(String who, Path folder) throws SQLException {
        boolean ours = who.equals("champion");
        String files =
                ours ? folder + "/lake/normalized/trades/**/*.parquet" : folder + "/**/*.parquet";
        // DuckDB keeps microseconds of our times.
        String columns =
                ours
                        ? "symbol, conditions, correction, exchange_id, trade_id,"
                                + " epoch_us(participant_time), price, sequence_number,"
                                + " epoch_us(event_time), size, tape, trf_id, epoch_us(trf_time)"
                        : "ticker, conditions, correction, exchange, id,"
                                + " participant_timestamp // 1000, price, sequence_number,"
                                + " sip_timestamp // 1000, size, tape, trf_id,"
                                + " trf_timestamp // 1000";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet answer =
                        statement.executeQuery(
                                "SELECT count(*), bit_xor(hash("
                                        + columns
                                        + ")) FROM read_parquet('"
                                        + files
                                        + "', hive_partitioning = false)")) {
            answer.next();
            System.out.printf("rows=%d hash=%s%n", answer.getLong(1), answer.getString(2));
        }
    }

    private static void generate(int rows, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (int day = 0; day < DAYS; day++) {
            String name = "2025-01-0" + (2 + day) + ".csv";
            try (OutputStream plain =
                            new BufferedOutputStream(
                                    Files.newOutputStream(folder.resolve(name)), 1 << 18);
                    OutputStream packed =
                            new GZIPOutputStream(
                                    Files.newOutputStream(folder.resolve(name + ".gz")), 1 << 16)) {
                generate(rows / DAYS, day, plain, packed);
            }
        }
    }

    /**
     * Sorted by ticker and time; 0.02% of the rows repeat another, 0.005% have no price above 0.
     */
    private static void generate(int rows, int day, OutputStream plain, OutputStream packed)
            throws IOException {
        SplittableRandom random = new SplittableRandom(1000 + day);
        TreeSet<String> tickers = new TreeSet<>();
        while (tickers.size() < TICKERS) {
            StringBuilder ticker = new StringBuilder();
            for (int letters = 3 + random.nextInt(3); letters > 0; letters--) {
                // None that begins with a Z: some of these are for tests.
                ticker.append((char) ('A' + random.nextInt(25)));
            }
            tickers.add(ticker.toString());
        }
        StringBuilder text = new StringBuilder(HEADER);
        int left = rows;
        int place = 0;
        for (String ticker : tickers) {
            place++;
            // A few tickers have most of the trades.
            int share = (int) (rows / 15.0 / (1 + (place * 7919L) % TICKERS));
            int count = place == TICKERS ? left : Math.min(left, Math.max(1, share));
            left -= count;
            long step = Math.max(2, SESSION / Math.max(1, count));
            long time = START + day * DAY + random.nextLong(step);
            double price = 1 + Math.exp(random.nextDouble() * 6);
            long sequence = 1000 + random.nextInt(1000);
            long id = random.nextInt(100_000);
            for (int i = 0; i < count; i++) {
                time += 1 + random.nextLong(step - 1);
                sequence += 1 + random.nextInt(500);
                id += 1 + random.nextInt(5);
                price = Math.max(0.01, price * (1 + (random.nextDouble() - 0.5) * 0.0006));
                int start = text.length();
                trade(text, random, ticker, time, sequence, id, price, 1 + place % 3);
                if (random.nextInt(5000) == 0) {
                    text.append(text, start, text.length());
                }
                if (text.length() > 1 << 18) {
                    flush(text, plain, packed);
                }
            }
        }
        flush(text, plain, packed);
    }

    private static void trade(
            StringBuilder text,
            SplittableRandom random,
            String ticker,
            long time,
            long sequence,
            long id,
            double price,
            int tape) {
        boolean facility = random.nextInt(100) < 40;
        long made = time - 10_000 - random.nextInt(900_000);
        text.append(ticker).append(',');
        text.append(CONDITIONS[random.nextInt(CONDITIONS.length)]).append(',');
        text.append(random.nextBoolean() ? "0," : ",");
        text.append(facility ? 4 : 1 + random.nextInt(21)).append(',');
        text.append(id).append(',').append(made).append(',');
        if (random.nextInt(20_000) == 0) {
            text.append("-1.5");
        } else {
            int decimals = random.nextInt(10) < 7 ? 2 : 4;
            long scale = decimals == 2 ? 100 : 10_000;
            long scaled = Math.max(1, (long) (price * scale));
            text.append(scaled / scale).append('.');
            String fraction = Long.toString(scaled % scale);
            text.append("0".repeat(decimals - fraction.length())).append(fraction);
        }
        text.append(',').append(sequence).append(',').append(time).append(',');
        text.append(random.nextInt(10) < 4 ? 100 : 1 + random.nextInt(500)).append(',');
        text.append(tape).append(',');
        if (facility) {
            text.append(201 + random.nextInt(3)).append(',').append(made + 5000);
        } else {
            text.append(',');
        }
        text.append('\n');
    }

    private static void flush(StringBuilder text, OutputStream plain, OutputStream packed)
            throws IOException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        plain.write(bytes);
        packed.write(bytes);
        text.setLength(0);
    }
}
