package io.champion.flatfile;

import io.champion.flatfile.LineChunks.Chunk;
import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.FlatFileValidation;
import io.champion.model.record.Reject;
import io.champion.quality.Accounting;
import io.champion.quality.FileReport;
import io.champion.quality.Rejects;
import io.champion.quality.Violation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Ingests one part of a file: bytes in, batches out.
 *
 * <p>Each line goes to {@link FastLines}, and where that does not take it, to {@link GeneralLines}.
 * What both give is checked, held against the ticker's rows before, and kept, rejected or dropped
 * as a duplicate, row by row, in the columns that become the batch.
 *
 * <p>Files are expected to be grouped by ticker, as they are published: then the memory of one
 * ticker is all that is needed. A ticker that comes back shows that a file is not. The file is then
 * read again from its beginning, without writing anything, to remember all of its tickers, and goes
 * on from there; at most {@link #MAX_REMEMBERED} rows of such a file can be remembered.
 */
final class FileIngest {

    static final int BATCH_ROWS = 4096;

    /** Rows of a file that is not grouped by ticker: 128 MB. */
    static final int MAX_REMEMBERED = 1 << 23;

    private static final int RECORDS = 1000;
    private static final int USUAL_TICKER_ROWS = 1 << 12;
    private static final int FEW_ROWS = 16;
    private static final int LOOK_BACK = 1 << 16;
    private static final int FILE_BITS = 23;
    private static final int OFFSET_BITS = 40;

    static final Dataset REJECTS = Dataset.of(Reject.getClassSchema());
    static final Dataset VALIDATION = Dataset.of(FlatFileValidation.getClassSchema());

    /** The partition that takes the rejects of a file. */
    static PartitionKey rejectsOf(FlatFile file) {
        return REJECTS.partitionOf(file.day(), file.kind().datasetName());
    }

    /** The partition that takes the results of the checks of a file. */
    static PartitionKey validationOf(FlatFile file) {
        return VALIDATION.partitionOf(file.day(), file.kind().datasetName());
    }

    /** The partition that takes the rows of a file. */
    static PartitionKey rowsOf(FlatFile file) {
        return file.kind().dataset().partitionOf(file.day());
    }

    /** Thrown where a ticker comes back in a file of which only one ticker is remembered. */
    private static final class TickerReturns extends Exception {
        private static final long serialVersionUID = 1L;

        private final long offset;

        TickerReturns(long offset) {
            super(null, null, false, false);
            this.offset = offset;
        }
    }

    private final FilePart part;
    private final FlatFile file;
    private final Checks checks;
    private final Instant ingestTime;
    private final boolean general;
    private final LineCounts lineCounts;
    private final Consumer<ColumnBatch> out;

    private final Session session;
    private final Columns columns;
    private final FastLines fast;
    private final GeneralLines lines;
    private final RowRules rules;
    private final BatchMaker batch;
    private final Rejects rejects;
    private final Records rejected = new Records(REJECTS);
    private final Records validated = new Records(VALIDATION);
    private final List<FlatFileValidation> results = new ArrayList<>();
    private final Map<String, Long> warnings = new TreeMap<>();
    private final FileReport report;
    private final Accounting books = new Accounting();
    private final long fileNumber;

    private long rowsRead;
    private long rowsWritten;
    private long duplicates;

    /** Of the rows of the last ticker: null before the first row. */
    private TickerState state;

    /** Tickers whose rows ended; while the file is grouped by ticker. */
    private final Set<String> ended = new HashSet<>();

    /** All tickers, once the file has turned out not to be grouped. */
    private Map<String, TickerState> states;

    private long remembered;

    /**
     * The ticker of the last line that could be decoded; a part begins and ends where it changes.
     */
    private final Ticker lastTicker = new Ticker();

    /** Whether the part's own rows have begun. */
    private boolean begun;

    /** Lines from the start of the pass. */
    private long line;

    /** Lines before them; -1 while nobody has asked. */
    private long linesBefore;

    private long passStart;

    /** Offset before which rows were written already. */
    private long written;

    private FileIngest(
            FilePart part, Work.Task task, LineCounts lineCounts, Consumer<ColumnBatch> out) {
        this.part = part;
        this.file = part.file();
        this.checks = task.checks();
        this.ingestTime = task.ingestTime();
        this.general = task.general();
        this.lineCounts = lineCounts;
        this.out = out;
        this.session = Session.of(file.day());
        this.columns = new Columns(file.header(), BATCH_ROWS);
        this.fast = new FastLines(file.header(), columns);
        this.lines = new GeneralLines(file.header(), columns);
        this.rules = RowRules.of(file.kind(), columns, session);
        this.batch = new BatchMaker(file.header(), columns, session, ingestTime, BATCH_ROWS);
        this.rejects = new Rejects(file.kind().source(), file.day(), ingestTime);
        this.report = new FileReport(file.path(), file.kind().source(), file.day());
        CRC32 crc = new CRC32();
        crc.update(file.stem().getBytes(StandardCharsets.UTF_8));
        this.fileNumber = (crc.getValue() & (1L << FILE_BITS) - 1) << OFFSET_BITS;
    }

    /**
     * Ingests a part.
     *
     * @param lineCounts of plain files, of which other parts may be done by the same task
     * @param out takes the batches, of rows, rejects and results
     * @return the books of the part
     * @throws FlatFileException if the file cannot be read to its end
     */
    static Accounting run(
            FilePart part, Work.Task task, LineCounts lineCounts, Consumer<ColumnBatch> out)
            throws FlatFileException, InterruptedException {
        return new FileIngest(part, task, lineCounts, out).run();
    }

    private Accounting run() throws FlatFileException, InterruptedException {
        try {
            pass(start());
        } catch (TickerReturns e) {
            if (part.parts() > 1) {
                throw unsorted();
            }
            states = new LinkedHashMap<>();
            results.clear();
            warnings.clear();
            remembered = 0;
            state = null;
            written = e.offset;
            try {
                pass(file.headerBytes());
            } catch (TickerReturns impossible) {
                throw new IllegalStateException("All tickers are remembered.", impossible);
            }
        }
        if (states != null) {
            states.values().forEach(this::endTicker);
        } else if (state != null) {
            endTicker(state);
        }
        if (!batch.isEmpty()) {
            emit();
        }
        results.forEach(validated::add);
        validated.emit(validationOf(file));
        rejected.emit(rejectsOf(file));
        warnings.forEach(report::warnings);
        report.read(rowsRead);
        report.written(file.kind().dataset().id(), rowsWritten);
        report.duplicates(duplicates);
        books.file(report);
        return books;
    }

    /** Where to begin reading, to know the ticker before the part. */
    private long start() {
        return part.isFirst()
                ? file.headerBytes()
                : Math.max(file.headerBytes(), part.from() - LOOK_BACK);
    }

    private void pass(long start) throws FlatFileException, InterruptedException, TickerReturns {
        boolean inLine = start > file.headerBytes();
        // One byte before, so that a line that begins just here is not lost.
        passStart = inLine ? start - 1 : start;
        begun = part.isFirst();
        lastTicker.length = 0;
        line = 0;
        linesBefore = part.isFirst() ? 1 : -1;
        try (LineChunks chunks = new LineChunks(file.name(), passStart, this::open)) {
            for (Chunk chunk = chunks.next(); chunk != null; chunk = chunks.next()) {
                byte[] text = chunk.text();
                int at = chunk.from();
                if (chunk.cut()) {
                    line++;
                    inLine = false;
                    tooLong(chunk);
                    continue;
                }
                if (inLine) {
                    at = lineEnd(text, at) + 1;
                    line++;
                    inLine = false;
                }
                if (!lines(chunk, at)) {
                    return;
                }
            }
        } catch (FlatFileException e) {
            throw e;
        } catch (IOException e) {
            throw new FlatFileException(
                    file.path(),
                    false,
                    file.path() + " cannot be read to its end: " + e.getMessage() + ".",
                    e);
        }
    }

    private InputStream open() throws IOException {
        Path path = new Path(file.path());
        FSDataInputStream in = path.getFileSystem().open(path);
        if (!file.compressed()) {
            in.seek(passStart);
            return in;
        }
        InputStream text = new Gunzip(in);
        text.skipNBytes(passStart);
        return text;
    }

    private static int lineEnd(byte[] text, int from) {
        int end = from;
        while (text[end] != '\n') {
            end++;
        }
        return end;
    }

    /** Takes the lines of a chunk; whether the part goes on. */
    private boolean lines(Chunk chunk, int from)
            throws FlatFileException, InterruptedException, TickerReturns {
        byte[] text = chunk.text();
        int to = chunk.to();
        int at = from;
        while (at < to) {
            line++;
            int next = general ? -1 : fast.decode(text, at);
            int end = next;
            Violation violation = null;
            if (next < 0) {
                end = lineEnd(text, at);
                next = end + 1;
                if (end > at && text[end - 1] == '\r') {
                    end--;
                }
                if (end == at) {
                    at = next;
                    continue;
                }
                violation = lines.decode(text, at, end);
            }
            long offset = chunk.offset() + at;
            if (!begun && offset >= part.to()) {
                return false;
            }
            boolean mine = true;
            if (violation == null) {
                if (!columns.ticker.isEqualTo(lastTicker)) {
                    if (part.parts() > 1 && !border(offset)) {
                        return false;
                    }
                    lastTicker.set(columns.ticker.bytes, 0, columns.ticker.length);
                    mine = begun;
                    if (mine) {
                        tickerChanges(offset);
                    }
                } else {
                    mine = begun;
                }
            } else {
                mine = begun;
            }
            if (mine) {
                row(text, at, end, offset, violation);
            }
            at = next;
        }
        return true;
    }

    /** A ticker begins beside a border, perhaps; whether the part goes on. */
    private boolean border(long offset) throws FlatFileException {
        if (lastTicker.length > 0 && columns.ticker.compareTo(lastTicker) < 0) {
            throw unsorted();
        }
        if (offset >= part.to()) {
            return false;
        }
        if (offset >= part.from()) {
            if (lastTicker.length == 0 && passStart > file.headerBytes()) {
                // Nothing before the part tells whether the ticker begins in it.
                throw unsorted();
            }
            begun = true;
        }
        return true;
    }

    private FlatFileException unsorted() {
        return new FlatFileException(
                file.path(),
                true,
                file.path() + " is not sorted by ticker, so that it cannot be read in parts.",
                null);
    }

    private void tickerChanges(long offset) throws FlatFileException, TickerReturns {
        if (states == null) {
            if (state == null) {
                state = new TickerState(checks, session, USUAL_TICKER_ROWS);
            } else {
                endTicker(state);
                ended.add(state.ticker.toString());
                if (ended.contains(columns.ticker.toString())) {
                    throw new TickerReturns(offset);
                }
            }
            state.begin(columns.ticker);
            return;
        }
        if (remembered > MAX_REMEMBERED) {
            throw new FlatFileException(
                    file.path(),
                    false,
                    file.path()
                            + " is not grouped by ticker, and has too many rows to find duplicates"
                            + " in all the same: at most "
                            + MAX_REMEMBERED
                            + ". Sort it by ticker.",
                    null);
        }
        state =
                states.computeIfAbsent(
                        columns.ticker.toString(),
                        ticker -> {
                            TickerState begun = new TickerState(checks, session, FEW_ROWS);
                            begun.begin(columns.ticker);
                            return begun;
                        });
    }

    private void row(byte[] text, int from, int to, long offset, Violation undecoded) {
        boolean again = offset < written;
        Violation violation = undecoded;
        if (violation == null) {
            violation = state.isTest ? testTicker() : otherTicker();
            if (violation == null) {
                violation = rules.check();
            }
            if (violation != null) {
                state.reject();
            }
        }
        if (!again) {
            rowsRead++;
        }
        if (violation != null) {
            if (!again) {
                reject(text, from, to, violation);
            }
            return;
        }
        boolean repeats = state.history.repeats(rules.order(), rules.identity());
        if (file.kind().isBars() && !state.contents.repeats(rules.order(), content()) && repeats) {
            state.reject();
            if (!again) {
                reject(text, from, to, secondBar());
            }
            return;
        }
        if (repeats) {
            state.duplicate();
            if (!again) {
                duplicates++;
            }
            return;
        }
        remembered++;
        state.row(rules.time());
        state.trades(rules.trades());
        double price = rules.price();
        boolean outlier = !Double.isNaN(price) && state.price(price);
        if (!again) {
            batch.keep(fileNumber | offset, outlier);
            rowsWritten++;
            if (batch.isFull()) {
                emit();
            }
        }
    }

    private Violation testTicker() {
        return rules.violation(
                file.kind().field("ticker"), "test_ticker", "The ticker is one for tests.");
    }

    private Violation otherTicker() {
        return file.ticker() == null || file.ticker().equals(state.ticker.toString())
                ? null
                : rules.violation(
                        file.kind().field("ticker"),
                        "other_ticker",
                        "The row is not of " + file.ticker() + ", as its file is.");
    }

    /** A hash of all numbers of the row. */
    private long content() {
        long hash = 0;
        for (long[] values : columns.numbers) {
            hash = values == null ? hash : Hash.mix(hash ^ values[columns.row]);
        }
        return hash;
    }

    private Violation secondBar() {
        return rules.violation(
                file.kind().timeField(),
                "second_bar",
                "The ticker has another bar of that time already.");
    }

    private void tooLong(Chunk chunk) {
        if (begun && chunk.offset() >= written) {
            rowsRead++;
            reject(chunk.text(), chunk.from(), chunk.to(), GeneralLines.tooLong());
        }
    }

    private void reject(byte[] text, int from, int to, Violation violation) {
        int end = Math.min(to, from + GeneralLines.MAX_LINE);
        while (end > from && (text[end - 1] == '\n' || text[end - 1] == '\r')) {
            end--;
        }
        String original = new String(text, from, end - from, StandardCharsets.UTF_8);
        report.rejected(violation.reason());
        rejected.add(
                rejects.of(
                        file.kind().datasetName(),
                        file.name(),
                        lineNumber(),
                        lines.withValue(violation, original),
                        original));
        if (rejected.rows() >= RECORDS) {
            rejected.emit(rejectsOf(file));
        }
    }

    /** Of the line that is being read, counted from 1. Parts count what is before them if asked. */
    private long lineNumber() {
        if (linesBefore < 0) {
            linesBefore = lineCounts.before(file, passStart);
        }
        return linesBefore + line;
    }

    private void endTicker(TickerState ending) {
        String symbol = ending.ticker.toString();
        results.add(
                ending.result(rules.countsTrades())
                        .setEventId(
                                file.kind().datasetName()
                                        + ":"
                                        + file.name()
                                        + ":"
                                        + symbol
                                        + ":"
                                        + file.day())
                        .setEventTime(file.day().atStartOfDay(ZoneOffset.UTC).toInstant())
                        .setIngestTime(ingestTime)
                        .setSource(file.kind().source())
                        .setEntityId(BatchMaker.EXCHANGE + ":" + symbol)
                        .setDataset(file.kind().datasetName())
                        .setTradeDate(file.day())
                        .setFile(file.name())
                        .setExchange(BatchMaker.EXCHANGE)
                        .build());
        ending.warnings(warnings, rules.countsTrades());
    }

    private void emit() {
        ColumnBatch made = batch.take();
        books.emitted(made.partition(), made.rows());
        out.accept(made);
    }

    /** Records that go out in batches too. */
    private final class Records {
        private final ColumnBatchBuilder builder;

        Records(Dataset dataset) {
            builder = new ColumnBatchBuilder(dataset, FEW_ROWS);
        }

        int rows() {
            return builder.rows();
        }

        void add(SpecificRecordBase row) {
            builder.row(row);
        }

        void emit(PartitionKey partition) {
            if (builder.rows() > 0) {
                ColumnBatch made = builder.build(partition);
                books.emitted(partition, made.rows());
                if (builder.dataset() == VALIDATION) {
                    books.further(VALIDATION.id(), made.rows());
                }
                out.accept(made);
            }
        }
    }
}
