package io.champion.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeBlockTest {

    private static final Schema ALL_TYPES =
            new Schema.Parser()
                    .parse(
                            """
                            {"type": "record", "name": "AllTypes", "fields": [
                              {"name": "nothing", "type": "null"},
                              {"name": "flag", "type": "boolean"},
                              {"name": "small", "type": "int"},
                              {"name": "large", "type": "long"},
                              {"name": "single", "type": "float"},
                              {"name": "twice", "type": "double"},
                              {"name": "text", "type": "string"},
                              {"name": "raw", "type": "bytes"},
                              {"name": "four", "type": {"type": "fixed", "name": "Four", "size": 4}},
                              {"name": "side", "type": {"type": "enum", "name": "Side", "symbols": ["BUY", "SELL"]}},
                              {"name": "day", "type": {"type": "int", "logicalType": "date"}},
                              {"name": "ms", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                              {"name": "us", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                              {"name": "ns", "type": {"type": "long", "logicalType": "timestamp-nanos"}},
                              {"name": "d9", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
                              {"name": "d18", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 4}},
                              {"name": "d38", "type": {"type": "fixed", "name": "F16", "size": 16, "logicalType": "decimal", "precision": 38, "scale": 10}},
                              {"name": "d76", "type": {"type": "bytes", "logicalType": "decimal", "precision": 76, "scale": 0}},
                              {"name": "list", "type": {"type": "array", "items": ["null", "long"]}},
                              {"name": "tags", "type": {"type": "map", "values": "string"}},
                              {"name": "leg", "type": {"type": "record", "name": "Leg", "fields": [
                                {"name": "px", "type": "double"},
                                {"name": "lots", "type": {"type": "array", "items": "int"}}]}},
                              {"name": "maybe_text", "type": ["null", "string"]},
                              {"name": "maybe_double", "type": ["null", "double"]},
                              {"name": "maybe_day", "type": ["null", {"type": "int", "logicalType": "date"}]},
                              {"name": "maybe_ms", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}]}
                            ]}
                            """);

    @TempDir static Path directory;

    private static TestWarehouse warehouse;

    @BeforeAll
    static void start() throws Exception {
        warehouse = new TestWarehouse(directory.resolve("store"));
    }

    @AfterAll
    static void stop() throws Exception {
        warehouse.close();
    }

    private static GenericData.Record row(int n) {
        GenericData.Record row = new GenericData.Record(ALL_TYPES);
        boolean odd = n % 2 == 1;
        row.put("flag", odd);
        row.put("small", -n);
        row.put("large", Long.MAX_VALUE - n);
        row.put("single", n + 0.5f);
        row.put("twice", -n / 4.0);
        row.put("text", "zeile " + n / 3 + " ₹");
        row.put("raw", ByteBuffer.wrap(new byte[] {'r', (byte) ('0' + n)}));
        row.put(
                "four",
                new GenericData.Fixed(
                        ALL_TYPES.getField("four").schema(),
                        ("ab0" + n).getBytes(StandardCharsets.US_ASCII)));
        row.put(
                "side",
                new GenericData.EnumSymbol(
                        ALL_TYPES.getField("side").schema(), odd ? "BUY" : "SELL"));
        row.put("day", LocalDate.of(1970, 1, 1).plusDays(n * 10_000L));
        row.put("ms", Instant.parse("2025-06-18T03:45:00.123Z").plusMillis(n));
        row.put("us", Instant.parse("1969-12-31T23:59:59.999999Z").plusNanos(n * 1_000L));
        row.put("ns", 1_750_218_300_123_456_789L + n);
        row.put("d9", new BigDecimal(odd ? "-1234567.89" : "1234567.8"));
        row.put("d18", new BigDecimal("99999999999999.9999"));
        row.put("d38", new BigDecimal("-1234567890123456789012345678.0123456789"));
        row.put("d76", new BigDecimal("9".repeat(76)).negate().add(BigDecimal.valueOf(n)));
        row.put("list", n == 0 ? List.of() : java.util.Arrays.asList((long) n, null, 7L));
        row.put("tags", n == 1 ? Map.of() : Map.of("k" + n, "v"));
        GenericData.Record leg = new GenericData.Record(ALL_TYPES.getField("leg").schema());
        leg.put("px", 1.25 * n);
        leg.put("lots", List.of(n, n + 1));
        row.put("leg", leg);
        row.put("maybe_text", odd ? null : "t" + n);
        row.put("maybe_double", odd ? 2.5 : null);
        row.put("maybe_day", odd ? null : LocalDate.of(2149, 6, 6));
        row.put("maybe_ms", odd ? Instant.EPOCH : null);
        return row;
    }

    private static SealedBlock write(NativeBlock block, String name) throws Exception {
        org.apache.flink.core.fs.Path file =
                new org.apache.flink.core.fs.Path(directory.resolve(name).toUri());
        BlockFile.Written written = BlockFile.write(block, file);
        return new SealedBlock(
                new BlockId("s", "1", 0, 0, 0, 7),
                "d",
                "all_types",
                "all",
                file.toString(),
                block.rows(),
                written.bytes(),
                written.checksum(),
                0);
    }

    @Test
    void everyTypeArrivesAsItWas() throws Exception {
        String columns =
                TypeMapping.columns(ALL_TYPES).stream()
                        .map(c -> c.name() + " " + TypeMapping.clickHouse(c.type()))
                        .map(c -> c.equals("text String") ? "text LowCardinality(String)" : c)
                        .collect(Collectors.joining(", "));
        warehouse.clickHouse.execute(
                "CREATE TABLE all_types ("
                        + columns
                        + ", commit_id LowCardinality(String) MATERIALIZED '') ENGINE = MergeTree"
                        + " ORDER BY large SETTINGS non_replicated_deduplication_window = 10");
        NativeBlock block = new NativeBlock(ALL_TYPES);
        for (int n = 0; n < 4; n++) {
            block.add(row(n));
        }
        SealedBlock sealed = write(block, "all.block");
        BlockTarget target = new BlockTarget(warehouse.clickHouse, "all_types");
        assertThat(target.holds("b1", "all")).isFalse();
        target.insert(BlockFile.read(sealed), "b1", "all");
        assertThat(target.holds("b1", "all")).isTrue();

        ByteArrayOutputStream json = new ByteArrayOutputStream();
        warehouse.clickHouse.query(
                "SELECT *, commit_id FROM all_types ORDER BY small DESC"
                        + " SETTINGS output_format_json_quote_64bit_integers = 1,"
                        + " output_format_json_quote_decimals = 1",
                "JSONEachRow",
                json);
        String[] rows = json.toString(StandardCharsets.UTF_8).split("\n");
        assertThat(rows).hasSize(4);
        assertThat(rows[0])
                .isEqualTo(
                        "{\"flag\":false,\"small\":0,\"large\":\"9223372036854775807\",\"single\":0.5,"
                                + "\"twice\":0,\"text\":\"zeile 0 ₹\",\"raw\":\"r0\",\"four\":\"ab00\","
                                + "\"side\":\"SELL\",\"day\":\"1970-01-01\",\"ms\":\"2025-06-18 03:45:00.123\","
                                + "\"us\":\"1969-12-31 23:59:59.999999\","
                                + "\"ns\":\"2025-06-18 03:45:00.123456789\",\"d9\":\"1234567.8\","
                                + "\"d18\":\"99999999999999.9999\","
                                + "\"d38\":\"-1234567890123456789012345678.0123456789\","
                                + "\"d76\":\"-"
                                + "9".repeat(76)
                                + "\",\"list\":[],\"tags\":{\"k0\":\"v\"},\"leg\":{\"px\":0,\"lots\":[0,1]},"
                                + "\"maybe_text\":\"t0\",\"maybe_double\":null,\"maybe_day\":\"2149-06-06\","
                                + "\"maybe_ms\":null,\"commit_id\":\"b1\"}");
        assertThat(rows[3])
                .isEqualTo(
                        "{\"flag\":true,\"small\":-3,\"large\":\"9223372036854775804\",\"single\":3.5,"
                                + "\"twice\":-0.75,\"text\":\"zeile 1 ₹\",\"raw\":\"r3\",\"four\":\"ab03\","
                                + "\"side\":\"BUY\",\"day\":\"2052-02-20\",\"ms\":\"2025-06-18 03:45:00.126\","
                                + "\"us\":\"1970-01-01 00:00:00.000002\","
                                + "\"ns\":\"2025-06-18 03:45:00.123456792\",\"d9\":\"-1234567.89\","
                                + "\"d18\":\"99999999999999.9999\","
                                + "\"d38\":\"-1234567890123456789012345678.0123456789\","
                                + "\"d76\":\"-"
                                + "9".repeat(75)
                                + "6\",\"list\":[\"3\",null,\"7\"],\"tags\":{\"k3\":\"v\"},"
                                + "\"leg\":{\"px\":3.75,\"lots\":[3,4]},"
                                + "\"maybe_text\":null,\"maybe_double\":2.5,\"maybe_day\":null,"
                                + "\"maybe_ms\":\"1970-01-01 00:00:00.000\",\"commit_id\":\"b1\"}");
    }

    @Test
    void aRowThatDoesNotFitLeavesNothingBehind() throws Exception {
        NativeBlock clean = new NativeBlock(ALL_TYPES);
        clean.add(row(0));
        clean.add(row(2));
        NativeBlock mended = new NativeBlock(ALL_TYPES);
        mended.add(row(0));
        for (String field : List.of("day", "d9", "d18", "maybe_day", "leg", "tags")) {
            GenericData.Record bad = row(1);
            bad.put(
                    field,
                    switch (field) {
                        case "day" -> LocalDate.of(1969, 12, 31);
                        case "maybe_day" -> LocalDate.of(2149, 6, 7);
                        case "d9" -> new BigDecimal("1.005");
                        case "d18" -> new BigDecimal("100000000000000.0000");
                        default -> null;
                    });
            assertThatThrownBy(() -> mended.add(bad))
                    .isInstanceOf(UnstorableException.class)
                    .hasMessageContaining("Field '" + field + "' is ");
        }
        mended.add(row(2));
        assertThat(bytes(mended)).isEqualTo(bytes(clean));
    }

    @Test
    void aNullInsideAnArrayOfNoNullsLeavesNothingBehind() throws Exception {
        Schema schema =
                new Schema.Parser()
                        .parse(
                                """
                                {"type": "record", "name": "R", "fields": [
                                  {"name": "s", "type": "string"},
                                  {"name": "a", "type": {"type": "array", "items": "string"}},
                                  {"name": "m", "type": {"type": "map", "values": {"type": "array", "items": "string"}}}]}
                                """);
        NativeBlock clean = new NativeBlock(schema);
        NativeBlock mended = new NativeBlock(schema);
        GenericData.Record good = new GenericData.Record(schema);
        good.put("s", "same");
        good.put("a", List.of("x", "yy"));
        good.put("m", Map.of("k", List.of("v", "w")));
        GenericData.Record badArray = new GenericData.Record(schema);
        badArray.put("s", "same");
        badArray.put("a", java.util.Arrays.asList("z", "z", null));
        badArray.put("m", Map.of());
        GenericData.Record badMap = new GenericData.Record(schema);
        badMap.put("s", "other");
        badMap.put("a", List.of("q"));
        badMap.put("m", Map.of("k", java.util.Arrays.asList("v", null)));
        for (int i = 0; i < 3; i++) {
            clean.add(good);
            mended.add(good);
            assertThatThrownBy(() -> mended.add(badArray)).hasMessageContaining("a.element");
            assertThatThrownBy(() -> mended.add(badMap)).hasMessageContaining("m.value.element");
        }
        assertThat(bytes(mended)).isEqualTo(bytes(clean));
    }

    @Test
    void stringsThatHardlyRepeatAreNotLookedUpInTheNextBlocks() throws Exception {
        ColumnType text = new ColumnType(ColumnType.Kind.STRING, false, 0, 0, 0, List.of());
        NativeColumn column = NativeColumn.of(new Column("text", 0, text));
        for (int i = 0; i < 20_000; i++) {
            column.add("text " + i);
        }
        column.truncate(0);
        List<String> types = new ArrayList<>();
        for (int block = 0; block < 20; block++) {
            column.add("a");
            column.add("a");
            types.add(column.type("String"));
            column.truncate(0);
        }
        assertThat(types.subList(0, 15)).containsOnly("String");
        assertThat(types.subList(15, 20)).containsOnly("LowCardinality(String)");
    }

    @Test
    void aClearedBlockIsLikeANewOne() throws Exception {
        NativeBlock used = new NativeBlock(ALL_TYPES);
        used.add(row(3));
        used.clear();
        used.add(row(1));
        NativeBlock fresh = new NativeBlock(ALL_TYPES);
        fresh.add(row(1));
        assertThat(bytes(used)).isEqualTo(bytes(fresh));
        assertThat(used.rows()).isEqualTo(1);
    }

    /** Few different strings, then too many for a dictionary, in every kind of column. */
    @ParameterizedTest
    @ValueSource(ints = {3, 300, 20_000})
    void stringsArriveWhetherTheyRepeatOrNot(int different) throws Exception {
        Schema schema =
                new Schema.Parser()
                        .parse(
                                """
                                {"type": "record", "name": "R", "fields": [
                                  {"name": "n", "type": "int"},
                                  {"name": "a", "type": "string"},
                                  {"name": "b", "type": "string"},
                                  {"name": "c", "type": ["null", "string"]},
                                  {"name": "d", "type": ["null", "string"]}]}
                                """);
        int rows = 50_000;
        NativeBlock block = new NativeBlock(schema);
        GenericData.Record row = new GenericData.Record(schema);
        for (int n = 0; n < rows; n++) {
            String text = n % 7 == 0 ? "" : "₹ " + n % different;
            String orNull = n % 5 == 0 ? null : text;
            row.put("n", n);
            row.put("a", text);
            row.put("b", text);
            row.put("c", orNull);
            row.put("d", orNull);
            if (n == rows / 2) {
                row.put("c", 1);
                row.put("b", null);
                assertThatThrownBy(() -> block.add(row)).hasMessageContaining("Field 'b' is null");
                row.put("b", text);
                row.put("c", orNull);
            }
            block.add(row);
        }
        SealedBlock sealed = write(block, "repeats-" + different + ".block");
        String table = "repeats_" + different;
        warehouse.clickHouse.execute(
                "CREATE TABLE "
                        + table
                        + " (n Int32, a String, b LowCardinality(String), c Nullable(String),"
                        + " d LowCardinality(Nullable(String)), commit_id LowCardinality(String))"
                        + " ENGINE = MergeTree ORDER BY n"
                        + " SETTINGS non_replicated_deduplication_window = 10");
        new BlockTarget(warehouse.clickHouse, table)
                .insert(BlockFile.read(sealed), "b", TablePartitions.ALL);
        assertThat(
                        warehouse.clickHouse.queryLong(
                                "WITH if(n % 7 = 0, '', concat('₹ ', toString(n % "
                                        + different
                                        + "))) AS text, if(n % 5 = 0, NULL, text) AS or_null"
                                        + " SELECT countIf(a = text AND b = text AND c <=> or_null"
                                        + " AND d <=> or_null) FROM "
                                        + table))
                .isEqualTo(rows);
    }

    private static byte[] bytes(NativeBlock block) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        block.writeColumns(out);
        return out.toByteArray();
    }

    @Test
    void aDamagedOrMissingFileIsRefused() throws Exception {
        NativeBlock block = new NativeBlock(ALL_TYPES);
        block.add(row(0));
        SealedBlock sealed = write(block, "damaged.block");
        assertThat(BlockFile.read(sealed).columns())
                .isEqualTo(TypeMapping.columns(ALL_TYPES).stream().map(Column::name).toList());
        Path file = directory.resolve("damaged.block");
        byte[] bytes = java.nio.file.Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        java.nio.file.Files.write(file, bytes);
        assertThatThrownBy(() -> BlockFile.read(sealed)).hasMessageContaining("is damaged");
        FileSystem.getLocalFileSystem()
                .delete(new org.apache.flink.core.fs.Path(file.toUri()), false);
        assertThatThrownBy(() -> BlockFile.read(sealed))
                .hasMessageContaining("is gone")
                .hasMessageContaining("s:1:0:0:0:7");
    }
}
