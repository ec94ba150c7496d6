package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnType.Column;
import org.apache.avro.Schema;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeMappingTest {

    private static Schema recordOf(String type) {
        return new Schema.Parser()
                .parse(
                        "{'type': 'record', 'name': 'R', 'fields': [{'name': 'f', 'type': %s}]}"
                                .formatted(type)
                                .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    'boolean' | required boolean f; | Bool
                    'int' | required int32 f; | Int32
                    'long' | required int64 f; | Int64
                    'float' | required float f; | Float32
                    'double' | required double f; | Float64
                    'string' | required binary f (STRING); | String
                    'bytes' | required binary f; | String
                    {'type': 'fixed', 'name': 'F', 'size': 5} | required fixed_len_byte_array(5) f; | FixedString(5)
                    {'type': 'enum', 'name': 'E', 'symbols': ['A']} | required binary f (ENUM); | String
                    {'type': 'array', 'items': 'int'} | required group f (LIST) { repeated group list { required int32 element; } } | Array(Int32)
                    {'type': 'array', 'items': ['null', 'int']} | required group f (LIST) { repeated group list { optional int32 element; } } | Array(Nullable(Int32))
                    {'type': 'map', 'values': 'long'} | required group f (MAP) { repeated group key_value { required binary key (STRING); required int64 value; } } | Map(String, Int64)
                    {'type': 'map', 'values': ['null', 'string']} | required group f (MAP) { repeated group key_value { required binary key (STRING); optional binary value (STRING); } } | Map(String, Nullable(String))
                    {'type': 'record', 'name': 'N', 'fields': [{'name': 'a', 'type': 'int'}, {'name': 'b', 'type': ['null', 'string']}]} | required group f { required int32 a; optional binary b (STRING); } | Tuple(a Int32, b Nullable(String))
                    ['null', 'double'] | optional double f; | Nullable(Float64)
                    ['double', 'null'] | optional double f; | Nullable(Float64)
                    {'type': 'int', 'logicalType': 'date'} | required int32 f (DATE); | Date
                    {'type': 'long', 'logicalType': 'timestamp-millis'} | required int64 f (TIMESTAMP(MILLIS,true)); | DateTime64(3, 'UTC')
                    {'type': 'long', 'logicalType': 'timestamp-micros'} | required int64 f (TIMESTAMP(MICROS,true)); | DateTime64(6, 'UTC')
                    {'type': 'long', 'logicalType': 'timestamp-nanos'} | required int64 f (TIMESTAMP(NANOS,true)); | DateTime64(9, 'UTC')
                    ['null', {'type': 'long', 'logicalType': 'timestamp-nanos'}] | optional int64 f (TIMESTAMP(NANOS,true)); | Nullable(DateTime64(9, 'UTC'))
                    {'type': 'bytes', 'logicalType': 'decimal', 'precision': 38, 'scale': 6} | required binary f (DECIMAL(38,6)); | Decimal(38, 6)
                    {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9} | required binary f (DECIMAL(9,0)); | Decimal(9, 0)
                    {'type': 'fixed', 'name': 'D', 'size': 8, 'logicalType': 'decimal', 'precision': 18, 'scale': 4} | required fixed_len_byte_array(8) f (DECIMAL(18,4)); | Decimal(18, 4)
                    """)
    void mapsEveryTypeOfTheTable(String avro, String parquet, String clickHouse) {
        Schema contract = recordOf(avro);

        assertThat(TypeMapping.parquet(contract))
                .isEqualTo(MessageTypeParser.parseMessageType("message R { " + parquet + " }"));
        assertThat(TypeMapping.clickHouse(TypeMapping.columns(contract).get(0).type()))
                .isEqualTo(clickHouse);
    }

    @Test
    void leavesOutANullFieldAndKeepsThePositionsOfTheOthers() {
        Schema contract =
                new Schema.Parser()
                        .parse(
                                """
                                {"type": "record", "name": "R", "fields": [
                                  {"name": "nothing", "type": "null"},
                                  {"name": "something", "type": "int"}]}
                                """);

        assertThat(TypeMapping.columns(contract))
                .extracting(Column::name, Column::position)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("something", 1));
        assertThat(TypeMapping.parquet(contract).getFieldCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    ['int', 'string'] | f | the union
                    ['null', 'int', 'string'] | f | the union
                    ['null'] | f | the union
                    ['null', {'type': 'array', 'items': 'int'}] | f | a nullable array
                    ['null', {'type': 'map', 'values': 'int'}] | f | a nullable map
                    ['null', {'type': 'record', 'name': 'N', 'fields': []}] | f | a nullable struct
                    {'type': 'fixed', 'name': 'D', 'size': 12, 'logicalType': 'duration'} | f | a duration
                    {'type': 'int', 'logicalType': 'time-millis'} | f | the logical type time-millis
                    {'type': 'string', 'logicalType': 'uuid'} | f | the logical type uuid
                    {'type': 'long', 'logicalType': 'local-timestamp-millis'} | f | the logical type local-timestamp-millis
                    {'type': 'int', 'logicalType': 'timestamp-nanos'} | f | the logical type timestamp-nanos of int
                    {'type': 'bytes', 'logicalType': 'decimal', 'precision': 77} | f | a decimal of 77 digits
                    {'type': 'fixed', 'name': 'D', 'size': 2, 'logicalType': 'decimal', 'precision': 9} | f | the decimal
                    {'type': 'bytes', 'logicalType': 'decimal', 'precision': 4, 'scale': 5} | f | the decimal
                    {'type': 'array', 'items': ['int', 'long']} | f.element | the union
                    {'type': 'map', 'values': 'null'} | f.value | null
                    {'type': 'record', 'name': 'N', 'fields': [{'name': 'a', 'type': {'type': 'array', 'items': ['int', 'long']}}]} | f.a.element | the union
                    {'type': 'array', 'items': 'R'} | f.element | a record that holds itself
                    """)
    void refusesWhatNoStoreHoldsAndNamesTheField(String avro, String field, String what) {
        assertThatThrownBy(() -> TypeMapping.columns(recordOf(avro)))
                .isInstanceOfSatisfying(
                        UnsupportedTypeException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageStartingWith("Field '" + field + "': " + what)
                .hasMessageContaining("is not supported");
    }
}
