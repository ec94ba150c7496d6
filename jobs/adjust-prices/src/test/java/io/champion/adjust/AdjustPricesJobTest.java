package io.champion.adjust;

import static io.champion.adjust.Bars.action;
import static io.champion.adjust.Bars.bar;
import static io.champion.adjust.Bars.day;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.query.GenericRecord;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityAdjusted;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseGeneration;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, from a lake into a lake and a real ClickHouse. */
class AdjustPricesJobTest {

    private static final int DAYS = 34;
    private static final Dataset ADJUSTED = Dataset.of(EquityAdjusted.getClassSchema());
    private static final AtomicInteger DATABASES = new AtomicInteger();

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;

    @TempDir Path home;
    private ClickHouseConfig warehouse;
    private org.apache.flink.core.fs.Path lake;

    @BeforeAll
    static void startEngine() throws Exception {
        engine = EmbeddedClickHouse.start(store);
    }

    @AfterAll
    static void stopEngine() throws Exception {
        engine.close();
    }

    @BeforeEach
    void freshDatabase() throws Exception {
        warehouse =
                ClickHouseConfig.of(engine.url())
                        .withDatabase("test_" + DATABASES.incrementAndGet());
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        lake = new org.apache.flink.core.fs.Path(home.resolve("lake").toString());
    }

    private static StreamExecutionEnvironment environment() {
        return StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
    }

    private JobConfig config(String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + engine.url(),
                                "warehouse.database=" + warehouse.database()));
        arguments.addAll(List.of(options));
        return JobConfig.of(AdjustPricesJob.OPTIONS).arguments(arguments).load();
    }

    private AdjustReport run(WarehouseGeneration.Listener listener, String... options)
            throws Exception {
        JobConfig config = config(options);
        StreamExecutionEnvironment env = environment();
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return AdjustPricesJob.run(env, config, listener);
    }

    private AdjustReport run(String... options) throws Exception {
        return run(WarehouseGeneration.Listener.NONE, options);
    }

    /** Puts records into the lake, replacing the partitions that they belong to. */
    private void ingest(List<? extends SpecificRecordBase> records) throws Exception {
        TreeSet<PartitionKey> partitions = new TreeSet<>();
        records.forEach(r -> partitions.add(Dataset.of(r.getSchema()).partitionOf(r)));
        StreamExecutionEnvironment env = environment();
        JobEnvironment.configure(env, config(), Boundedness.BOUNDED);
        env.fromData(List.<SpecificRecordBase>copyOf(records), ContractTypeInfo.INSTANCE)
                .uid("records")
                .sinkTo(LakeSink.builder(lake).replacing(partitions).build())
                .uid("lake");
        env.execute();
    }

    /** Two shares on each day of a month and a half. */
    private void ingestPrices(int days) throws Exception {
        List<SpecificRecordBase> bars = new ArrayList<>();
        for (int day = 1; day <= days; day++) {
            bars.add(bar("NSE:ALPHA:EQ", day(day), day == 1 ? null : 64.0, 64, 64));
            bars.add(bar("NSE:BETA:EQ", day(day), day == 1 ? null : 10.0, 10, 10));
        }
        ingest(bars);
    }

    private List<String> inLake() throws Exception {
        LakeReader reader = new LakeReader(lake);
        List<String> rows = new ArrayList<>();
        try (CloseableIterator<SpecificRecordBase> all = reader.read(reader.partitions(ADJUSTED))) {
            all.forEachRemaining(row -> rows.add(row.toString()));
        }
        rows.sort(null);
        return rows;
    }

    private List<String> inWarehouse(String columns) {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            List<String> rows = new ArrayList<>();
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT toString(tuple("
                                    + columns
                                    + ")) FROM "
                                    + clickHouse.table("equity_adjusted")
                                    + " ORDER BY symbol, trade_date")) {
                rows.add(row.getString(1));
            }
            return rows;
        }
    }

    private Map<String, String> files() throws Exception {
        Map<String, String> files = new TreeMap<>();
        LakeReader reader = new LakeReader(lake);
        for (PartitionKey partition : reader.partitions(ADJUSTED)) {
            files.put(partition.path(), reader.inventory(partition).fingerprint());
        }
        return files;
    }

    private static CorporateAction bonus(String instrument, int exDay) {
        return action(instrument, day(exDay), CorporateActionType.BONUS, 1, 1);
    }

    @Test
    void aNewActionRewritesItsShareAndNothingNewChangesNothing() throws Exception {
        ingestPrices(DAYS);
        AdjustReport first = run();
        assertThat(first.rows()).isEqualTo(2 * DAYS);
        assertThat(first.daysReplaced()).isEqualTo(DAYS);
        assertThat(first.rewritten()).isEmpty();
        List<String> rows = inLake();
        assertThat(rows).hasSize(2 * DAYS);
        assertThat(inWarehouse("close, adjustment_factor")).hasSize(2 * DAYS).contains("(64,1)");
        Map<String, String> files = files();

        AdjustReport again = run();
        assertThat(again.daysReplaced()).isZero();
        assertThat(again.summary()).contains("Nothing changed.");
        assertThat(inLake()).isEqualTo(rows);
        assertThat(files()).as("not a file is another").isEqualTo(files);

        List<String> beta = inWarehouse("*").stream().filter(r -> r.contains("BETA")).toList();
        ingest(List.of(bonus("NSE:ALPHA:EQ", 33)));
        AdjustReport bonus = run();
        assertThat(bonus.rewritten()).containsExactly("NSE:ALPHA");
        assertThat(bonus.actionsApplied()).isEqualTo(1);
        // From 64 to 64 is a jump now; prices of the first session have no break before them.
        assertThat(bonus.breaksSuspected()).isEqualTo(1);
        assertThat(inWarehouse("symbol, break_ratio").stream().filter(r -> !r.contains("NULL")))
                .containsExactly("('ALPHA',2)");
        assertThat(bonus.daysReplaced()).as("33 with its previous close").isEqualTo(33);
        assertThat(inLake().stream().filter(row -> row.contains("BETA")))
                .containsExactlyElementsOf(
                        rows.stream().filter(row -> row.contains("BETA")).toList());
        assertThat(inWarehouse("*").stream().filter(row -> row.contains("BETA")))
                .containsExactlyElementsOf(beta);
        assertThat(
                        inWarehouse("close, volume, adjustment_factor, adjustment_date")
                                .subList(0, DAYS))
                .startsWith("(32,2002,2,'2030-02-02')")
                .endsWith("(64,1001,1,NULL)");
        JsonNode report =
                new ObjectMapper()
                        .readTree(home.resolve("runs/" + bonus.runId() + "/report.json").toFile());
        assertThat(report.path("actions_applied").get(0).path("factor").asDouble()).isEqualTo(2);
        assertThat(report.path("breaks_suspected").get(0).path("ratio").asDouble()).isEqualTo(2);
        assertThat(run().daysReplaced()).isZero();

        ingestPrices(DAYS + 1);
        AdjustReport day = run();
        assertThat(day.daysReplaced()).isEqualTo(1);
        assertThat(day.rewritten()).isEmpty();
        assertThat(inWarehouse("close")).hasSize(2 * DAYS + 2);
    }

    @Test
    void readersSeeOldPricesOrNewOnesAndARunThatDiedIsFinished() throws Exception {
        ingestPrices(DAYS);
        run();
        ingest(List.of(bonus("NSE:ALPHA:EQ", DAYS)));
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<TreeSet<String>> views =
                CompletableFuture.supplyAsync(() -> watchView(done));
        CompletableFuture<TreeSet<String>> lakes =
                CompletableFuture.supplyAsync(() -> watchLake(done));
        try {
            AtomicInteger replaced = new AtomicInteger();
            assertThatThrownBy(
                            () ->
                                    run(
                                            step -> {
                                                if (step
                                                                == WarehouseGeneration.Step
                                                                        .PARTITION_REPLACED
                                                        && replaced.incrementAndGet() == 1) {
                                                    throw new IllegalStateException("died");
                                                }
                                            }))
                    .hasMessageContaining("died");
            assertThat(inWarehouse("adjustment_factor").subList(0, DAYS - 1))
                    .as("the view switched before")
                    .containsOnly("(2)");
            AdjustReport next = run();
            assertThat(next.daysReplaced()).as("all was finished before").isZero();
        } finally {
            done.set(true);
        }
        assertThat(views.get()).contains("(1)", "(2)").hasSize(2);
        assertThat(lakes.get()).contains("1.0", "2.0").hasSize(2);
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            assertThat(
                            clickHouse.queryLong(
                                    "SELECT count() FROM system.databases WHERE name LIKE '"
                                            + warehouse.database()
                                            + "\\\\_\\\\_%'"))
                    .isZero();
        }
    }

    private TreeSet<String> watchView(AtomicBoolean done) {
        TreeSet<String> seen = new TreeSet<>();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            do {
                seen.add(
                        clickHouse
                                .query(
                                        "SELECT toString(tuple(arrayStringConcat(arraySort("
                                                + "groupUniqArray(toString(adjustment_factor))), '+')"
                                                + ")) FROM "
                                                + clickHouse.table("equity_adjusted")
                                                + " WHERE symbol = 'ALPHA' AND trade_date < '"
                                                + day(DAYS)
                                                + "'")
                                .get(0)
                                .getString(1)
                                .replace("'", ""));
            } while (!done.get());
        }
        return seen;
    }

    private TreeSet<String> watchLake(AtomicBoolean done) {
        TreeSet<String> seen = new TreeSet<>();
        try {
            LakeReader reader = new LakeReader(lake);
            List<PartitionKey> days = new ArrayList<>();
            for (int day = 1; day < DAYS; day++) {
                days.add(ADJUSTED.partitionOf(day(day)));
            }
            do {
                TreeSet<Double> factors = new TreeSet<>();
                try (CloseableIterator<SpecificRecordBase> rows = reader.read(days)) {
                    rows.forEachRemaining(
                            row -> {
                                EquityAdjusted adjusted = (EquityAdjusted) row;
                                if (adjusted.getSymbol().equals("ALPHA")) {
                                    factors.add(adjusted.getAdjustmentFactor());
                                }
                            });
                }
                seen.add(String.join("+", factors.stream().map(Object::toString).toList()));
            } while (!done.get());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return seen;
    }

    @Test
    void aNewWarehouseGetsAllThereIs() throws Exception {
        ingestPrices(3);
        run();
        warehouse = warehouse.withDatabase(warehouse.database() + "_new");
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        assertThat(run().daysReplaced()).isEqualTo(3);
        assertThat(inWarehouse("close")).hasSize(6);
    }

    @Test
    void problemsAreSentences() throws Exception {
        assertThatThrownBy(this::run)
                .isInstanceOf(AdjustException.class)
                .hasMessageContaining("has no daily prices");
        assertThatThrownBy(() -> run("adjust.break-threshold=1.5"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("above 0 and below 1");
        Path record = home.resolve("lake/.generations/20300101T000000000Z/generation.json");
        Files.createDirectories(record.getParent());
        Files.writeString(record, "{\"job\":\"tick-reprocess\",\"status\":\"APPLYING\"}");
        ingestPrices(1);
        assertThatThrownBy(this::run)
                .isInstanceOf(AdjustException.class)
                .hasMessageContaining("was not applied to its end");
    }
}
