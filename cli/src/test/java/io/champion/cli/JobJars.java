package io.champion.cli;

import java.nio.file.Path;
import java.util.List;

/** The jars of the jobs as they are shipped. */
final class JobJars {
    static final List<String> JOBS =
            List.of(
                    "adjust-prices",
                    "bhavcopy-ingest",
                    "feature-compute",
                    "flatfile-ingest",
                    "jdbc-export",
                    "rebuild-warehouse",
                    "tick-stream");

    private JobJars() {}

    static Path of(String job) {
        return Path.of(
                System.getProperty("job.jars"),
                job,
                "target",
                job + "-" + System.getProperty("job.version") + "-job.jar");
    }
}
