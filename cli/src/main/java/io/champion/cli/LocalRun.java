package io.champion.cli;

import io.champion.adjust.AdjustPricesJob;
import io.champion.adjust.AdjustReport;
import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.IngestProgress;
import io.champion.bhavcopy.IngestReport;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureReport;
import io.champion.flatfile.FlatFileIngestJob;
import io.champion.jdbc.ExportReport;
import io.champion.jdbc.ImportReport;
import io.champion.jdbc.JdbcExportJob;
import io.champion.jdbc.JdbcImportJob;
import io.champion.local.LocalFlink;
import io.champion.rebuild.RebuildReport;
import io.champion.rebuild.RebuildWarehouseJob;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.ticks.ReprocessReport;
import io.champion.ticks.Reprocessing;
import io.champion.ticks.TickStreamJob;
import io.champion.ticks.TickStreamOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The laptop's stack: a Flink cluster inside this process, and a warehouse with its tables. */
final class LocalRun implements AutoCloseable {

    private static final String REPORTER = "live";

    /**
     * A few instruments leave partitions without ticks, which would hold back all bars; on one
     * machine a partition is hardly away while others are not.
     */
    private static final String IDLENESS = "10 s";

    private final Context context;
    private final LocalFlink flink;

    /** Null where the run has none. */
    private final Warehouse warehouse;

    private LocalRun(Context context, LocalFlink flink, Warehouse warehouse) {
        this.context = context;
        this.flink = flink;
        this.warehouse = warehouse;
    }

    /** Starts what is needed, side by side. */
    static LocalRun start(Context context, JobConfig config) throws Exception {
        return start(context, config, CompletableFuture.supplyAsync(() -> prepare(config)));
    }

    /** Starts Flink alone: for jobs that are told to leave the warehouse out. */
    static LocalRun startWithoutWarehouse(Context context, JobConfig config) throws Exception {
        return start(context, config, CompletableFuture.completedFuture(null));
    }

    private static LocalRun start(
            Context context, JobConfig config, CompletableFuture<Warehouse> warehouse)
            throws Exception {
        context.console().progress("Starting ...");
        LocalFlink flink = null;
        try {
            Configuration settings = new Configuration();
            LiveMetrics.reportAs(REPORTER, settings);
            flink = LocalFlink.start(Context.localHome(config), settings);
            return new LocalRun(context, flink, warehouse.join());
        } catch (Exception e) {
            if (flink != null) {
                flink.close();
            }
            warehouse.thenAccept(LocalRun::close);
            throw e instanceof CompletionException && e.getCause() instanceof Exception cause
                    ? cause
                    : e;
        }
    }

    /** The home's own engine gets its tables without being asked; a server is not ours to alter. */
    private static Warehouse prepare(JobConfig config) {
        Warehouse warehouse = Warehouse.open(config);
        try {
            if (warehouse.isEmbedded()) {
                CommonOptions.migrations(config, warehouse.clickHouse().config()).apply();
            }
            return warehouse;
        } catch (InterruptedException e) {
            warehouse.close();
            Thread.currentThread().interrupt();
            throw new UserException(ExitCode.FAILED, "Interrupted while tables were made.", e);
        } catch (RuntimeException e) {
            warehouse.close();
            throw e;
        }
    }

    Warehouse warehouse() {
        return warehouse;
    }

    /**
     * Runs bhavcopy-ingest.
     *
     * @throws UserException if there is nothing to ingest
     */
    IngestReport bhavcopy(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, file, all);
        try {
            StreamExecutionEnvironment env = flink.environment();
            JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
            return BhavcopyIngestJob.run(env, config, this::show);
        } catch (InputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        } finally {
            context.console().endProgress();
        }
    }

    /**
     * Runs flatfile-ingest.
     *
     * @throws UserException if there is nothing to ingest
     */
    io.champion.flatfile.IngestReport flatFiles(Path file, List<String> overrides)
            throws Exception {
        List<String> all = new ArrayList<>(overrides);
        if (warehouse != null) {
            all.addAll(warehouse.asOverrides());
        }
        JobConfig config = context.config(FlatFileIngestJob.OPTIONS, file, all);
        try {
            StreamExecutionEnvironment env = flink.environment();
            JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
            return FlatFileIngestJob.run(
                    env,
                    config,
                    progress ->
                            show(
                                    progress.piecesDone(),
                                    progress.pieces(),
                                    progress.rowsWritten(),
                                    progress.publishing()));
        } catch (InputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        } finally {
            context.console().endProgress();
        }
    }

    /**
     * Runs adjust-prices.
     *
     * @throws io.champion.adjust.AdjustException if prices cannot be adjusted
     */
    AdjustReport adjust(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(AdjustPricesJob.OPTIONS, file, all);
        StreamExecutionEnvironment env = flink.environment();
        JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
        return AdjustPricesJob.run(env, config);
    }

    /**
     * Runs feature-compute over the lake.
     *
     * @throws io.champion.features.FeatureInputException if there are no bars
     */
    FeatureReport features(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(FeatureComputeJob.OPTIONS, file, all);
        StreamExecutionEnvironment env = flink.environment();
        JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
        return FeatureComputeJob.run(env, config);
    }

    /**
     * Runs rebuild-warehouse.
     *
     * @throws io.champion.rebuild.RebuildException if the lake has nothing to fill the warehouse of
     */
    RebuildReport rebuild(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(RebuildWarehouseJob.OPTIONS, file, all);
        StreamExecutionEnvironment env = flink.environment();
        JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
        return RebuildWarehouseJob.run(env, config);
    }

    /**
     * Runs jdbc-export.
     *
     * @throws io.champion.jdbc.PostgresException if the server or the table are not what is needed
     */
    ExportReport export(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        if (warehouse != null) {
            all.addAll(warehouse.asOverrides());
        }
        return JdbcExportJob.run(
                flink.environment(), context.config(JdbcExportJob.OPTIONS, file, all));
    }

    /**
     * Runs the import of reference data.
     *
     * @throws io.champion.jdbc.PostgresException if the server or the table are not what is needed
     */
    ImportReport importReference(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(JdbcImportJob.OPTIONS, file, all);
        StreamExecutionEnvironment env = flink.environment();
        JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
        return JdbcImportJob.run(env, config);
    }

    /**
     * Starts tick-stream.
     *
     * @param file its configuration, null for none
     * @param overrides options of it, winning over the file
     */
    TickRun ticks(Path file, List<String> overrides, Broker broker) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        all.addAll(broker.asOverrides());
        if (context.config(TickStreamJob.OPTIONS, file, all)
                .getOptional(TickStreamOptions.IDLENESS)
                .isEmpty()) {
            all.add(TickStreamOptions.IDLENESS.key() + "=" + IDLENESS);
        }
        return TickRun.start(
                context.console(),
                flink,
                () -> LiveMetrics.of(REPORTER),
                broker,
                context.config(TickStreamJob.OPTIONS, file, all));
    }

    /**
     * Computes days of ticks and bars again.
     *
     * @throws io.champion.ticks.ReprocessException if these days cannot be
     */
    ReprocessReport reprocess(Path file, List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(Reprocessing.OPTIONS, file, all);
        StreamExecutionEnvironment env = flink.environment();
        JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
        return new Reprocessing(config).stage(env);
    }

    private void show(IngestProgress progress) {
        show(progress.filesDone(), progress.files(), progress.rowsRead(), progress.publishing());
    }

    private void show(long filesDone, long files, long rows, boolean publishing) {
        int width = 30;
        int done = files == 0 ? 0 : (int) (width * filesDone / files);
        context.console()
                .progress(
                        "█".repeat(done)
                                + "░".repeat(width - done)
                                + " "
                                + Text.number(filesDone)
                                + " of "
                                + Text.count(files, "file")
                                + ", "
                                + Text.count(rows, "row")
                                + (publishing ? ", publishing" : ""));
    }

    private static void close(Warehouse warehouse) {
        if (warehouse != null) {
            warehouse.close();
        }
    }

    @Override
    public void close() throws Exception {
        try {
            flink.close();
        } finally {
            close(warehouse);
        }
    }
}
