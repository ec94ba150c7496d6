package io.champion.lake;

import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One life of an appending sink, between a restore and the next, as the names of its files tell it.
 *
 * @param uid uid of the sink
 * @param epoch generation of what it writes
 * @param restored the checkpoint that this life began with; 0 where it began without state
 */
record Attempt(String uid, String epoch, long restored) {

    /** As Flink's local and Hadoop file systems name a file that is not committed. */
    private static final Pattern IN_PROGRESS =
            Pattern.compile(
                    "\\.part-\\d+-\\d+-(?<sink>.+)-(?<restored>\\d+)-[0-9a-f-]{36}"
                            + Pattern.quote(Layout.DATA_SUFFIX)
                            + "\\.inprogress\\..+");

    static Attempt of(String uid, String epoch, OptionalLong restored) {
        return new Attempt(uid, epoch, restored.orElse(0));
    }

    /** End of the names of one writer's files, which no other writer ever takes. */
    String suffix() {
        return "-" + uid + "-" + epoch + "-" + restored + "-" + UUID.randomUUID();
    }

    /**
     * Whether a name is that of an unfinished file which an earlier life of this sink left behind.
     *
     * <p>Such a file cannot be wanted any more once a checkpoint of <em>this</em> life has been
     * committed: what the earlier life finished before {@link #restored} came with the restored
     * state and is committed by then, and what it wrote later was written again. An older
     * checkpoint that still knows the file is refused by {@link CommitMark}.
     */
    boolean hasOutlived(String name) {
        Matcher file = IN_PROGRESS.matcher(name);
        return file.matches()
                && file.group("sink").equals(uid + "-" + epoch)
                && Long.parseLong(file.group("restored")) < restored;
    }
}
