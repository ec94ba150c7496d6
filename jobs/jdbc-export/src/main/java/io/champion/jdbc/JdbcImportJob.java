package io.champion.jdbc;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.quality.AccountingException;
import io.champion.quality.StoreCheck;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.jdbc.core.datastream.source.JdbcSource;
import org.apache.flink.connector.jdbc.core.datastream.source.JdbcSourceBuilder;
import org.apache.flink.connector.jdbc.core.datastream.source.reader.extractor.ResultExtractor;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Row;

/**
 * Reads the symbol master or corporate actions from a table of PostgreSQL into lake and warehouse:
 * {@code --config FILE} and {@code -Dkey=value}, see {@link JdbcImportOptions}, {@link
 * PostgresOptions} and {@link CommonOptions}.
 *
 * <p>The rows of the import's source are replaced as a whole; a table without rows replaces
 * nothing. No other job may write the dataset meanwhile.
 */
public final class JdbcImportJob {
    private JdbcImportJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(
                    CommonOptions.class,
                    TrackingOptions.class,
                    PostgresOptions.class,
                    JdbcImportOptions.class);

    static final String NAME = "jdbc-import";

    private static final int FETCH_ROWS = 5_000;

    /** Runs the job and prints its report. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config =
                JobConfig.fromArguments(
                        OPTIONS,
                        arguments,
                        PostgresOptions.URL,
                        JdbcImportOptions.DATASET,
                        CommonOptions.WAREHOUSE_URL);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
        System.out.print(run(env, config).summary());
    }

    /**
     * Runs the job to its end. The report is stored as {@code runs/<run id>/report.json} below the
     * home.
     *
     * @throws PostgresException if the server or the table are not what is needed, or if there is
     *     nothing to import
     * @throws ConfigException if an option has a value that makes no sense
     * @throws AccountingException if the sums do not hold; the report has been stored
     */
    public static ImportReport run(StreamExecutionEnvironment env, JobConfig config)
            throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return Tracker.job(
                config,
                Experiments.INGESTION,
                NAME,
                RunReports.id(start),
                start,
                run -> load(env, config, start, run));
    }

    private static ImportReport load(
            StreamExecutionEnvironment env, JobConfig config, Instant start, TrackedRun.Builder run)
            throws Exception {
        PostgresServer server = PostgresServer.of(config);
        Dataset dataset = dataset(config);
        String given = config.get(JdbcImportOptions.TABLE);
        TableName table =
                TableName.of(given == null ? dataset.name() : given, JdbcImportOptions.TABLE.key());
        String source = config.get(JdbcImportOptions.SOURCE);
        if (!source.matches("[a-z][a-z0-9_]*")) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + JdbcImportOptions.SOURCE.key()
                                    + "' is '"
                                    + source
                                    + "'; use small letters, digits and underscores, a letter"
                                    + " first."));
        }
        PostgresTable there = find(server, table);
        ReferenceRow rows = ReferenceRow.of(dataset, table, there, source, start);
        Home home = Home.of(config);
        PartitionKey partition = new PartitionKey(dataset.id(), dataset.folder(), "");
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
            TargetCheck.check(clickHouse, List.of(dataset.id()));
            build(env, config, home, server, rows, rows.query(table, there), partition);
            JobExecutionResult result = env.execute(NAME);
            ImportReport report = report(start, table, dataset, result.getAllAccumulatorResults());
            RunReports.store(home, report.runId(), RunReports.REPORT, report.toJson());
            report.describe(run);
            verify(report, home, clickHouse, partition);
            return report;
        }
    }

    private static Dataset dataset(JobConfig config) {
        String id = config.get(JdbcImportOptions.DATASET);
        return ReferenceRow.DATASETS.stream()
                .filter(dataset -> dataset.id().equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ConfigException(
                                        List.of(
                                                "'"
                                                        + JdbcImportOptions.DATASET.key()
                                                        + "' is '"
                                                        + id
                                                        + "'; what can be imported is "
                                                        + ReferenceRow.DATASETS.stream()
                                                                .map(Dataset::id)
                                                                .collect(
                                                                        Collectors.joining(" and "))
                                                        + ".")));
    }

    private static PostgresTable find(PostgresServer server, TableName name) {
        try (Connection connection = server.connect()) {
            PostgresTable table = PostgresTable.find(connection, name);
            if (table == null) {
                throw new PostgresException("There is no table " + name + " at " + server + ".");
            }
            // Without rows there would be nothing to put in place of those that are there.
            if (PostgresTable.isEmpty(connection, name)) {
                throw new PostgresException(
                        "The table "
                                + name
                                + " at "
                                + server
                                + " has no rows; nothing was changed.");
            }
            return table;
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }

    private static void build(
            StreamExecutionEnvironment env,
            JobConfig config,
            Home home,
            PostgresServer server,
            ReferenceRow rows,
            String query,
            PartitionKey partition) {
        int width = rows.fields().size();
        DataStream<SpecificRecordBase> imported =
                env.fromSource(
                                source(server, query, width),
                                WatermarkStrategy.noWatermarks(),
                                "postgres")
                        .uid("postgres")
                        .setParallelism(1)
                        .flatMap(new ReferenceRecords(rows), ContractTypeInfo.INSTANCE)
                        .name("records")
                        .uid("records")
                        .setParallelism(1)
                        .keyBy(record -> (String) record.get("event_id"), Types.STRING)
                        .process(new OncePerEvent(), ContractTypeInfo.INSTANCE)
                        .name("once per event")
                        .uid("once-per-event")
                        .setParallelism(1);
        DataStream<SpecificRecordBase> others =
                env.fromData(List.of(partition), TypeInformation.of(PartitionKey.class))
                        .name("partition")
                        .uid("partition")
                        .flatMap(
                                new OthersRecords(home.lake(), rows.source()),
                                ContractTypeInfo.INSTANCE)
                        .name("of other sources")
                        .uid("of-other-sources")
                        .setParallelism(1);
        DataStream<SpecificRecordBase> all = imported.union(others);
        all.sinkTo(
                        WarehouseSink.builder(CommonOptions.warehouse(config))
                                .uid(NAME)
                                .blocks(new Path(home.blocks()))
                                .replacing(List.of(partition))
                                .build())
                .name("warehouse")
                .uid("warehouse")
                .setParallelism(1);
        all.sinkTo(
                        LakeSink.builder(new Path(home.lake()))
                                .uid(NAME)
                                .parquet(CommonOptions.parquet(config))
                                .targetFileBytes(
                                        config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                                .replacing(List.of(partition))
                                .build())
                .name("lake")
                .uid("lake")
                .setParallelism(1);
    }

    private static JdbcSource<Row> source(PostgresServer server, String query, int width) {
        TypeInformation<?>[] texts = new TypeInformation<?>[width];
        Arrays.fill(texts, Types.STRING);
        ResultExtractor<Row> extractor =
                result -> {
                    Row row = new Row(width);
                    for (int i = 0; i < width; i++) {
                        row.setField(i, result.getString(i + 1));
                    }
                    return row;
                };
        JdbcSourceBuilder<Row> builder =
                JdbcSource.<Row>builder()
                        .setSql(query)
                        .setResultExtractor(extractor)
                        .setTypeInformation(Types.ROW(texts))
                        .setDBUrl(server.url())
                        .setDriverName(org.postgresql.Driver.class.getName())
                        // Rows are fetched as they are read, which PostgreSQL does in a
                        // transaction.
                        .setAutoCommit(false)
                        .setResultSetFetchSize(FETCH_ROWS);
        server.connectorOptions()
                .getProperties()
                .forEach(
                        (key, value) ->
                                builder.setConnectionProperty(key.toString(), value.toString()));
        return builder.build();
    }

    private static ImportReport report(
            Instant start, TableName table, Dataset dataset, Map<String, Object> counts) {
        return new ImportReport(
                RunReports.id(start),
                start,
                Duration.between(start, Instant.now()),
                table.toString(),
                dataset.id(),
                count(counts, ReferenceRecords.READ),
                count(counts, OncePerEvent.WRITTEN),
                count(counts, ReferenceRecords.REJECTED),
                count(counts, OncePerEvent.DUPLICATES),
                (String) counts.getOrDefault(ReferenceRecords.EXAMPLE, ""),
                count(counts, OthersRecords.CARRIED));
    }

    private static long count(Map<String, Object> counts, String name) {
        return (Long) counts.getOrDefault(name, 0L);
    }

    private static void verify(
            ImportReport report, Home home, ClickHouse clickHouse, PartitionKey partition)
            throws IOException {
        if (report.read() != report.written() + report.rejected() + report.duplicates()) {
            throw new AccountingException(
                    "%,d rows of %s were read, but %,d written, %,d rejected and %,d duplicates: the sums do not hold."
                            .formatted(
                                    report.read(),
                                    report.table(),
                                    report.written(),
                                    report.rejected(),
                                    report.duplicates()));
        }
        long given = report.written() + report.carried();
        List<PartitionKey> all = List.of(partition);
        requireStored("lake", StoreCheck.lake(home.lake(), all), given, partition);
        requireStored("warehouse", StoreCheck.warehouse(clickHouse, all), given, partition);
    }

    private static void requireStored(
            String store, Map<PartitionKey, Long> stored, long given, PartitionKey partition) {
        long there = stored.getOrDefault(partition, 0L);
        if (there != given) {
            throw new AccountingException(
                    "The %s was given %,d rows of %s but holds %,d."
                            .formatted(store, given, partition, there));
        }
    }
}
