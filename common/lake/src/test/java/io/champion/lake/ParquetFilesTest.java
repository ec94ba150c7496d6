package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.test.EveryType;
import io.champion.lake.test.Four;
import io.champion.lake.test.Money;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every type of the mapping goes into a file and comes back: through us, through DuckDB and through
 * ClickHouse.
 */
class ParquetFilesTest {
    private static final int ROWS = 1000;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(ParquetOptions.Codec.class)
    void everyTypeComesBack(ParquetOptions.Codec codec) throws Exception {
        for (boolean dictionaries : new boolean[] {true, false}) {
            Path file = folder.resolve(codec + "-" + dictionaries + ".parquet");
            ParquetOptions options =
                    ParquetOptions.defaults()
                            .withCodec(codec)
                            .withDictionaries(dictionaries)
                            .withPageBytes(1024)
                            .withRowGroupBytes(64 << 10);
            write(file, options, EveryType.getClassSchema(), rows());
            assertThat(read(file, EveryType.getClassSchema())).isEqualTo(rows());
        }
    }

    @Test
    void duckDbReadsEveryType() throws Exception {
        Path file = folder.resolve("every.parquet");
        write(file, ParquetOptions.defaults(), EveryType.getClassSchema(), rows());
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT *, epoch_ns(a_nanos) AS nanos, epoch_us(a_micros) AS micros,"
                                        + " epoch_ms(a_millis) AS millis,"
                                        + " epoch_ns(maybe_nanos) AS maybe_ns,"
                                        + " numbers::VARCHAR AS numbers_text,"
                                        + " texts::VARCHAR AS texts_text,"
                                        + " prices['bid'] AS bid, labels['k'] AS label,"
                                        + " level.price AS level_price, level.size AS level_size,"
                                        + " epoch_ns(level.at) AS level_at,"
                                        + " len(levels) AS levels_len,"
                                        + " level_by_venue['NSE'].price AS nse,"
                                        + " ladders::VARCHAR AS ladders_text"
                                        + " FROM '"
                                        + file
                                        + "' ORDER BY an_int")) {
            for (SpecificRecordBase expected : rows()) {
                assertThat(row.next()).isTrue();
                assertRow(row, (EveryType) expected);
            }
            assertThat(row.next()).isFalse();
        }
        assertThat(encodings(file, "a_nanos")).contains("DELTA_BINARY_PACKED");
        assertThat(encodings(file, "maybe_nanos")).contains("DELTA_BINARY_PACKED");
        assertThat(encodings(file, "a_double")).containsExactlyInAnyOrder("PLAIN", "RLE");
    }

    private static String[] encodings(Path file, String column) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT encodings FROM parquet_metadata('"
                                        + file
                                        + "') WHERE path_in_schema = '"
                                        + column
                                        + "'")) {
            assertThat(row.next()).isTrue();
            // Their order is that of a hash set of the writer.
            return row.getString(1).split(", ");
        }
    }

    private static void assertRow(ResultSet row, EveryType e) throws Exception {
        assertThat(row.getBoolean("a_boolean")).isEqualTo(e.getABoolean());
        assertThat(row.getInt("an_int")).isEqualTo(e.getAnInt());
        assertThat(row.getLong("a_long")).isEqualTo(e.getALong());
        assertThat(row.getFloat("a_float")).isEqualTo(e.getAFloat());
        assertThat(row.getDouble("a_double")).isEqualTo(e.getADouble());
        assertThat(row.getString("a_string")).isEqualTo(e.getAString());
        assertThat(bytes(row.getBlob("some_bytes"))).isEqualTo(e.getSomeBytes().array());
        assertThat(bytes(row.getBlob("a_fixed"))).isEqualTo(e.getAFixed().bytes());
        assertThat(row.getString("an_enum")).isEqualTo(e.getAnEnum().name());
        assertThat(row.getObject("a_date")).isEqualTo(e.getADate());
        assertThat(row.getLong("millis")).isEqualTo(e.getAMillis().toEpochMilli());
        assertThat(row.getLong("micros"))
                .isEqualTo(ChronoUnit.MICROS.between(Instant.EPOCH, e.getAMicros()));
        // DuckDB has no nanosecond type in UTC and cuts what it reads; the file holds them all.
        assertThat(row.getLong("nanos")).isEqualTo(e.getANanos() / 1000 * 1000);
        assertThat(row.getBigDecimal("a_decimal")).isEqualTo(decimal(e.getADecimal()));
        assertThat(row.getBigDecimal("a_fixed_decimal")).isEqualTo(decimal(e.getAFixedDecimal()));
        assertThat(row.getObject("maybe_boolean")).isEqualTo(e.getMaybeBoolean());
        assertThat(row.getObject("maybe_int")).isEqualTo(e.getMaybeInt());
        assertThat(row.getObject("maybe_long")).isEqualTo(e.getMaybeLong());
        assertThat(row.getObject("maybe_float")).isEqualTo(e.getMaybeFloat());
        assertThat(row.getObject("maybe_double")).isEqualTo(e.getMaybeDouble());
        assertThat(row.getString("maybe_string")).isEqualTo(e.getMaybeString());
        assertThat(row.getObject("maybe_date")).isEqualTo(e.getMaybeDate());
        assertThat(row.getObject("maybe_ns"))
                .isEqualTo(e.getMaybeNanos() == null ? null : e.getMaybeNanos() / 1000 * 1000);
        assertThat(row.getBigDecimal("maybe_decimal"))
                .isEqualTo(e.getMaybeDecimal() == null ? null : decimal(e.getMaybeDecimal()));
        assertThat(row.getString("numbers_text")).isEqualTo(e.getNumbers().toString());
        assertThat(row.getString("texts_text"))
                .isEqualTo(e.getTexts().isEmpty() ? "[]" : "[a, NULL, '']");
        assertThat(row.getObject("bid")).isEqualTo(e.getPrices().get("bid"));
        assertThat(row.getObject("label")).isEqualTo(e.getLabels().get("k"));
        assertThat(row.getDouble("level_price")).isEqualTo(e.getLevel().getPrice());
        assertThat(row.getObject("level_size")).isEqualTo(e.getLevel().getSize());
        assertThat(row.getLong("level_at")).isEqualTo(e.getLevel().getAt() / 1000 * 1000);
        assertThat(row.getInt("levels_len")).isEqualTo(e.getLevels().size());
        assertThat(row.getObject("nse"))
                .isEqualTo(
                        e.getLevelByVenue().isEmpty()
                                ? null
                                : e.getLevelByVenue().get("NSE").getPrice());
        assertThat(row.getString("ladders_text")).isEqualTo(e.getLadders().toString());
    }

    @Test
    void clickHouseReadsEveryTypeToTheNanosecond() throws Exception {
        Path file = folder.resolve("every.parquet");
        write(file, ParquetOptions.defaults(), EveryType.getClassSchema(), rows());
        String sql =
                "SELECT an_int, a_boolean, a_long, a_float, a_double, a_string, hex(some_bytes),"
                        + " hex(a_fixed), an_enum, toInt32(a_date),"
                        + " toUnixTimestamp64Milli(a_millis), toUnixTimestamp64Micro(a_micros),"
                        + " toUnixTimestamp64Nano(a_nanos), toDecimalString(a_decimal, 4),"
                        + " toDecimalString(a_fixed_decimal, 4), maybe_int, maybe_long, maybe_double,"
                        + " maybe_string, toUnixTimestamp64Nano(maybe_nanos), numbers,"
                        + " level.price, toUnixTimestamp64Nano(level.at), length(levels)"
                        + " FROM file('"
                        + file
                        + "', Parquet) ORDER BY an_int FORMAT TabSeparatedRaw";
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("engine"))) {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create(engine.url()))
                                            .POST(HttpRequest.BodyPublishers.ofString(sql))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            List<String> expected =
                    rows().stream().map(row -> asClickHouseSays((EveryType) row)).toList();
            assertThat(answer.body().lines().toList()).isEqualTo(expected);
        }
    }

    private static String asClickHouseSays(EveryType e) {
        return Stream.of(
                        e.getAnInt(),
                        e.getABoolean(),
                        e.getALong(),
                        number(e.getAFloat()),
                        number(e.getADouble()),
                        e.getAString(),
                        hex(e.getSomeBytes().array()),
                        hex(e.getAFixed().bytes()),
                        e.getAnEnum(),
                        e.getADate().toEpochDay(),
                        e.getAMillis().toEpochMilli(),
                        ChronoUnit.MICROS.between(Instant.EPOCH, e.getAMicros()),
                        e.getANanos(),
                        decimal(e.getADecimal()).toPlainString(),
                        decimal(e.getAFixedDecimal()).toPlainString(),
                        e.getMaybeInt(),
                        e.getMaybeLong(),
                        e.getMaybeDouble() == null ? null : number(e.getMaybeDouble()),
                        e.getMaybeString(),
                        e.getMaybeNanos(),
                        e.getNumbers().toString().replace(" ", ""),
                        number(e.getLevel().getPrice()),
                        e.getLevel().getAt(),
                        e.getLevels().size())
                .map(value -> value == null ? "\\N" : value.toString())
                .collect(Collectors.joining("\t"));
    }

    /** The shortest text of a number, without the fraction that Java gives to whole ones. */
    private static String number(Number value) {
        String text = value.toString();
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().withUpperCase().formatHex(bytes);
    }

    private static byte[] bytes(Blob blob) throws Exception {
        return blob.getBytes(1, (int) blob.length());
    }

    private static BigDecimal decimal(ByteBuffer unscaled) {
        byte[] bytes = new byte[unscaled.remaining()];
        unscaled.duplicate().get(bytes);
        return new BigDecimal(new BigInteger(bytes), 4);
    }

    private static BigDecimal decimal(Money money) {
        return new BigDecimal(new BigInteger(money.bytes()), 4);
    }

    @Test
    void bloomFiltersAreWrittenWhereAskedFor() throws Exception {
        Path file = folder.resolve("bloom.parquet");
        ParquetOptions options =
                ParquetOptions.defaults().withBloomFilterColumns(Set.of("isin", "symbol"));
        java.time.LocalDate day = java.time.LocalDate.of(2025, 6, 18);
        List<SpecificRecordBase> bars = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            bars.add(Rows.bar(day, i));
        }
        // Without a dictionary, which would answer the same question better.
        write(file, options.withDictionaries(false), Rows.bar(day, 0).getSchema(), bars);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT path_in_schema FROM parquet_metadata('"
                                        + file
                                        + "') WHERE bloom_filter_offset IS NOT NULL ORDER BY 1")) {
            List<String> columns = new ArrayList<>();
            while (row.next()) {
                columns.add(row.getString(1));
            }
            assertThat(columns).containsExactly("isin", "symbol");
        }
    }

    /** Levels and ids come in runs and out of them; dictionaries fill up within a chunk. */
    @Test
    void columnsThatChangeTheirCharacterComeBack() throws Exception {
        java.time.LocalDate day = java.time.LocalDate.of(2025, 6, 18);
        List<SpecificRecordBase> bars = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            EquityOhlc bar = Rows.bar(day, i % 5_000);
            // Few texts first, then more than a dictionary holds.
            bar.setName(i < 25_000 ? "NAME " + i % 10 : "\u20b9".repeat(20) + i);
            bar.setIsin(i / 10_000 % 2 == 0 ? null : bar.getIsin());
            bar.setOpen(i < 30_000 ? 1.5 * (i % 100) : i / 3.0);
            bar.setClose(i % 2 == 0 ? null : -0.0);
            bars.add(bar);
        }
        Schema schema = EquityOhlc.getClassSchema();
        for (ParquetOptions options :
                List.of(
                        ParquetOptions.defaults(),
                        ParquetOptions.defaults().withRowGroupBytes(2 << 20))) {
            Path file = folder.resolve(options.rowGroupBytes() + ".parquet");
            write(file, options, schema, bars);
            assertThat(read(file, schema)).isEqualTo(bars);
            try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                    Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery(
                                    "SELECT count(DISTINCT name), count(isin), min(close), max(open),"
                                            + " count() FILTER (encodings LIKE '%DICTIONARY%') > 0"
                                            + " FROM '"
                                            + file
                                            + "', (SELECT * FROM parquet_metadata('"
                                            + file
                                            + "') WHERE path_in_schema = 'name' LIMIT 1)")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo(25_010);
                assertThat(row.getLong(2)).isEqualTo(20_000);
                assertThat(row.getDouble(3)).isZero();
                assertThat(row.getDouble(4)).isEqualTo(49_999 / 3.0);
                assertThat(row.getBoolean(5)).isTrue();
            }
        }
    }

    private static List<SpecificRecordBase> rows() {
        List<SpecificRecordBase> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(Rows.everyType(i));
        }
        return rows;
    }

    private static void write(
            Path file, ParquetOptions options, Schema schema, List<SpecificRecordBase> rows)
            throws IOException {
        try (FSDataOutputStream out =
                        FileSystem.getLocalFileSystem()
                                .create(
                                        new org.apache.flink.core.fs.Path(file.toUri()),
                                        WriteMode.NO_OVERWRITE);
                PageMaker maker = new PageMaker(options);
                ContractFileWriter writer = ParquetFiles.writer(out, schema, options, maker)) {
            for (SpecificRecordBase row : rows) {
                writer.write(row);
            }
        }
    }

    private static List<SpecificRecordBase> read(Path file, Schema schema) throws IOException {
        List<SpecificRecordBase> rows = new ArrayList<>();
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(file.toUri());
        FileSystem fs = FileSystem.getLocalFileSystem();
        try (ParquetReader<SpecificRecordBase> reader =
                new ParquetReader.Builder<SpecificRecordBase>(
                        new ParquetFiles.OpenInputFile(
                                fs.open(path), fs.getFileStatus(path).getLen()),
                        new PlainParquetConfiguration()) {
                    @Override
                    protected ReadSupport<SpecificRecordBase> getReadSupport() {
                        return new ContractReadSupport(
                                schema, ContractReadSupport.model(Four.class.getClassLoader()));
                    }
                }.build()) {
            for (SpecificRecordBase row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }
}
