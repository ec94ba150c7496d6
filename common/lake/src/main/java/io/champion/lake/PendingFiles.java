package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.RecoverableWriter;

/** Makes finished files visible. */
final class PendingFiles {
    private PendingFiles() {}

    /**
     * Makes a file visible; does nothing where it is already.
     *
     * @throws IOException if it is neither pending nor visible, or the file system fails
     */
    static void makeVisible(FileSystem fs, PendingFile file) throws IOException {
        RecoverableWriter writer = fs.createRecoverableWriter();
        try {
            writer.recoverForCommit(
                            writer.getCommitRecoverableSerializer()
                                    .deserialize(file.recoverableVersion(), file.recoverable()))
                    .commitAfterRecovery();
        } catch (FileNotFoundException e) {
            FileNotFoundException lost =
                    new FileNotFoundException(
                            "The file "
                                    + file.name()
                                    + " with "
                                    + file.rows()
                                    + " rows of "
                                    + file.partition()
                                    + " was written but is gone, so the commit cannot be finished."
                                    + " If its staging area was deleted by hand, run the job again"
                                    + " from its input.");
            lost.initCause(e);
            throw lost;
        }
    }
}
