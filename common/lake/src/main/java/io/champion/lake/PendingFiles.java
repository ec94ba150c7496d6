package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableWriter;

/** Makes finished files visible. */
final class PendingFiles {
    private PendingFiles() {}

    /**
     * Makes a file visible; does nothing where it is already.
     *
     * @param folder where the file was written to
     * @throws FileNotFoundException if it is neither pending nor visible
     * @throws IOException if the file system fails
     */
    static void makeVisible(FileSystem fs, Path folder, PendingFile file) throws IOException {
        FileNotFoundException cause = null;
        try {
            if (file.recoverable().length > 0) {
                RecoverableWriter writer = fs.createRecoverableWriter();
                writer.recoverForCommit(
                                writer.getCommitRecoverableSerializer()
                                        .deserialize(file.recoverableVersion(), file.recoverable()))
                        .commitAfterRecovery();
            }
            // Flink's local file system takes a file that is gone for one that is committed.
            if (fs.exists(new Path(folder, file.name()))) {
                return;
            }
        } catch (FileNotFoundException e) {
            cause = e;
        }
        FileNotFoundException lost =
                new FileNotFoundException(
                        "The file "
                                + file.name()
                                + " with "
                                + file.rows()
                                + " rows of "
                                + file.partition()
                                + " was written but is gone, so the commit cannot be finished. If"
                                + " it was deleted by hand, run the job again from its input.");
        lost.initCause(cause);
        throw lost;
    }
}
