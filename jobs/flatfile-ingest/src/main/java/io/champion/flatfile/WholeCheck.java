package io.champion.flatfile;

import io.champion.model.ColumnBatch;
import io.champion.quality.Accounting;
import io.champion.quality.FileReport;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;

/**
 * Reads a file to its end, to see whether it can be. Done once a file of a run has turned out to be
 * broken: so that the next attempt leaves out all that are. A broken one has no rows in the books
 * and a warning, which says why.
 */
record WholeCheck(FlatFile file) implements Work {

    private static final long serialVersionUID = 1L;

    @Override
    public String id() {
        return "check " + file.path();
    }

    @Override
    public long weight() {
        return file.size();
    }

    @Override
    public Accounting run(Task task, LineCounts lineCounts, Consumer<ColumnBatch> out) {
        Accounting books = new Accounting();
        Path path = new Path(file.path());
        byte[] bytes = new byte[1 << 16];
        try (InputStream in = path.getFileSystem().open(path);
                InputStream text = file.compressed() ? new Gunzip(in) : in) {
            while (text.read(bytes, 0, bytes.length) >= 0) {
                // Only whether it ends as it should.
            }
        } catch (IOException e) {
            FileReport report = new FileReport(file.path(), file.kind().source(), file.day());
            report.warning(e.getMessage());
            books.file(report);
        }
        return books;
    }
}
