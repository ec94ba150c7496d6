package io.champion.cli;

import io.champion.adjust.AdjustPricesJob;
import io.champion.adjust.AdjustPricesOptions;
import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureComputeOptions;
import io.champion.flatfile.FlatFileIngestJob;
import io.champion.flatfile.FlatFileIngestOptions;
import io.champion.jdbc.JdbcExportJob;
import io.champion.jdbc.JdbcExportOptions;
import io.champion.jdbc.JdbcImportOptions;
import io.champion.jdbc.PostgresOptions;
import io.champion.kafka.KafkaOptions;
import io.champion.local.ProjectFiles;
import io.champion.rebuild.RebuildWarehouseJob;
import io.champion.rebuild.RebuildWarehouseOptions;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.OptionSet;
import io.champion.ticks.ReprocessOptions;
import io.champion.ticks.TickStreamJob;
import io.champion.ticks.TickStreamOptions;
import io.champion.tracking.TrackingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The jobs that the command knows. */
final class Jobs {
    private Jobs() {}

    /** Title and option class of each section of the options' reference. */
    static Map<String, Class<?>> optionClasses() {
        Map<String, Class<?>> classes = new LinkedHashMap<>();
        classes.put("Every job", CommonOptions.class);
        classes.put("Jobs on record", TrackingOptions.class);
        classes.put("bhavcopy-ingest", BhavcopyIngestOptions.class);
        classes.put("flatfile-ingest", FlatFileIngestOptions.class);
        classes.put("adjust-prices", AdjustPricesOptions.class);
        classes.put("Jobs that use Kafka", KafkaOptions.class);
        classes.put("tick-stream", TickStreamOptions.class);
        classes.put("feature-compute", FeatureComputeOptions.class);
        classes.put("rebuild-warehouse", RebuildWarehouseOptions.class);
        classes.put("Jobs that use PostgreSQL", PostgresOptions.class);
        classes.put("jdbc-export", JdbcExportOptions.class);
        classes.put("jdbc-export, reference data from PostgreSQL", JdbcImportOptions.class);
        classes.put("tick-stream over days that are past", ReprocessOptions.class);
        return classes;
    }

    /** What each job understands, by its name. */
    static Map<String, OptionSet> options() {
        return Map.of(
                "bhavcopy-ingest", BhavcopyIngestJob.OPTIONS,
                "flatfile-ingest", FlatFileIngestJob.OPTIONS,
                "adjust-prices", AdjustPricesJob.OPTIONS,
                "tick-stream", TickStreamJob.OPTIONS,
                "feature-compute", FeatureComputeJob.OPTIONS,
                "rebuild-warehouse", RebuildWarehouseJob.OPTIONS,
                "jdbc-export", JdbcExportJob.OPTIONS);
    }

    /**
     * A job's jar as a cluster takes it.
     *
     * @throws UserException if it was not built
     */
    static Path jar(String job) throws IOException {
        Optional<Path> target = ProjectFiles.find(Path.of("jobs", job, "target"));
        if (target.isPresent()) {
            try (Stream<Path> files = Files.list(target.get())) {
                Optional<Path> jar =
                        files.filter(file -> file.toString().endsWith("-job.jar")).findFirst();
                if (jar.isPresent()) {
                    return jar.get();
                }
            }
        }
        throw new UserException(
                ExitCode.UNAVAILABLE,
                "The jar of " + job + " is not there; 'mvn package' makes it.");
    }
}
