package io.champion.lake;

import io.champion.model.PartitionKey;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.Path;

/**
 * Where things lie below a lake's root.
 *
 * <p>Readers ignore names that start with a dot or an underscore, so the staging area and the files
 * about a partition are out of their sight.
 */
final class Layout {
    static final String SUCCESS = "_SUCCESS";
    static final String METADATA = "_metadata";
    static final String COMMON_METADATA = "_common_metadata";
    static final String STAGING = ".staging";
    static final String DATA_SUFFIX = ".parquet";

    /** A name that can be one level of a path and nothing else. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@=-]*");

    private Layout() {}

    /** The partition's folder. A partition's names are plain already, so it is below the root. */
    static Path partition(Path root, PartitionKey partition) {
        return new Path(root, partition.location());
    }

    static String requirePlain(String name, String what) {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what
                            + " is '"
                            + name
                            + "'; only letters, digits and _ . @ = - can stand there, and none of"
                            + " . @ = - first.");
        }
        return name;
    }

    /** Whether a name in a partition's folder is that of a data file that readers see. */
    static boolean isData(String name) {
        return name.endsWith(DATA_SUFFIX) && !name.startsWith(".") && !name.startsWith("_");
    }
}
