package io.champion.lake;

import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an appending sink calls its files: after the sink, and after the writer, of which each life
 * has a name of its own. So no attempt at the same work ever takes the name of another's file.
 *
 * @param uid uid of the sink
 * @param epoch generation of what it writes
 */
record PartNames(String uid, String epoch) {

    /** As Flink's local and Hadoop file systems name a file that is not committed. */
    private static final Pattern IN_PROGRESS =
            Pattern.compile(
                    "\\.part-\\d+-\\d+-(?<sink>.+)-(?<writer>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
                            + Pattern.quote(Layout.DATA_SUFFIX)
                            + "\\.inprogress\\..+");

    /**
     * End of the names of one writer's files.
     *
     * @param writer a UUID
     */
    String suffix(String writer) {
        return "-" + uid + "-" + epoch + "-" + writer + Layout.DATA_SUFFIX;
    }

    /**
     * Whether a name is that of a file which this sink has not finished, or not committed, and
     * which is of none of these writers.
     */
    boolean isOfOthers(String name, Collection<String> writers) {
        Matcher file = IN_PROGRESS.matcher(name);
        return file.matches()
                && file.group("sink").equals(uid + "-" + epoch)
                && !writers.contains(file.group("writer"));
    }
}
