package io.champion.runtime;

import java.nio.file.Path;

/**
 * Where a run's products lie: below one folder or object-store URI, as far as options do not place
 * them elsewhere. All locations are absolute, for task managers run in other working directories.
 *
 * @param root the home itself
 * @param lake root of the Parquet lake
 * @param blocks where blocks wait to be inserted into the warehouse
 */
public record Home(String root, String lake, String blocks) {

    /** The locations that a configuration asks for. */
    public static Home of(JobConfig config) {
        String root = absolute(config.get(CommonOptions.HOME));
        return new Home(
                root,
                config.getOptional(CommonOptions.LAKE_PATH)
                        .map(Home::absolute)
                        .orElse(root + "/lake"),
                config.getOptional(CommonOptions.BLOCKS_PATH)
                        .map(Home::absolute)
                        .orElse(root + "/blocks"));
    }

    /** Records of finished runs, one file each. */
    public String runs() {
        return root + "/runs";
    }

    /** Runs as MLflow keeps them, see the tracking module. */
    public String tracking() {
        return root + "/mlflow";
    }

    /** Checkpoints of unbounded jobs, where the cluster names no place for them; a URI always. */
    public String checkpoints() {
        // Flink refuses a folder of checkpoints without a scheme.
        return (root.startsWith("/") ? "file://" : "") + root + "/checkpoints";
    }

    private static String absolute(String location) {
        return location.contains("://") || location.startsWith("file:")
                ? location
                : Path.of(location).toAbsolutePath().normalize().toString();
    }
}
