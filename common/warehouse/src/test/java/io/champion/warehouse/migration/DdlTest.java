package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every file of clickhouse/ddl against its contract, as a real engine understands it. */
class DdlTest {

    private static final String DATABASE = "champion_market";

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static ClickHouse clickHouse;
    private static Map<String, GenericRecord> tables;

    @BeforeAll
    static void apply() throws Exception {
        engine = EmbeddedClickHouse.start(store);
        ClickHouseConfig config = ClickHouseConfig.of(engine.url());
        Migrations.of(config, null, Retention.STANDARD).apply();
        clickHouse = ClickHouse.connect(config);
        tables =
                clickHouse
                        .query(
                                "SELECT name, engine, engine_full, partition_key, sorting_key FROM"
                                        + " system.tables WHERE database = '"
                                        + DATABASE
                                        + "'")
                        .stream()
                        .collect(Collectors.toMap(row -> row.getString("name"), row -> row));
    }

    @AfterAll
    static void stop() throws IOException {
        clickHouse.close();
        engine.close();
    }

    static List<Dataset> datasets() {
        return List.copyOf(Dataset.all());
    }

    static List<Migration> files() {
        return Migration.ofThisRelease();
    }

    private static GenericRecord table(Dataset dataset) {
        assertThat(tables).as("Every contract has a table").containsKey(dataset.table());
        return tables.get(dataset.table());
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void columnsAreThoseOfTheContractInItsOrder(Dataset dataset) {
        List<String> expected = new ArrayList<>();
        TypeMapping.columns(dataset.schema())
                .forEach(
                        column ->
                                expected.add(
                                        column.name()
                                                + " "
                                                + TypeMapping.clickHouse(column.type())));
        expected.add(WarehouseSink.COMMIT_COLUMN + " String");

        List<String> actual =
                clickHouse
                        .query(
                                "SELECT name, replaceRegexpOne(type, '^LowCardinality\\\\((.*)\\\\)$',"
                                        + " '\\\\1') AS type FROM system.columns WHERE database = '"
                                        + DATABASE
                                        + "' AND table = '"
                                        + dataset.table()
                                        + "' ORDER BY position")
                        .stream()
                        .map(row -> row.getString("name") + " " + row.getString("type"))
                        .toList();

        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void partitionsAreThoseOfTheContract(Dataset dataset) {
        Function<String, String> of = function -> function + "(" + dataset.partitionTime() + ")";
        assertThat(table(dataset).getString("partition_key"))
                .isEqualTo(
                        switch (dataset.tablePartition()) {
                            case "month" -> of.apply("toYYYYMM");
                            case "day" -> of.apply("toYYYYMMDD");
                            default -> "";
                        });
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void aSymbolNeverStandsAloneInTheKey(Dataset dataset) {
        List<String> key = List.of(table(dataset).getString("sorting_key").split(", "));
        assertThat(key).isNotEmpty();
        if (key.contains("symbol")) {
            assertThat(key).contains("exchange");
            if (dataset.schema().getField("series") != null) {
                assertThat(key).contains("series");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void aRetriedInsertIsRecognized(Dataset dataset) {
        assertThat(table(dataset).getString("engine_full"))
                .contains("non_replicated_deduplication_window = 10000")
                .contains("replicated_deduplication_window = 10000")
                .contains("replicated_deduplication_window_seconds = 604800");
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void onlyReferenceDataIsReplacedInMerges(Dataset dataset) {
        assertThat(table(dataset).getString("engine"))
                .isEqualTo(
                        dataset.tablePartition().equals("none")
                                ? "ReplacingMergeTree"
                                : "MergeTree");
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void rowsGoWhenTheRetentionOfTheirLayerSays(Dataset dataset) {
        String years =
                switch (dataset.layer()) {
                    case RAW -> "toIntervalYear(5)";
                    case NORMALIZED -> "toIntervalYear(3)";
                    case FEATURES -> "toIntervalYear(1)";
                    case GOLD, QUARANTINE -> null;
                };
        boolean stays = years == null || dataset.tablePartition().equals("none");
        assertThat(table(dataset).getString("engine_full").contains(" TTL ")).isEqualTo(!stays);
        if (!stays) {
            assertThat(table(dataset).getString("engine_full"))
                    .contains(dataset.partitionTime())
                    .contains(years);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileIsNamedAfterWhatItMakes(Migration file) {
        if (file.version() > 1) {
            assertThat(tables).containsKey(file.name());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyStatementCanBeRunTwice(Migration file) {
        file.statements(new Placeholders(DATABASE, null, Retention.STANDARD))
                .forEach(clickHouse::execute);
    }

    /**
     * No Keeper is embedded: that the statements run on a cluster is not tried, only their form.
     */
    @ParameterizedTest
    @MethodSource("files")
    void theFormForAClusterIsUnderstood(Migration file) {
        for (String statement :
                file.statements(new Placeholders(DATABASE, "prod", Retention.STANDARD))) {
            String formatted =
                    clickHouse
                            .query(
                                    "SELECT formatQuerySingleLine("
                                            + ClickHouse.literal(statement)
                                            + ") AS query")
                            .get(0)
                            .getString("query");
            assertThat(formatted).contains("ON CLUSTER prod");
            if (TableDefinition.isOne(statement)) {
                assertThat(formatted)
                        .containsPattern(
                                "ENGINE = Replicated\\w*MergeTree\\('/clickhouse/tables/\\{uuid\\}/\\{shard\\}', '\\{replica\\}'");
            }
        }
    }

    @Test
    void everyTableHasAFile() {
        List<String> made = files().stream().map(Migration::name).toList();
        assertThat(tables.keySet())
                .allSatisfy(
                        name ->
                                assertThat(made.contains(name) || name.equals(History.TABLE))
                                        .as(name)
                                        .isTrue());
    }
}
