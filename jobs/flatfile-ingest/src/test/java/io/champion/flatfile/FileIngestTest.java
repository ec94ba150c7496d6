package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.local.S3Server;
import io.champion.model.ColumnBatch;
import io.champion.model.record.FlatFileValidation;
import io.champion.model.record.Reject;
import io.champion.model.record.Trade;
import io.champion.quality.Accounting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.generic.IndexedRecord;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the lines of a file, without Flink around it. */
class FileIngestTest {

    private static final Instant RUN = Instant.parse("2026-03-03T10:00:00Z");

    @TempDir Path folder;

    /** What was made of a file. */
    private record Made(List<String> rows, List<IndexedRecord> records, Accounting books) {
        <T> List<T> all(Class<T> type) {
            return records.stream().filter(type::isInstance).map(type::cast).toList();
        }

        List<Trade> trades() {
            return all(Trade.class);
        }

        FlatFileValidation validation(String symbol) {
            return all(FlatFileValidation.class).stream()
                    .filter(row -> row.getSymbol().equals(symbol))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Work.Task task(boolean general) {
        return new Work.Task(
                new Checks(300_000_000_000L, 5, 100, List.of(Pattern.compile("Z[A-Z]ZZT"))),
                RUN,
                general);
    }

    private FlatFile file(String name, FlatFileKind kind, List<String> lines) throws IOException {
        byte[] text =
                (GeneratedLines.header(kind) + "\n" + String.join("\n", lines) + "\n")
                        .getBytes(UTF_8);
        return file(name, name.endsWith(".gz") ? gzip(text) : text);
    }

    private FlatFile file(String name, byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve(name), bytes);
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(file.toUri());
        return FileHead.read(path.getFileSystem().getFileStatus(path));
    }

    private static byte[] gzip(byte[]... members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] member : members) {
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(member);
            }
        }
        return bytes.toByteArray();
    }

    private static Made make(List<FilePart> parts, boolean general) throws Exception {
        List<IndexedRecord> records = new ArrayList<>();
        Accounting books = new Accounting();
        LineCounts lineCounts = new LineCounts();
        for (FilePart part : parts) {
            books.add(
                    FileIngest.run(
                            part,
                            task(general),
                            lineCounts,
                            batch -> {
                                for (int i = 0; i < batch.rows(); i++) {
                                    records.add(row(batch, i));
                                }
                            }));
        }
        books.verify(FileIngest.REJECTS.id());
        return new Made(records.stream().map(Object::toString).toList(), records, books);
    }

    private static IndexedRecord row(ColumnBatch batch, int row) {
        IndexedRecord record = batch.record(row);
        assertThat(batch.dataset().partitionOf(record)).isEqualTo(batch.partition());
        return record;
    }

    private Made trades(String... lines) throws Exception {
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, List.of(lines));
        return make(List.of(FilePart.whole(file)), false);
    }

    private static String trade(String ticker, long sequence, long millis, String price) {
        return ticker
                + ",,0,11,id"
                + sequence
                + ",0,"
                + price
                + ","
                + sequence
                + ","
                + (GeneratedLines.START + millis * 1_000_000)
                + ",100,1,0,0";
    }

    @ParameterizedTest
    @EnumSource(FlatFileKind.class)
    void bothPathsMakeTheSameOfAFile(FlatFileKind kind) throws Exception {
        GeneratedLines generated = new GeneratedLines(99);
        List<String> lines = new ArrayList<>();
        for (String line : generated.lines(kind, 60, 60)) {
            lines.add(lines.size() % 20 == 7 ? generated.mutated(line) : line);
        }
        FlatFile file = file("2026-03-02.csv.gz", kind, lines);

        Made fast = make(List.of(FilePart.whole(file)), false);
        Made general = make(List.of(FilePart.whole(file)), true);

        assertThat(fast.rows()).isEqualTo(general.rows());
        assertThat(fast.books().rejected()).isNotEmpty();
        // A duplicate row may have been mutated into another one, but not all were.
        if (kind != FlatFileKind.DAY_BARS) {
            assertThat(fast.books().duplicates()).isPositive();
        }
    }

    @Test
    void everyColumnIsWhatTheFileSays() throws Exception {
        Made made =
                trades(
                        "BRK.B,\"12,37\",1,4,xy-7,1772442000000000001,157.350000,3372,"
                                + "1772442000000000123,10.500000,2,202,1772442000000000077");

        Trade trade = made.trades().get(0);
        assertThat(trade.getSymbol()).isEqualTo("BRK.B");
        assertThat(trade.getEntityId()).isEqualTo("SIP:BRK.B");
        assertThat(trade.getExchange()).isEqualTo("SIP");
        assertThat(trade.getSource()).isEqualTo("us_stocks_sip_trades");
        assertThat(trade.getIngestTime()).isEqualTo(RUN);
        assertThat(trade.getTradeDate()).isEqualTo(LocalDate.of(2026, 3, 2));
        assertThat(trade.getEventTime()).isEqualTo(1772442000000000123L);
        assertThat(trade.getParticipantTime()).isEqualTo(1772442000000000001L);
        assertThat(trade.getTrfTime()).isEqualTo(1772442000000000077L);
        assertThat(trade.getConditions()).containsExactly(12, 37);
        assertThat(trade.getCorrection()).isEqualTo(1);
        assertThat(trade.getExchangeId()).isEqualTo(4);
        assertThat(trade.getTrfId()).isEqualTo(202);
        assertThat(trade.getTape()).isEqualTo(2);
        assertThat(trade.getTradeId()).isEqualTo("xy-7");
        assertThat(trade.getSequenceNumber()).isEqualTo(3372);
        assertThat(trade.getPrice()).isEqualTo(157.35);
        assertThat(trade.getSize()).isEqualTo(10.5);
        assertThat(trade.getIsOutlier()).isFalse();
    }

    @Test
    void columnsMayStandInAnyOrderAndCapitals() throws Exception {
        String text =
                "\uFEFFSIZE,Price,extra,ID,Exchange,SIP_Timestamp,Sequence_Number,Ticker\r\n"
                        + "5,1.5,what,a,3,1772442000000000123,7,A\r\n";
        FlatFile file = file("2026-03-02.csv", text.getBytes(UTF_8));

        Made made = make(List.of(FilePart.whole(file)), false);

        assertThat(file.kind().unknown(file.header().names())).containsExactly("extra");
        assertThat(made.trades()).hasSize(1);
        assertThat(made.trades().get(0).getParticipantTime()).isNull();
        assertThat(made.trades().get(0).getConditions()).isEmpty();
        assertThat(made.trades().get(0).getSize()).isEqualTo(5);
    }

    @Test
    void duplicatesAreRemovedWhereverTheyStand() throws Exception {
        Made made =
                trades(
                        trade("A", 10, 0, "5"),
                        trade("A", 11, 1, "5"),
                        trade("A", 11, 1, "5"),
                        trade("A", 14, 4, "5"),
                        trade("A", 12, 2, "5"),
                        trade("A", 12, 2, "5"),
                        trade("A", 10, 0, "5"),
                        trade("A", 11, 1, "5").replace(",11,id", ",12,id"),
                        trade("B", 10, 0, "5"));

        assertThat(made.books().duplicates()).isEqualTo(3);
        assertThat(made.trades()).hasSize(6);
        assertThat(made.validation("A").getDuplicates()).isEqualTo(3);
        assertThat(made.validation("A").getBackwardTimes()).isEqualTo(2);
    }

    @Test
    void aFileThatIsNotGroupedByTickerIsRememberedAsAWhole() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 9000; i++) {
            lines.add(trade("T" + i % 7, i, i, "5"));
        }
        lines.addAll(lines.subList(0, 500));
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, lines);

        Made made = make(List.of(FilePart.whole(file)), false);

        assertThat(made.trades()).hasSize(9000);
        assertThat(made.books().duplicates()).isEqualTo(500);
        assertThat(made.all(FlatFileValidation.class)).hasSize(7);
    }

    @Test
    void aTickerThatReturnsLateIsNoProblem() throws Exception {
        List<String> lines =
                new ArrayList<>(new GeneratedLines(4).lines(FlatFileKind.TRADES, 50, 200));
        Made sorted =
                make(List.of(FilePart.whole(file("a.csv", FlatFileKind.TRADES, lines))), false);
        List<String> again = new ArrayList<>(lines);
        again.addAll(lines.subList(0, 1000));

        Made made = make(List.of(FilePart.whole(file("a.csv", FlatFileKind.TRADES, again))), false);

        assertThat(made.trades().stream().map(Object::toString).toList())
                .isEqualTo(sorted.trades().stream().map(Object::toString).toList());
        assertThat(made.books().rowsRead()).isEqualTo(sorted.books().rowsRead() + 1000);
        assertThat(made.books().warnings()).isEqualTo(sorted.books().warnings()).isNotEmpty();
    }

    /** What is before a part need not say whether the part's first ticker began there. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartThatBeginsBehindDamageIsNotReadAsOne(boolean aLine) throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            lines.add(trade("A", i, i, "5"));
        }
        lines.add(aLine ? "x".repeat(300_000) : "x;y\n".repeat(75_000).strip());
        for (String ticker : List.of("M", "N")) {
            for (int i = 0; i < 3_000; i++) {
                lines.add(trade(ticker, i, i, "5"));
            }
        }
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, lines);
        long border = file.headerBytes() + String.join("\n", lines.subList(0, 3_001)).length();
        List<FilePart> parts =
                List.of(
                        new FilePart(file, 0, 2, 0, border),
                        new FilePart(file, 1, 2, border, Long.MAX_VALUE));

        assertThatThrownBy(() -> make(parts, false))
                .isInstanceOfSatisfying(
                        FlatFileException.class, e -> assertThat(e.isOfSplitting()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(longs = {500, 3_000, 20_000, 100_000})
    void partsMakeTheSameAsTheWhole(long size) throws Exception {
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, withRejects());

        Made whole = make(List.of(FilePart.whole(file)), false);
        List<FilePart> parts = FilePart.of(file, size);
        Made made = make(parts, false);

        assertThat(parts).hasSizeGreaterThan(1);
        assertThat(sorted(made.rows())).isEqualTo(sorted(whole.rows()));
        assertThat(made.books().duplicates()).isEqualTo(whole.books().duplicates());
    }

    /** A ticker may be larger than several parts, each of which would read all of it. */
    @Test
    void aPartInWhichNoTickerBeginsIsReadNoFurtherThanItsEnd() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            lines.add(trade("M", i, i, "5"));
        }
        // Whoever comes as far as that says that the file is not sorted.
        lines.add(trade("A", 1, 1, "5"));
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, lines);
        List<FilePart> parts = FilePart.of(file, 20_000);
        assertThat(parts).hasSizeGreaterThan(3);

        assertThat(make(List.of(parts.get(1)), false).rows()).isEmpty();
    }

    /** Parts of an object are asked for by their place in it. */
    @Test
    void partsOfAnObjectMakeTheSameAsTheFile(@TempDir Path server) throws Exception {
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, withRejects());
        Made whole = make(List.of(FilePart.whole(file)), false);
        try (S3Server s3 = S3Server.start(server, "published")) {
            s3.mount();
            org.apache.flink.core.fs.Path object = s3.path("2026-03-02.csv");
            try (OutputStream out = object.getFileSystem().create(object, WriteMode.NO_OVERWRITE)) {
                Files.copy(folder.resolve("2026-03-02.csv"), out);
            }
            FlatFile published = FileHead.read(object.getFileSystem().getFileStatus(object));
            List<FilePart> parts = FilePart.of(published, 20_000);
            Made made = make(parts, false);

            assertThat(parts).hasSizeGreaterThan(3);
            assertThat(sorted(made.rows())).isEqualTo(sorted(whole.rows()));
            assertThat(made.books().duplicates()).isEqualTo(whole.books().duplicates());
        }
    }

    private static List<String> withRejects() {
        GeneratedLines generated = new GeneratedLines(5);
        List<String> lines = new ArrayList<>();
        for (String line : generated.lines(FlatFileKind.TRADES, 40, 60)) {
            lines.add(lines.size() % 50 == 3 ? generated.mutated(line).replace(",", ";") : line);
        }
        return lines;
    }

    private static List<String> sorted(List<String> rows) {
        return rows.stream().sorted().toList();
    }

    @Test
    void aFileThatIsNotSortedIsNotReadInParts() throws Exception {
        List<String> lines =
                new ArrayList<>(new GeneratedLines(8).lines(FlatFileKind.TRADES, 40, 60));
        lines.add(lines.size() / 2, trade("A", 1, 0, "5").replaceFirst("A", "0"));
        FlatFile file = file("2026-03-02.csv", FlatFileKind.TRADES, lines);

        assertThatThrownBy(() -> make(FilePart.of(file, 10_000), false))
                .isInstanceOf(FlatFileException.class)
                .matches(e -> ((FlatFileException) e).isOfSplitting());
    }

    @Test
    void rejectsNameLineFieldAndValue() throws Exception {
        String cancelled = trade("A", 2, 1, "5").replace(",,0,", ",,8,");
        Made made =
                trades(
                        trade("A", 1, 0, "5"),
                        "",
                        cancelled,
                        trade("A", 3, 2, "-1.50"),
                        trade("A", 4, 3, "0"),
                        trade("A", 5, 4, "5").replace(",100,", ",-1,"),
                        trade("A", 6, 90_000_000, "5"),
                        trade("ZVZZT", 7, 6, "5"),
                        "nonsense");

        assertThat(made.trades()).hasSize(1);
        List<Reject> rejects = made.all(Reject.class);
        assertThat(rejects)
                .extracting(Reject::getReason)
                .containsExactly(
                        "trade_withdrawn",
                        "price_not_positive",
                        "price_not_positive",
                        "size_negative",
                        "other_day",
                        "test_ticker",
                        "wrong_number_of_columns");
        assertThat(rejects.get(0).getLine()).isEqualTo(4);
        assertThat(rejects.get(0).getRecord()).isEqualTo(cancelled);
        assertThat(rejects.get(1).getField()).isEqualTo("price");
        assertThat(rejects.get(1).getValue()).isEqualTo("-1.50");
        assertThat(rejects.get(5).getValue()).isEqualTo("ZVZZT");
        assertThat(rejects).allMatch(r -> r.getFile().equals("2026-03-02.csv"));
        assertThat(made.books().rowsRead()).isEqualTo(8);
    }

    @Test
    void flagsGapsOutliersAndFewTrades() throws Exception {
        // 10:00 in New York.
        long open = 6 * 3_600_000L;
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            lines.add(trade("A", i + 1, open + i * 1000L, i == 100 ? "8.00" : "5.0" + i % 3));
        }
        lines.add(trade("A", 1000, open + 150_000 + 400_000, "5.01"));
        lines.add(trade("B", 1, open, "5"));

        Made made = trades(lines.toArray(String[]::new));

        assertThat(made.trades().stream().filter(Trade::getIsOutlier))
                .extracting(Trade::getPrice)
                .containsExactly(8.0);
        FlatFileValidation a = made.validation("A");
        assertThat(a.getOutliers()).isEqualTo(1);
        assertThat(a.getGaps()).isEqualTo(1);
        assertThat(a.getLongestGap()).isEqualTo(401.0);
        assertThat(a.getTooFew()).isFalse();
        assertThat(a.getPriceMean())
                .isEqualTo(
                        made.trades().stream()
                                .filter(t -> t.getSymbol().equals("A"))
                                .mapToDouble(Trade::getPrice)
                                .average()
                                .orElseThrow(),
                        org.assertj.core.api.Assertions.within(1e-12));
        assertThat(made.validation("B").getTooFew()).isTrue();
        assertThat(made.books().warnings())
                .containsEntry("gap_in_session", 1L)
                .containsEntry("price_outlier", 1L)
                .containsEntry("ticker_with_too_few_trades", 1L);
    }

    @Test
    void aSecondBarOfAMinuteIsRefusedUnlessItIsTheSame() throws Exception {
        String bar = "A,100,5,5.5,6,4," + GeneratedLines.START + ",7";
        FlatFile file =
                file(
                        "2026-03-02.csv",
                        FlatFileKind.MINUTE_BARS,
                        List.of(
                                bar,
                                bar,
                                bar.replace("5.5", "5.6"),
                                bar.replace(",6,4,", ",3,4,"),
                                bar.replace(
                                        String.valueOf(GeneratedLines.START),
                                        String.valueOf(GeneratedLines.START + 60_000_000_000L)),
                                bar));

        Made made = make(List.of(FilePart.whole(file)), false);

        assertThat(made.books().duplicates()).isEqualTo(2);
        assertThat(made.all(Reject.class))
                .extracting(Reject::getReason)
                .containsExactly("second_bar", "price_order");
    }

    @Test
    void overlongLinesCostThemselvesAlone() throws Exception {
        String garbage = "x".repeat(700_000);
        Made made =
                trades(trade("A", 1, 0, "5"), "y".repeat(20_000), garbage, trade("A", 2, 1, "5"));

        assertThat(made.trades()).hasSize(2);
        assertThat(made.all(Reject.class))
                .extracting(Reject::getReason)
                .containsExactly("line_too_long", "line_too_long");
        assertThat(made.all(Reject.class)).extracting(Reject::getLine).containsExactly(3L, 4L);
    }

    @Test
    void gzipIsReadToItsEndOrNamedBroken() throws Exception {
        byte[] header = (GeneratedLines.TRADES + "\n").getBytes(UTF_8);
        StringBuilder text = new StringBuilder();
        new GeneratedLines(6)
                .lines(FlatFileKind.TRADES, 400, 30)
                .forEach(l -> text.append(l).append('\n'));
        byte[] rows = text.toString().getBytes(UTF_8);
        FlatFile members = file("members.csv.gz", gzip(header, rows, new byte[0]));
        Made made = make(List.of(FilePart.whole(members)), false);
        assertThat(made.books().rowsRead()).isEqualTo(text.toString().lines().count());

        byte[] sound = gzip(header, rows);
        for (byte[] bad :
                List.of(
                        Arrays.copyOf(sound, sound.length - 1),
                        Arrays.copyOf(sound, sound.length - 300),
                        flipped(sound, sound.length - 6),
                        flipped(sound, sound.length * 3 / 4),
                        flipped(sound, sound.length - 2),
                        concat(sound, "more".getBytes(UTF_8)))) {
            FlatFile broken = file("broken.csv.gz", bad);
            assertThatThrownBy(() -> make(List.of(FilePart.whole(broken)), false))
                    .isInstanceOf(FlatFileException.class)
                    .hasMessageContaining("broken.csv.gz cannot be read to its end: it");
        }
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= 0x55;
        return copy;
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void chunksHoldAllLinesHoweverTheyAreRead() throws Exception {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            text.append("line ").append(i).append("-".repeat(random.nextInt(80))).append('\n');
        }
        byte[] bytes = text.substring(0, text.length() - 1).getBytes(UTF_8);
        StringBuilder read = new StringBuilder();
        try (LineChunks chunks =
                new LineChunks(
                        "test",
                        0,
                        () ->
                                new ByteArrayInputStream(bytes) {
                                    @Override
                                    public synchronized int read(byte[] to, int at, int length) {
                                        return super.read(to, at, Math.min(length, 777));
                                    }
                                })) {
            for (LineChunks.Chunk c = chunks.next(); c != null; c = chunks.next()) {
                assertThat(c.offset() + c.from()).isEqualTo(read.length());
                read.append(new String(c.text(), c.from(), c.to() - c.from(), UTF_8));
            }
        }
        assertThat(read.toString()).isEqualTo(text.toString());
    }

    /** The excerpts mix days; each row is a day's file of its own here. */
    @Test
    void realRowsAreReadTheSameOnBothPaths() throws Exception {
        Path data = realData();
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isDirectory(data));
        int files = 0;
        try (Stream<Path> excerpts = Files.list(data)) {
            for (Path excerpt : excerpts.sorted().toList()) {
                List<String> lines = Files.readAllLines(excerpt);
                for (String line : lines.subList(1, lines.size())) {
                    FlatFile file =
                            file(
                                    "real" + files++ + ".csv",
                                    (lines.get(0) + "\n" + line + "\n").getBytes(UTF_8));
                    Made fast = make(List.of(FilePart.whole(file)), false);
                    Made general = make(List.of(FilePart.whole(file)), true);
                    assertThat(fast.books().written().values()).containsExactly(1L);
                    assertThat(fast.rows()).isEqualTo(general.rows());
                    assertThat(excerpt.getFileName().toString())
                            .startsWith(
                                    switch (file.kind()) {
                                        case TRADES -> "trades";
                                        case QUOTES -> "quotes";
                                        case MINUTE_BARS -> "minute_aggs";
                                        case DAY_BARS -> "day_aggs";
                                    });
                }
            }
        }
        assertThat(files).isPositive();
    }

    private static Path realData() {
        String named = System.getenv("CHAMPION_REAL_DATA");
        Path root = Path.of(named == null ? "../../../shared/data" : named);
        return root.resolve("polygon_flat_files_excerpts");
    }

    @Test
    void rowsAreHandedOutInBatches() throws Exception {
        List<String> lines = new GeneratedLines(5).lines(FlatFileKind.TRADES, 40, 400);
        List<Integer> sizes = new ArrayList<>();
        FileIngest.run(
                FilePart.whole(file("2026-03-02.csv", FlatFileKind.TRADES, lines)),
                task(false),
                new LineCounts(),
                batch -> sizes.add(batch.rows()));
        assertThat(Collections.max(sizes)).isEqualTo(FileIngest.BATCH_ROWS);
    }

    /** A batch has the arrays of the one before; nothing of that may be seen. */
    @Test
    void nothingIsLeftOfTheBatchBefore() throws Exception {
        int rows = 3 * FileIngest.BATCH_ROWS;
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            // Each batch has values where the one after has none.
            boolean full = i / FileIngest.BATCH_ROWS % 2 == 0;
            lines.add(
                    String.join(
                            ",",
                            "A",
                            full ? "\"12,37," + i + "\"" : "",
                            full ? "1" : "",
                            "11",
                            full ? "a-long-id-" + i : String.valueOf(i),
                            full ? String.valueOf(GeneratedLines.START) : "0",
                            full && i % 100 == 99 ? "900" : "5",
                            String.valueOf(i + 1),
                            String.valueOf(GeneratedLines.START + i * 1_000_000L),
                            "100",
                            "1",
                            full ? "202" : "",
                            full ? String.valueOf(GeneratedLines.START) : ""));
        }
        List<Trade> made = trades(lines.toArray(String[]::new)).trades();
        assertThat(made).hasSize(rows);
        for (int i = 0; i < rows; i++) {
            boolean full = i / FileIngest.BATCH_ROWS % 2 == 0;
            Trade trade = made.get(i);
            assertThat(
                            List.of(
                                    trade.getConditions(),
                                    trade.getTradeId(),
                                    trade.getSequenceNumber(),
                                    trade.getIsOutlier() && !full))
                    .isEqualTo(
                            List.of(
                                    full ? List.of(12, 37, i) : List.of(),
                                    full ? "a-long-id-" + i : String.valueOf(i),
                                    (long) i + 1,
                                    false));
            assertThat(
                            Arrays.asList(
                                    trade.getCorrection(),
                                    trade.getTrfId(),
                                    trade.getTrfTime(),
                                    trade.getParticipantTime()))
                    .allMatch(value -> (value != null) == full);
        }
        assertThat(made).anyMatch(Trade::getIsOutlier);
    }

    @Test
    void aBarThatRepeatsIsADuplicateAlsoWhereItHasNoVwap() throws Exception {
        StringBuilder text = new StringBuilder(GeneratedLines.BARS + ",vwap\n");
        int bars = FileIngest.BATCH_ROWS + 10;
        for (int i = 0; i < bars; i++) {
            boolean last = i == bars - 1;
            String bar =
                    "T"
                            + (100_000 + i)
                            + ",100,5,5,5,5,"
                            + GeneratedLines.START
                            + ",7,"
                            + (last ? "" : "5." + i)
                            + "\n";
            text.append(bar).append(last ? bar : "");
        }
        Made made =
                make(
                        List.of(
                                FilePart.whole(
                                        file("2026-03-02.csv", text.toString().getBytes(UTF_8)))),
                        false);
        assertThat(made.books().duplicates()).isEqualTo(1);
        assertThat(made.books().rowsRejected()).isZero();
    }
}
