package io.champion.jdbc;

import io.champion.jdbc.CheckRows.Limit;
import io.champion.jdbc.CheckRows.Reason;
import io.champion.jdbc.JdbcExportOptions.Mode;
import io.champion.jdbc.JdbcExportOptions.Source;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.quality.AccountingException;
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
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Row;

/**
 * Exports a dataset of the lake or the warehouse, or the answer of a query, into a table of
 * PostgreSQL: {@code --config FILE} and {@code -Dkey=value}, see {@link JdbcExportOptions}, {@link
 * PostgresOptions} and {@link CommonOptions}.
 *
 * <p>The input ends, but the job runs as an unbounded one does, with checkpoints: so a run that
 * fails goes on from the last one, and what is committed is not written again. A partition of the
 * lake is read whole between two checkpoints, as is the answer of a query, of which the rows become
 * visible together.
 */
public final class JdbcExportJob {
    private JdbcExportJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(
                    CommonOptions.class,
                    TrackingOptions.class,
                    PostgresOptions.class,
                    JdbcExportOptions.class);

    static final String NAME = "jdbc-export";

    /** What the job gives up after, unless told otherwise: somebody waits for it. */
    private static final int ATTEMPTS = 5;

    /** Runs the job and prints its report. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, PostgresOptions.URL);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        System.out.print(run(env, config).summary());
    }

    /**
     * Runs the job to its end. The report is stored as {@code runs/<run id>/report.json} below the
     * home.
     *
     * @param env whose settings this sets
     * @throws PostgresException if the server, the table or the input are not what is needed
     * @throws ConfigException if an option has a value that makes no sense
     * @throws AccountingException if rows that were read are neither written nor rejected; the
     *     report has been stored
     */
    public static ExportReport run(StreamExecutionEnvironment env, JobConfig config)
            throws Exception {
        configure(env, config);
        Run run = new Run(env, config);
        return Tracker.job(config, Experiments.INGESTION, NAME, run.id, run.start, run::execute);
    }

    private static void configure(StreamExecutionEnvironment env, JobConfig config) {
        boolean attempts =
                isGiven(env, config, RestartStrategyOptions.RESTART_STRATEGY)
                        || isGiven(
                                env,
                                config,
                                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS);
        JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
        Configuration settings = new Configuration();
        // A checkpoint waits for the partition, or the answer, that is being read.
        settings.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofHours(6));
        if (!attempts) {
            settings.set(
                    RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, ATTEMPTS);
        }
        env.configure(settings);
    }

    private static boolean isGiven(
            StreamExecutionEnvironment env, JobConfig config, ConfigOption<?> option) {
        return config.toMap().containsKey(option.key())
                || env.getConfiguration().getOptional(option).isPresent();
    }

    /** One run. */
    private static final class Run {
        private final StreamExecutionEnvironment env;
        private final JobConfig config;
        private final Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        // Exports into several tables may start together.
        private final String id =
                RunReports.id(start) + "-" + UUID.randomUUID().toString().substring(0, 8);
        private final PostgresServer server;
        private final Mode mode;
        private final Home home;

        /** Either is null. */
        private final Dataset dataset;

        private final String query;

        Run(StreamExecutionEnvironment env, JobConfig config) {
            this.env = env;
            this.config = config;
            this.server = PostgresServer.of(config);
            this.mode = config.get(JdbcExportOptions.MODE);
            this.home = Home.of(config);
            String id = config.get(JdbcExportOptions.DATASET);
            String given = config.get(JdbcExportOptions.QUERY);
            if ((id == null) == (given == null)) {
                throw problem(
                        "Either '"
                                + JdbcExportOptions.DATASET.key()
                                + "' or '"
                                + JdbcExportOptions.QUERY.key()
                                + "' says what to export; give one of them.");
            }
            this.dataset = id == null ? null : find(id);
            boolean fromWarehouse = config.get(JdbcExportOptions.SOURCE) == Source.WAREHOUSE;
            this.query = given != null ? given : fromWarehouse ? select(dataset) : null;
        }

        private static ConfigException problem(String sentence) {
            return new ConfigException(List.of(sentence));
        }

        private static Dataset find(String id) {
            return Dataset.all().stream()
                    .filter(one -> one.id().equals(id))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    problem(
                                            "'"
                                                    + JdbcExportOptions.DATASET.key()
                                                    + "' is '"
                                                    + id
                                                    + "', which is no dataset;"
                                                    + " docs/contracts.md lists them."));
        }

        /** The rows of the days that are asked for, of a table of the warehouse. */
        private String select(Dataset of) {
            LocalDate from = config.getDate(JdbcExportOptions.FROM);
            LocalDate to = config.getDate(JdbcExportOptions.TO);
            List<String> conditions = new ArrayList<>();
            if (of.partitionTime() != null) {
                String day = "toDate32(" + ClickHouse.identifier(of.partitionTime()) + ")";
                if (from != null) {
                    conditions.add(day + " >= " + ClickHouse.literal(from.toString()));
                }
                if (to != null) {
                    conditions.add(day + " <= " + ClickHouse.literal(to.toString()));
                }
            }
            return "SELECT "
                    + of.columns().stream()
                            .map(column -> ClickHouse.identifier(column.name()))
                            .collect(Collectors.joining(", "))
                    + " FROM "
                    + ClickHouse.identifier(of.table())
                    + (conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions));
        }

        private List<PartitionKey> partitions() throws IOException {
            LocalDate from = config.getDate(JdbcExportOptions.FROM);
            LocalDate to = config.getDate(JdbcExportOptions.TO);
            return new LakeReader(new Path(home.lake()))
                    .partitions(dataset).stream()
                            .filter(
                                    partition ->
                                            partition.date() == null
                                                    || (from == null
                                                                    || !partition
                                                                            .date()
                                                                            .isBefore(from))
                                                            && (to == null
                                                                    || !partition
                                                                            .date()
                                                                            .isAfter(to)))
                            .toList();
        }

        /** How rows are read. */
        private record Input(
                FlatMapFunction<Long, Row> reader, int parts, List<ExportColumn> columns) {}

        private Input input() throws IOException {
            if (query == null) {
                List<PartitionKey> partitions = partitions();
                if (partitions.isEmpty()) {
                    throw new PostgresException(
                            "The lake "
                                    + home.lake()
                                    + " has nothing of "
                                    + dataset
                                    + " that is to be exported.");
                }
                return new Input(
                        new ReadLake(home.lake(), dataset, partitions),
                        partitions.size(),
                        ContractRows.columns(dataset));
            }
            try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
                WarehouseQuery answered = WarehouseQuery.of(clickHouse, query);
                return new Input(
                        new ReadWarehouse(CommonOptions.warehouse(config), answered),
                        1,
                        answered.columns());
            }
        }

        private List<String> key(List<ExportColumn> columns) {
            List<String> names = columns.stream().map(ExportColumn::name).toList();
            List<String> key = config.get(JdbcExportOptions.KEY);
            if (key == null) {
                key =
                        dataset != null && names.contains("event_id")
                                ? List.of("event_id")
                                : List.of();
            }
            for (String column : key) {
                if (!names.contains(column)) {
                    throw problem(
                            "'"
                                    + JdbcExportOptions.KEY.key()
                                    + "' has '"
                                    + column
                                    + "', which is no column of what is exported: "
                                    + String.join(", ", names)
                                    + ".");
                }
            }
            if (key.isEmpty() && mode == Mode.UPSERT) {
                throw problem(
                        "Upserts need '"
                                + JdbcExportOptions.KEY.key()
                                + "': the columns that tell rows apart.");
            }
            return key.stream().distinct().toList();
        }

        private TableName table() {
            String name = config.get(JdbcExportOptions.TABLE);
            if (name == null && dataset == null) {
                throw problem(
                        "A query needs '"
                                + JdbcExportOptions.TABLE.key()
                                + "': the table that takes its rows.");
            }
            return TableName.of(
                    name == null ? dataset.table() : name, JdbcExportOptions.TABLE.key());
        }

        /** What was agreed on with the server. */
        private record Target(
                TableName table,
                List<ExportColumn> columns,
                List<Limit> limits,
                List<String> key,
                LookupTable lookup,
                boolean wasEmpty) {}

        private Target target(Input input) {
            TableName name = table();
            List<String> key = key(input.columns);
            try (Connection connection = connect()) {
                LookupTable lookup = lookup(connection, input);
                List<ExportColumn> exported = new ArrayList<>(input.columns);
                if (lookup != null) {
                    exported.addAll(lookup.columns());
                }
                if (mode == Mode.INSERT) {
                    requirePreparedTransactions(connection);
                }
                PostgresTable table = PostgresTable.find(connection, name);
                if (table == null) {
                    if (!config.get(JdbcExportOptions.CREATE_TABLE)) {
                        throw new PostgresException(
                                "There is no table "
                                        + name
                                        + " at "
                                        + server
                                        + ": make it, or set '"
                                        + JdbcExportOptions.CREATE_TABLE.key()
                                        + "'.");
                    }
                    PostgresTable.create(connection, name, notNull(exported, key), key);
                    table = PostgresTable.find(connection, name);
                }
                List<ExportColumn> columns =
                        table.accept(exported, mode == Mode.UPSERT ? key : List.of());
                requireNothingPrepared(connection, name);
                List<Limit> limits = new ArrayList<>();
                for (ExportColumn column : columns) {
                    PostgresTable.Column there = table.columns().get(column.name());
                    // Nulls of a key are no conflict: each would be another row.
                    limits.add(
                            new Limit(
                                    there.nullable() && !key.contains(column.name()),
                                    there.maxLength()));
                }
                return new Target(
                        name,
                        columns,
                        limits,
                        key,
                        lookup,
                        PostgresTable.isEmpty(connection, name));
            } catch (SQLException e) {
                throw PostgresException.of(server, e);
            }
        }

        private static List<ExportColumn> notNull(List<ExportColumn> columns, List<String> key) {
            return columns.stream()
                    .map(
                            c ->
                                    new ExportColumn(
                                            c.name(),
                                            c.type(),
                                            c.precision(),
                                            c.scale(),
                                            c.nullable() && !key.contains(c.name())))
                    .toList();
        }

        private Connection connect() {
            try {
                return server.connect();
            } catch (SQLException e) {
                throw PostgresException.of(server, e);
            }
        }

        private void requirePreparedTransactions(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    "SELECT current_setting('max_prepared_transactions')::int")) {
                rows.next();
                // Of each task one that is being decided, and the next.
                int needed = 2 * env.getParallelism();
                if (rows.getInt(1) < needed) {
                    throw new PostgresException(
                            ("The PostgreSQL server %s allows %d prepared transactions, but the"
                                            + " mode insert needs %d: set max_prepared_transactions = %d in"
                                            + " its postgresql.conf and start it again, or use the mode"
                                            + " upsert.")
                                    .formatted(
                                            server, rows.getInt(1), needed, Math.max(64, needed)));
                }
            }
        }

        /**
         * What another run has prepared may come yet, and new rows of its keys would wait for it.
         */
        private void requireNothingPrepared(Connection connection, TableName table)
                throws SQLException {
            if (isGiven(env, config, StateRecoveryOptions.SAVEPOINT_PATH)) {
                // The run that it goes on with commits what it prepared.
                return;
            }
            long prepared =
                    PreparedTransaction.list(connection).stream()
                            .filter(one -> one.wroteTo(table))
                            .count();
            if (prepared > 0) {
                throw new PostgresException(
                        "Prepared transactions of another run, "
                                + prepared
                                + " in number, hold rows of the table "
                                + table
                                + ". If that run is dead, 'champion export recover' shows them, and"
                                + " rolls them back or commits them.");
            }
        }

        private LookupTable lookup(Connection connection, Input input) throws SQLException {
            String name = config.get(JdbcExportOptions.LOOKUP_TABLE);
            if (name == null) {
                return null;
            }
            for (ConfigOption<List<String>> option :
                    List.of(JdbcExportOptions.LOOKUP_KEY, JdbcExportOptions.LOOKUP_COLUMNS)) {
                for (String column : config.get(option)) {
                    Identifiers.quote(column, option.key());
                }
            }
            int entries = config.get(JdbcExportOptions.LOOKUP_CACHE_ENTRIES);
            if (entries < 1) {
                throw problem(
                        "'"
                                + JdbcExportOptions.LOOKUP_CACHE_ENTRIES.key()
                                + "' is "
                                + entries
                                + "; give at least 1.");
            }
            return LookupTable.of(
                    server,
                    connection,
                    TableName.of(name, JdbcExportOptions.LOOKUP_TABLE.key()),
                    input.columns,
                    config.get(JdbcExportOptions.LOOKUP_KEY),
                    config.get(JdbcExportOptions.LOOKUP_COLUMNS),
                    entries,
                    config.get(JdbcExportOptions.LOOKUP_CACHE_AGE));
        }

        ExportReport execute(TrackedRun.Builder run) throws Exception {
            Input input = input();
            Target target = target(input);
            build(input, target);
            JobExecutionResult result = env.execute(NAME);
            ExportReport report = report(target, result.getAllAccumulatorResults());
            RunReports.store(home, id, RunReports.REPORT, report.toJson());
            report.describe(run);
            verify(target, report);
            return report;
        }

        private void build(Input input, Target target) {
            int tasks = Math.min(env.getParallelism(), input.parts);
            // Partitions are in the order of their days, and one reader keeps it: of rows of one
            // key the last day's stays.
            int readers = isOfSeveralDays(target.key) ? 1 : tasks;
            DataStream<Row> read =
                    env.fromSource(
                                    new NumberSequenceSource(0, input.parts - 1),
                                    WatermarkStrategy.noWatermarks(),
                                    "parts")
                            .uid("parts")
                            .setParallelism(readers)
                            // In one task with its source, so that a checkpoint is between two.
                            .flatMap(input.reader)
                            .returns(ExportColumn.rows(input.columns))
                            .name("read")
                            .uid("read")
                            .setParallelism(readers);
            List<String> names = target.columns.stream().map(ExportColumn::name).toList();
            int[] key = target.key.stream().mapToInt(names::indexOf).toArray();
            // Every task from here on is given rows by every reader. So it ends when all readers
            // have, and each checkpoint holds what it has counted; and all prepare together,
            // however long one partition is read. Of upserts, rows of one key are in one task: in
            // their order, and without deadlocks.
            DataStream<Row> rows =
                    mode == Mode.INSERT
                            ? read.rebalance()
                            : read.keyBy(row -> keyOf(row, key), Types.STRING);
            if (target.lookup != null) {
                rows =
                        rows.map(new LookupRows(target.lookup))
                                .returns(ExportColumn.rows(target.columns))
                                .name("lookup")
                                .uid("lookup")
                                .setParallelism(tasks);
            }
            rows.flatMap(
                            new CheckRows(
                                    target.columns,
                                    target.limits,
                                    key.length == 0 ? new int[] {0} : key))
                    .returns(ExportColumn.rows(target.columns))
                    .name("check")
                    .uid("check")
                    .setParallelism(tasks)
                    .sinkTo(
                            mode == Mode.INSERT
                                    ? new ExactlyOnceSink(server, target.table, target.columns)
                                    : new UpsertSink(
                                            server, target.table, target.columns, target.key))
                    .name("postgres")
                    .uid("postgres")
                    .setParallelism(tasks);
        }

        /** Whether rows of several days may have one key, of which upserts keep the last. */
        private boolean isOfSeveralDays(List<String> key) {
            return mode == Mode.UPSERT && !key.contains("event_id");
        }

        private static String keyOf(Row row, int[] key) {
            StringBuilder text = new StringBuilder();
            for (int position : key) {
                text.append(row.getField(position)).append('\0');
            }
            return text.toString();
        }

        private ExportReport report(Target target, Map<String, Object> counts) {
            SortedMap<String, Long> rejected = new TreeMap<>();
            SortedMap<String, String> examples = new TreeMap<>();
            for (Reason reason : Reason.values()) {
                long rows = (Long) counts.get(reason.counter());
                if (rows > 0) {
                    rejected.put(reason.id(), rows);
                    examples.put(reason.id(), (String) counts.get(reason.example()));
                }
            }
            return new ExportReport(
                    id,
                    start,
                    Duration.between(start, Instant.now()),
                    dataset == null ? "the query" : dataset.id(),
                    target.table.toString(),
                    mode == Mode.UPSERT,
                    (Long) counts.get(CheckRows.READ),
                    (Long) counts.get(CheckRows.WRITTEN),
                    rejected,
                    examples,
                    (Long) counts.get(LookupRows.FOUND),
                    (Long) counts.get(LookupRows.UNKNOWN));
        }

        private void verify(Target target, ExportReport report) throws IOException {
            if (report.read() != report.written() + report.rowsRejected()) {
                throw new AccountingException(
                        "%,d rows of %s were read, but %,d written and %,d rejected: the sums do not hold."
                                .formatted(
                                        report.read(),
                                        report.what(),
                                        report.written(),
                                        report.rowsRejected()));
            }
            // Where others may write too, their rows are not told from ours.
            if (mode == Mode.INSERT && target.wasEmpty) {
                try (Connection connection = connect()) {
                    long there = PostgresTable.count(connection, target.table);
                    if (there != report.written()) {
                        throw new AccountingException(
                                "The table %s was empty and was given %,d rows, but holds %,d."
                                        .formatted(target.table, report.written(), there));
                    }
                } catch (SQLException e) {
                    throw PostgresException.of(server, e);
                }
            }
        }
    }
}
