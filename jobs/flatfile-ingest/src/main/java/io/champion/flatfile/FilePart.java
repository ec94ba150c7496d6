package io.champion.flatfile;

import io.champion.model.ColumnBatch;
import io.champion.quality.Accounting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of a file that one task reads. A ticker's rows belong to the part that their first one
 * begins in: so the checks see all rows of a ticker, duplicates beside the border too.
 *
 * @param from where the part begins, in the file
 * @param to where it ends; {@link Long#MAX_VALUE} for the last one
 * @param parts of the file, all in all
 */
record FilePart(FlatFile file, int number, int parts, long from, long to) implements Work {

    private static final long serialVersionUID = 1L;

    /** Parts are no smaller: what is read twice beside their borders costs nothing then. */
    private static final long SIZE = 64L << 20;

    static FilePart whole(FlatFile file) {
        return new FilePart(file, 0, 1, 0, Long.MAX_VALUE);
    }

    /**
     * A file as parts, where it can be read from within.
     *
     * @param size bytes of a part, at least
     */
    static List<FilePart> of(FlatFile file, long size) {
        int parts = (int) Math.min(Math.max(1, file.size() / size), Integer.MAX_VALUE);
        if (file.compressed() || !file.ascending() || file.ticker() != null || parts == 1) {
            return List.of(whole(file));
        }
        List<FilePart> all = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            all.add(
                    new FilePart(
                            file,
                            i,
                            parts,
                            file.size() / parts * i,
                            i == parts - 1 ? Long.MAX_VALUE : file.size() / parts * (i + 1)));
        }
        return all;
    }

    static List<FilePart> of(FlatFile file) {
        return of(file, SIZE);
    }

    @Override
    public String id() {
        return file.path() + "#" + number;
    }

    /** Bytes to read, about: what parts are spread by. */
    @Override
    public long weight() {
        return Math.min(to, file.size()) - from;
    }

    boolean isFirst() {
        return number == 0;
    }

    @Override
    public Accounting run(Task task, LineCounts lineCounts, Consumer<ColumnBatch> out)
            throws IOException, InterruptedException {
        return FileIngest.run(this, task, lineCounts, out);
    }
}
