package io.champion.cli;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.champion.indicators.Bar;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A csv file of bars: a header with {@code date}, {@code time} or {@code timestamp}, {@code close},
 * and any of {@code open}, {@code high}, {@code low}, {@code volume}, {@code turnover}, {@code
 * benchmark} and {@code symbol}, in any order and case; other columns are left alone. A cell
 * without anything is a number that is not known. Plain or gzipped.
 *
 * <p>It is in memory as a whole: rows of a symbol that are not in the order of time are put into
 * it, each into the place of one of them.
 */
final class BarFile {

    /** Columns with numbers, in the order of {@link Row}. */
    private static final List<String> NUMBERS =
            List.of("open", "high", "low", "close", "volume", "turnover", "benchmark");

    private static final int HIGH = 1;
    private static final int LOW = 2;
    private static final int CLOSE = 3;

    private static final List<String> TIMES = List.of("timestamp", "datetime", "time", "date");

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** How many rejects are told one by one. */
    private static final int SHOWN_REJECTS = 20;

    /** A bar, and how its time was written. */
    private record Row(long line, String text, BarTime time, double[] numbers) {}

    private final Path file;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> symbols = new ArrayList<>();
    private final List<String> rejects = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private long rejected;
    private int reordered;
    private String timeColumn;
    private boolean hasSymbols;

    /** The columns' places: the time, the symbol, and the numbers; -1 where there is none. */
    private int timeAt;

    private int symbolAt;
    private int[] numbersAt;

    private BarFile(Path file) {
        this.file = file;
    }

    /**
     * Reads a file.
     *
     * @throws UserException if it is no file of bars
     */
    static BarFile read(Path file) {
        BarFile bars = new BarFile(file);
        try (InputStream in = open(file)) {
            bars.readRows(in);
        } catch (CsvParseException | UncheckedIOException e) {
            throw new UserException(
                    ExitCode.INPUT, file + " cannot be read: " + Failures.explain(e), e);
        } catch (IOException e) {
            throw new UserException(
                    ExitCode.INPUT,
                    Files.exists(file)
                            ? file + " cannot be read: " + Failures.explain(e)
                            : "There is no file " + file + ".",
                    e);
        }
        bars.sort();
        return bars;
    }

    private static InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            in.mark(2);
            boolean isGzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            return isGzip ? new GZIPInputStream(in, 1 << 16) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private void readRows(InputStream in) throws IOException {
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder()
                        .commentStrategy(CommentStrategy.NONE)
                        .detectBomHeader(true)
                        .skipEmptyLines(true)
                        .trimWhitespacesAroundQuotes(true)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(in)) {
            Iterator<CsvRecord> records = reader.iterator();
            if (!records.hasNext()) {
                throw new UserException(ExitCode.INPUT, file + " is empty.");
            }
            CsvRecord header = records.next();
            header(header.getFields());
            while (records.hasNext()) {
                CsvRecord record = records.next();
                if (!isBlank(record)) {
                    row(record, header.getFieldCount());
                }
            }
        }
    }

    private static boolean isBlank(CsvRecord record) {
        return record.getFieldCount() == 1 && record.getField(0).isBlank();
    }

    private void header(List<String> fields) {
        List<String> names =
                fields.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
        timeAt = TIMES.stream().mapToInt(names::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
        if (timeAt < 0) {
            timeAt = names.indexOf("");
        }
        symbolAt = names.indexOf("symbol");
        numbersAt = NUMBERS.stream().mapToInt(names::indexOf).toArray();
        if (timeAt < 0 || numbersAt[CLOSE] < 0) {
            throw new UserException(
                    ExitCode.INPUT,
                    file
                            + ", line 1: the header '"
                            + String.join(",", fields)
                            + "' has no column '"
                            + (timeAt < 0 ? "date" : "close")
                            + "'; name the columns date, open, high, low, close, volume.");
        }
        timeColumn = fields.get(timeAt).strip();
        hasSymbols = symbolAt >= 0;
        for (String name : List.of("open", "high", "low", "volume")) {
            if (!names.contains(name)) {
                missing.add(name);
            }
        }
    }

    private void row(CsvRecord record, int columns) {
        long line = record.getStartingLineNumber();
        if (record.getFieldCount() != columns) {
            reject(
                    line,
                    "the row has "
                            + Text.count(record.getFieldCount(), "field")
                            + ", the header "
                            + columns);
            return;
        }
        String text = record.getField(timeAt).strip();
        BarTime time;
        try {
            time = BarTime.parse(text);
        } catch (DateTimeException e) {
            reject(line, timeColumn, text, "is no date or time " + BarTime.TAKES);
            return;
        }
        String symbol = hasSymbols ? record.getField(symbolAt).strip() : "";
        if (hasSymbols && symbol.isEmpty()) {
            reject(line, "symbol", symbol, "is empty");
            return;
        }
        double[] numbers = new double[NUMBERS.size()];
        boolean isEmpty = true;
        for (int i = 0; i < numbers.length; i++) {
            String number = numbersAt[i] < 0 ? "" : record.getField(numbersAt[i]).strip();
            if (number.isEmpty()) {
                numbers[i] = Double.NaN;
                continue;
            }
            numbers[i] = NUMBER.matcher(number).matches() ? Double.parseDouble(number) : Double.NaN;
            String wrong =
                    Double.isNaN(numbers[i]) || Double.isInfinite(numbers[i])
                            ? "is no number"
                            : numbers[i] < 0 ? "is negative" : null;
            if (wrong != null) {
                reject(line, NUMBERS.get(i), number, wrong);
                return;
            }
            isEmpty = false;
        }
        if (isEmpty) {
            reject(line, "the row has no numbers");
        } else if (numbers[HIGH] < numbers[LOW]) {
            reject(
                    line,
                    "high",
                    record.getField(numbersAt[HIGH]).strip(),
                    "is below low, " + record.getField(numbersAt[LOW]).strip());
        } else {
            rows.add(new Row(line, text, time, numbers));
            symbols.add(symbol);
        }
    }

    /** Puts the rows of each symbol into the order of time, and rejects those of the same time. */
    private void sort() {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            places.computeIfAbsent(symbols.get(i), symbol -> new ArrayList<>()).add(i);
        }
        Row[] sorted = new Row[rows.size()];
        for (List<Integer> own : places.values()) {
            List<Row> ownRows = new ArrayList<>(own.stream().map(rows::get).toList());
            ownRows.sort(Comparator.comparingLong(row -> row.time().nanos()));
            Row before = null;
            int place = 0;
            for (Row row : ownRows) {
                if (before != null && row.time().nanos() == before.time().nanos()) {
                    reject(
                            row.line(),
                            timeColumn,
                            row.text(),
                            "is there already, in line " + before.line());
                    continue;
                }
                reordered += rows.get(own.get(place)).line() == row.line() ? 0 : 1;
                sorted[own.get(place++)] = row;
                before = row;
            }
        }
        List<String> symbolsLeft = new ArrayList<>();
        rows.clear();
        for (int i = 0; i < sorted.length; i++) {
            if (sorted[i] != null) {
                rows.add(sorted[i]);
                symbolsLeft.add(symbols.get(i));
            }
        }
        symbols.clear();
        symbols.addAll(symbolsLeft);
    }

    private void reject(long line, String field, String value, String wrong) {
        reject(line, "'" + field + "' is '" + value + "', which " + wrong);
    }

    private void reject(long line, String wrong) {
        rejected++;
        if (rejects.size() < SHOWN_REJECTS) {
            rejects.add(file + ", line " + line + ": " + wrong + ".");
        }
    }

    int size() {
        return rows.size();
    }

    /** As the file's header has it. */
    String timeColumn() {
        return timeColumn;
    }

    boolean hasSymbols() {
        return hasSymbols;
    }

    /** Columns that the file has not and that indicators look at. */
    List<String> missing() {
        return missing;
    }

    /** Rows that did not stand in the order of time. */
    int reordered() {
        return reordered;
    }

    /** Rows that are left out. */
    long rejected() {
        return rejected;
    }

    /** The first rejects, one sentence each. */
    List<String> shownRejects() {
        return rejects;
    }

    String symbol(int row) {
        return symbols.get(row);
    }

    /** The row's time as written. */
    String time(int row) {
        return rows.get(row).text();
    }

    /** Fills a bar with a row. */
    void fill(int row, Bar bar) {
        Row from = rows.get(row);
        bar.reset(from.time().nanos(), from.time().session());
        double[] numbers = from.numbers();
        bar.open = numbers[0];
        bar.high = numbers[HIGH];
        bar.low = numbers[LOW];
        bar.close = numbers[CLOSE];
        bar.volume = numbers[4];
        bar.turnover = numbers[5];
        bar.benchmark = numbers[6];
    }
}
