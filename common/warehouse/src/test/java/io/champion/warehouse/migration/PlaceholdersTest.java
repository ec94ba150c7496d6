package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceholdersTest {

    private static final Placeholders SERVER = new Placeholders("db", null, Retention.FOREVER);
    private static final Placeholders CLUSTER = new Placeholders("db", "c1", Retention.STANDARD);

    private static final String TEMPLATE =
            "CREATE TABLE {database}.t {on_cluster} (d Date) ENGINE ="
                    + " {engine:ReplacingMergeTree(v)} ORDER BY d {ttl:raw:d}";

    @Test
    void oneTextServesServerAndCluster() {
        assertThat(SERVER.fillIn(TEMPLATE))
                .isEqualTo(
                        "CREATE TABLE `db`.t  (d Date) ENGINE = ReplacingMergeTree(v) ORDER BY d ");
        assertThat(CLUSTER.fillIn(TEMPLATE))
                .isEqualTo(
                        "CREATE TABLE `db`.t ON CLUSTER `c1` (d Date) ENGINE ="
                                + " ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}',"
                                + " '{replica}', v) ORDER BY d TTL d + toIntervalYear(5)");
    }

    @Test
    void aPlainEngineHasNoArguments() {
        assertThat(SERVER.fillIn("{engine:MergeTree}")).isEqualTo("MergeTree");
        assertThat(CLUSTER.fillIn("{engine:MergeTree}"))
                .isEqualTo("ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{databse}",
                "{}",
                "{database:x}",
                "{engine}",
                "{engine:Memory}",
                "{engine:MergeTree() ORDER BY x}",
                "{engine:MergeTree('a')}",
                "{ttl:raw}",
                "{ttl:bronze:d}",
                "{ttl:raw:d; DROP TABLE x}",
                "a { b",
                "a } b",
                "{{database}}",
            })
    void refusesWhatItDoesNotKnow(String template) {
        assertThatThrownBy(() -> SERVER.fillIn(template))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a`; DROP DATABASE x; --", "a.b", "1a", "{shard}"})
    void namesArePlain(String name) {
        assertThatThrownBy(() -> new Placeholders(name, null, Retention.FOREVER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "' is no name");
        assertThatThrownBy(() -> new Placeholders("db", name, Retention.FOREVER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "' is no name");
    }
}
