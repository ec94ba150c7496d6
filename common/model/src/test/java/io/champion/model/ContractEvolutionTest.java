package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContractEvolutionTest {

    private static final String PLACE = "{'layer': 'raw', 'name': 'r', 'table': 'r'}";

    private static Schema contract(String version, String fields) {
        return contract("R", PLACE, version, fields);
    }

    private static Schema contract(String name, String place, String version, String fields) {
        return new Schema.Parser()
                .parse(
                        """
                        {'type': 'record', 'name': '%s', 'dataset': %s, 'fields': [
                          {'name': 'schema_version', 'type': 'string', 'default': '%s'}%s]}
                        """
                                .formatted(
                                        name, place, version, fields.isEmpty() ? "" : ", " + fields)
                                .replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {'name': 'a', 'type': 'int'} | {'name': 'a', 'type': 'int'}, {'name': 'b', 'type': ['null', 'double'], 'default': null}
                    {'name': 'a', 'type': 'int'} | {'name': 'b', 'type': 'string', 'default': ''}, {'name': 'a', 'type': 'int'}
                    {'name': 'a', 'type': 'int'} | {'name': 'a', 'type': 'long'}
                    {'name': 'a', 'type': 'float'} | {'name': 'a', 'type': 'double'}
                    {'name': 'a', 'type': ['null', 'int']} | {'name': 'a', 'type': ['null', 'long']}
                    {'name': 'a', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['EQ', 'BE']}} | {'name': 'a', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['EQ', 'BE', 'SM']}}
                    {'name': 'a', 'type': 'double'} | {'name': 'a', 'type': ['null', 'double']}
                    {'name': 'a', 'type': {'type': 'array', 'items': 'int'}} | {'name': 'a', 'type': {'type': 'array', 'items': 'long'}}
                    {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': []}} | {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': [{'name': 'x', 'type': 'int', 'default': 0}]}}
                    """)
    void anExtensionIsAllowedUnderANewMinorVersion(String before, String now) {
        assertThat(
                        ContractEvolution.violations(
                                contract("v1.0.0", before), contract("v1.1.0", now)))
                .isEmpty();
        assertThat(
                        ContractEvolution.violations(
                                contract("v1.0.0", before), contract("v1.0.1", now)))
                .singleElement()
                .hasToString(
                        "Field 'schema_version': the contract was extended but is still v1.0.1."
                                + " Raise the minor version.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {'name': 'a', 'type': 'int'} | | a | was removed
                    {'name': 'a', 'type': 'int'} | {'name': 'b', 'type': 'int', 'aliases': ['a'], 'default': 0} | a | was renamed to 'b'
                    {'name': 'a', 'type': 'string'} | {'name': 'a', 'type': 'int'} | a | type changed from string to int
                    {'name': 'a', 'type': 'string'} | {'name': 'a', 'type': 'bytes'} | a | type changed from string to bytes
                    {'name': 'a', 'type': 'int'} | {'name': 'a', 'type': 'double'} | a | type changed from int to double
                    {'name': 'a', 'type': 'long'} | {'name': 'a', 'type': 'int'} | a | narrowed from long to int
                    {'name': 'a', 'type': 'double'} | {'name': 'a', 'type': 'float'} | a | narrowed from double to float
                    {'name': 'a', 'type': ['null', 'long']} | {'name': 'a', 'type': ['null', 'int']} | a | narrowed from long to int
                    {'name': 'a', 'type': ['null', 'long']} | {'name': 'a', 'type': 'long'} | a | was nullable and is required now
                    {'name': 'a', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['EQ', 'BE', 'SM']}} | {'name': 'a', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['EQ', 'BE']}} | a | symbol SM was removed
                    {'name': 'a', 'type': {'type': 'enum', 'name': 'E', 'symbols': ['EQ']}} | {'name': 'a', 'type': {'type': 'enum', 'name': 'F', 'symbols': ['EQ']}} | a | type changed from enum E(EQ) to enum F(EQ)
                    {'name': 'a', 'type': {'type': 'fixed', 'name': 'F', 'size': 4}} | {'name': 'a', 'type': {'type': 'fixed', 'name': 'F', 'size': 8}} | a | type changed from fixed F(4) to fixed F(8)
                    {'name': 'a', 'type': {'type': 'long', 'logicalType': 'timestamp-millis'}} | {'name': 'a', 'type': {'type': 'long', 'logicalType': 'timestamp-nanos'}} | a | from long timestamp-millis to long timestamp-nanos
                    {'name': 'a', 'type': {'type': 'int', 'logicalType': 'date'}} | {'name': 'a', 'type': 'int'} | a | from int date to int
                    {'name': 'a', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 18, 'scale': 4}} | {'name': 'a', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 18, 'scale': 2}} | a | from bytes decimal(18, 4) to bytes decimal(18, 2)
                    {'name': 'a', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 18}} | {'name': 'a', 'type': {'type': 'bytes', 'logicalType': 'decimal', 'precision': 9}} | a | from bytes decimal(18, 0) to bytes decimal(9, 0)
                    {'name': 'a', 'type': 'int'} | {'name': 'a', 'type': 'int'}, {'name': 'b', 'type': 'int'} | b | added without a default
                    {'name': 'a', 'type': 'int', 'default': 1} | {'name': 'a', 'type': 'int'} | a | default was removed
                    {'name': 'a', 'type': 'int', 'default': 1} | {'name': 'a', 'type': 'int', 'default': 2} | a | default changed from 1 to 2
                    {'name': 'a', 'type': 'long', 'unit': 'shares'} | {'name': 'a', 'type': 'long', 'unit': 'INR'} | a | unit changed from shares to INR
                    {'name': 'a', 'type': 'long', 'unit': 'shares'} | {'name': 'a', 'type': 'long'} | a | unit changed from shares to none
                    {'name': 'a', 'type': {'type': 'array', 'items': 'long'}} | {'name': 'a', 'type': {'type': 'array', 'items': 'int'}} | a.element | narrowed from long to int
                    {'name': 'a', 'type': {'type': 'map', 'values': 'string'}} | {'name': 'a', 'type': {'type': 'map', 'values': 'int'}} | a.value | type changed from string to int
                    {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': [{'name': 'x', 'type': 'int'}]}} | {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': []}} | a.x | was removed
                    {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': []}} | {'name': 'a', 'type': {'type': 'record', 'name': 'N', 'fields': [{'name': 'x', 'type': 'int'}]}} | a.x | added without a default
                    """)
    void aBreakingChangeIsForbiddenAndNamesTheField(
            String before, String now, String field, String message) {
        // Even a raised version does not make it right.
        assertThat(
                        ContractEvolution.violations(
                                contract("v1.0.0", before),
                                contract("v1.1.0", now == null ? "" : now)))
                .singleElement()
                .satisfies(
                        violation -> {
                            assertThat(violation.field()).isEqualTo(field);
                            assertThat(violation.message()).contains(message);
                            assertThat(violation)
                                    .hasToString("Field '" + field + "': " + violation.message());
                        });
    }

    @Test
    void everyForbiddenChangeIsListed() {
        Schema before =
                contract("v1.0.0", "{'name': 'a', 'type': 'long'}, {'name': 'b', 'type': 'int'}");
        Schema now =
                contract("v1.1.0", "{'name': 'a', 'type': 'int'}, {'name': 'c', 'type': 'int'}");

        assertThat(ContractEvolution.violations(before, now))
                .extracting(ContractEvolution.Violation::field)
                .containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource({
        "v1.0.0, true, still v1.0.0. Raise the version.",
        "v1.0.1, true,",
        "v1.1.0, true,",
        "v1.0.0, false,",
        "v0.9.0, false, major version changed",
        "v2.0.0, true, A new major version is a file of its own",
    })
    void betterWordsRaiseTheVersion(String version, boolean reworded, String message) {
        Schema before = contract("v1.0.0", "{'name': 'a', 'type': 'int', 'doc': 'One.'}");
        Schema now =
                contract(
                        version,
                        "{'name': 'a', 'type': 'int', 'doc': '%s'}"
                                .formatted(reworded ? "Two." : "One."));

        if (message == null) {
            assertThat(ContractEvolution.violations(before, now)).isEmpty();
        } else {
            assertThat(ContractEvolution.violations(before, now))
                    .singleElement()
                    .asString()
                    .startsWith("Field 'schema_version'")
                    .contains(message);
        }
    }

    @Test
    void aVersionDoesNotGoBack() {
        assertThat(ContractEvolution.violations(contract("v1.2.0", ""), contract("v1.1.9", "")))
                .singleElement()
                .asString()
                .contains("v1.1.9 is older than the released v1.2.0");
    }

    @Test
    void aContractKeepsItsNameAndPlace() {
        Schema before = contract("v1.0.0", "");
        Schema now = contract("S", "{'layer': 'raw', 'name': 's', 'table': 'r'}", "v1.1.0", "");

        assertThat(ContractEvolution.violations(before, now))
                .extracting(ContractEvolution.Violation::toString)
                .satisfiesExactly(
                        first -> assertThat(first).contains("R was renamed to S"),
                        second -> assertThat(second).contains("place of the data changed"));
    }
}
