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
import java.nio.charset.StandardCharsets;
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
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A csv file of bars: a header with {@code date}, {@code time} or {@code timestamp}, {@code close},
 * and any of {@code open}, {@code high}, {@code low}, {@code volume}, {@code turnover}, {@code
 * benchmark} and {@code symbol}, in any order and case; other columns are left alone. Quotes have
 * {@code bid_price} and {@code ask_price} instead, or besides. A cell without anything, or with
 * null or -, is a number that is not known. Plain or gzipped, with commas, semicolons or tabs
 * between.
 *
 * <p>It is in memory as a whole: rows of a symbol that are not in the order of time are put into
 * it, each into the place of one of them.
 */
final class BarFile {

    /** Columns with numbers, in the order of {@link Row}. */
    private static final List<String> NUMBERS =
            List.of(
                    "open",
                    "high",
                    "low",
                    "close",
                    "volume",
                    "turnover",
                    "benchmark",
                    "bid_price",
                    "ask_price");

    private static final int HIGH = 1;
    private static final int LOW = 2;
    private static final int CLOSE = 3;
    private static final int BID = 7;
    private static final int ASK = 8;

    private static final List<String> TIMES =
            List.of("timestamp", "datetime", "time", "date", "open time", "open_time", "unix");

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** With commas between thousands, or lakhs and crores. */
    private static final Pattern GROUPED =
            Pattern.compile("[+-]?\\d{1,3}(,\\d{2,3})*,\\d{3}(\\.\\d*)?");

    /** How programs write a number that they do not have. */
    private static final Set<String> UNKNOWN = Set.of("", "null", "n/a", "-");

    private static final int LONGEST_HEADER = 1 << 14;

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

    /** The one of comma, semicolon and tab that the header has; the stream stays where it is. */
    private static char separator(InputStream in) throws IOException {
        in.mark(LONGEST_HEADER);
        String head = new String(in.readNBytes(LONGEST_HEADER), StandardCharsets.UTF_8);
        in.reset();
        String header = head.lines().findFirst().orElse("");
        for (char separator : new char[] {',', ';', '\t'}) {
            if (header.indexOf(separator) >= 0) {
                return separator;
            }
        }
        return ',';
    }

    private void readRows(InputStream unmarked) throws IOException {
        InputStream in = new BufferedInputStream(unmarked, LONGEST_HEADER);
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder()
                        .fieldSeparator(separator(in))
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
        boolean quotes = numbersAt[BID] >= 0 && numbersAt[ASK] >= 0;
        if (timeAt < 0 || numbersAt[CLOSE] < 0 && !quotes) {
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
            if (!quotes && !names.contains(name)) {
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
            if (UNKNOWN.contains(number.toLowerCase(Locale.ROOT))) {
                numbers[i] = Double.NaN;
                continue;
            }
            if (GROUPED.matcher(number).matches()) {
                number = number.replace(",", "");
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

    /** Rows that are left out. */
    long rejected() {
        return rejected;
    }

    String symbol(int row) {
        return symbols.get(row);
    }

    /** The row's time as written. */
    String time(int row) {
        return rows.get(row).text();
    }

    /** Seconds from 1970-01-01T00:00 to the row's time as written. */
    long localSeconds(int row) {
        return rows.get(row).time().local();
    }

    /** Tells what is left out, missing or out of order. */
    void tell(Console console) {
        rejects.forEach(reject -> console.err().println("champion: " + reject));
        long hidden = rejected - rejects.size();
        if (hidden > 0) {
            console.err().println("champion: and " + Text.count(hidden, "more row") + ".");
        }
        if (rejected > 0) {
            console.err()
                    .println(
                            Text.count(rejected, "row")
                                    + " left out, "
                                    + Text.count(size(), "bar")
                                    + " taken.");
        }
        if (!missing.isEmpty()) {
            console.err()
                    .println(
                            "The file has no "
                                    + String.join(", no ", missing)
                                    + ": features that need it are empty.");
        }
        if (reordered > 0) {
            console.err()
                    .println(
                            Text.count(reordered, "row")
                                    + " moved: the bars of a symbol are taken in the order of"
                                    + " time.");
        }
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
        bar.bid = numbers[BID];
        bar.ask = numbers[ASK];
    }
}
