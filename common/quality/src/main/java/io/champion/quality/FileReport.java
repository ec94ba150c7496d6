package io.champion.quality;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the rows of one input file. Every row that is read is written to exactly one
 * dataset as received, rejected for one reason, or a duplicate of a row already read; {@link
 * #verify} holds the counts to that.
 *
 * <p>Not safe for use by several threads.
 */
public final class FileReport implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final String source;
    private final LocalDate session;
    private long read;
    private long duplicates;
    private final TreeMap<String, Long> written = new TreeMap<>();
    private final TreeMap<String, Long> rejected = new TreeMap<>();
    private final TreeMap<String, Long> warnings = new TreeMap<>();

    /**
     * @param file the file's path; {@code archive!entry} for an archive member
     * @param source source of its rows, for example {@code nse_udiff_cm}
     * @param session session of its rows, or null where they have none
     */
    public FileReport(String file, String source, LocalDate session) {
        this.file = file;
        this.source = source;
        this.session = session;
    }

    /** Counts a row read. */
    public void read() {
        read(1);
    }

    /** Counts rows read. */
    public void read(long rows) {
        read += rows;
    }

    /** Counts a row written to a dataset, under the dataset's id. */
    public void written(String dataset) {
        written(dataset, 1);
    }

    /** Counts rows written to a dataset, under the dataset's id. */
    public void written(String dataset, long rows) {
        written.merge(dataset, rows, Long::sum);
    }

    /** Takes back a row counted as written: a later row superseded it. */
    public void unwritten(String dataset) {
        written.merge(dataset, -1L, Long::sum);
    }

    /** Counts a row rejected, under the code of the rule. */
    public void rejected(String reason) {
        rejected.merge(reason, 1L, Long::sum);
    }

    /** Counts a row that repeats one already read. */
    public void duplicate() {
        duplicates(1);
    }

    /** Counts rows that repeat ones already read. */
    public void duplicates(long rows) {
        duplicates += rows;
    }

    /** Counts something odd about a row that is written all the same. */
    public void warning(String reason) {
        warnings(reason, 1);
    }

    /** Counts something odd about rows that are written all the same. */
    public void warnings(String reason, long rows) {
        warnings.merge(reason, rows, Long::sum);
    }

    /** Adds the counts of another part of the file. */
    public void add(FileReport part) {
        read += part.read;
        duplicates += part.duplicates;
        part.written.forEach((dataset, rows) -> written.merge(dataset, rows, Long::sum));
        part.rejected.forEach((reason, rows) -> rejected.merge(reason, rows, Long::sum));
        part.warnings.forEach((reason, rows) -> warnings.merge(reason, rows, Long::sum));
    }

    public String file() {
        return file;
    }

    public String source() {
        return source;
    }

    /** Session of the file's rows, or null where they have none. */
    public LocalDate session() {
        return session;
    }

    /** Rows read, the header not counted. */
    public long rowsRead() {
        return read;
    }

    public long duplicates() {
        return duplicates;
    }

    /** Rows written, by dataset id. */
    public Map<String, Long> written() {
        return Collections.unmodifiableMap(written);
    }

    /** Rows rejected, by reason. */
    public Map<String, Long> rejected() {
        return Collections.unmodifiableMap(rejected);
    }

    /** Rows written that break a softer rule, by reason. */
    public Map<String, Long> warnings() {
        return Collections.unmodifiableMap(warnings);
    }

    public long rowsWritten() {
        return sum(written);
    }

    public long rowsRejected() {
        return sum(rejected);
    }

    /**
     * Checks that read = written + rejected + duplicates.
     *
     * @throws AccountingException if not; the sentence names the file
     */
    public void verify() {
        if (read != rowsWritten() + rowsRejected() + duplicates) {
            throw new AccountingException(
                    "Of "
                            + file
                            + ", "
                            + read
                            + " rows were read, but "
                            + rowsWritten()
                            + " written, "
                            + rowsRejected()
                            + " rejected and "
                            + duplicates
                            + " found to be duplicates: the sums do not hold.");
        }
    }

    static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
