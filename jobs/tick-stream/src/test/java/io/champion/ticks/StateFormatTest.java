package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.kafka.DeadLetter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/**
 * State that was written once stays readable. The files under {@code state/} hold bytes of each
 * format; a new format gets files of its own, and the old ones stay.
 */
final class StateFormatTest {
    private static final long START = 1_750_221_000_000L;
    private static final long LATENESS = 120_000;
    private static final BookSettings SETTINGS =
            new BookSettings(
                    BarIntervals.of(
                            List.of(
                                    Duration.ofSeconds(1),
                                    Duration.ofMinutes(1),
                                    Duration.ofDays(1))),
                    LATENESS,
                    6);

    /** The watermark of what {@link #written} leaves. */
    private static final long WATERMARK = START + 62_000;

    private static final TickMessage MESSAGE =
            new TickMessage(3, 77, 1_750_221_000_123L, bytes("NSE:X:EQ"), bytes("v"), "NSE:X:EQ");
    private static final TickMessage ODD =
            new TickMessage(0, Long.MAX_VALUE, -1, null, null, "\u0905");
    private static final RefusedTick REFUSED =
            new RefusedTick(
                    MESSAGE, DeadLetter.Kind.LATE, "late", "event_time", "", "Too late \u2026");

    private static final TickBatch BATCH = new TickBatch(List.of(MESSAGE, ODD));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> fixture(String name) {
        try (InputStream in = StateFormatTest.class.getResourceAsStream("/state/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InstrumentBook.Verdict give(
            InstrumentBook book,
            long watermark,
            long sequence,
            long key,
            long after,
            double price,
            boolean counts) {
        return book.accept(
                sequence,
                key,
                (START + after) * 1_000_000 + 7,
                FixedPoint.of(price),
                FixedPoint.of(2.5),
                counts,
                watermark);
    }

    /**
     * Two minutes, of which the first was forgotten early; windows that were emitted, that are due
     * again, and that are settled in part; a correction, a cancellation, a hashed trade id.
     */
    private static MemoryStore written() {
        MemoryStore store = new MemoryStore();
        InstrumentBook book = new InstrumentBook(SETTINGS, store);
        give(book, START, 1, 900_001, 1_000, 100.25, true);
        give(book, START, 2, 900_002, 1_500, 101, true);
        give(book, START, 4, 900_002, 1_500, 99.5, true);
        give(book, START, 5, TradeKeys.of("T-5"), 60_100, 98.05, true);
        give(book, START, 6, 900_006, 60_200, 97, true);
        give(book, START, 7, 900_006, 60_200, 0, false);
        book.advance(WATERMARK, (interval, start, version, aggregate) -> {});
        give(book, WATERMARK, 9, 900_009, 60_300, 103, true);
        book.flush(Varints.writer());
        return store;
    }

    private static List<String> lines(MemoryStore store) {
        List<String> lines = new ArrayList<>();
        new TreeMap<>(store.trades)
                .forEach((key, piece) -> lines.add("trades " + key + " " + hex(piece)));
        new TreeMap<>(store.windows)
                .forEach((minute, piece) -> lines.add("windows " + minute + " " + hex(piece)));
        lines.add("forgotten " + store.forgotten);
        return lines;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static MemoryStore store(List<String> lines) {
        MemoryStore store = new MemoryStore();
        for (String line : lines) {
            String[] parts = line.split(" ");
            long number = Long.parseLong(parts[1]);
            switch (parts[0]) {
                case "trades" -> store.trades.put(number, HexFormat.of().parseHex(parts[2]));
                case "windows" -> store.windows.put(number, HexFormat.of().parseHex(parts[2]));
                default -> store.forgotten = number;
            }
        }
        return store;
    }

    @Test
    void writesFormat1() {
        assertThat(lines(written())).isEqualTo(fixture("book-v1.txt"));
    }

    @Test
    void readsFormat1() {
        InstrumentBook book = store(fixture("book-v1.txt")).restore(SETTINGS, WATERMARK);
        assertThat(book.rows()).isEqualTo(4);
        assertThat(give(book, WATERMARK, 1, 900_001, 1_000, 100.25, true))
                .as("of the minute that was forgotten early")
                .isEqualTo(InstrumentBook.Verdict.LATE);
        for (int known : new int[] {5, 6, 7, 9}) {
            assertThat(give(book, WATERMARK, known, 1, 60_100, 1, true))
                    .isEqualTo(InstrumentBook.Verdict.DUPLICATE);
        }
        // An older message of the cancelled trade, and a correction of the one with a hashed id.
        give(book, WATERMARK, 3, 900_006, 60_200, 5, true);
        give(book, WATERMARK, 10, TradeKeys.of("T-5"), 60_100, 98.10, true);
        List<String> bars = new ArrayList<>();
        book.advance(
                START + 120_000,
                (interval, start, version, bar) ->
                        bars.add(
                                "%s@%d v%d O%s H%s L%s C%s V%s n%d"
                                        .formatted(
                                                SETTINGS.intervals().name(interval),
                                                (start - START) / 1000,
                                                version,
                                                bar.open(),
                                                bar.high(),
                                                bar.low(),
                                                bar.close(),
                                                bar.volume(),
                                                bar.trades())));
        book.advance(
                START + 86_400_000,
                (interval, start, version, bar) ->
                        bars.add(
                                "%s v%d O%s H%s L%s C%s V%s n%d"
                                        .formatted(
                                                SETTINGS.intervals().name(interval),
                                                version,
                                                bar.open(),
                                                bar.high(),
                                                bar.low(),
                                                bar.close(),
                                                bar.volume(),
                                                bar.trades())));
        assertThat(bars)
                .containsExactly(
                        "1s@60 v2 O98.1 H103.0 L98.1 C103.0 V5.0 n2",
                        "1m@60 v1 O98.1 H103.0 L98.1 C103.0 V5.0 n2",
                        "1d v1 O100.25 H103.0 L98.1 C103.0 V10.0 n4");
    }

    @Test
    void saysThatALaterReleaseWroteTheState() {
        MemoryStore trades = new MemoryStore();
        trades.trades.put(1L, new byte[] {9});
        assertThatThrownBy(() -> trades.restore(SETTINGS, 0))
                .hasMessageContaining("Remembered trades are in format 9")
                .hasMessageContaining("or a later one");
        MemoryStore windows = new MemoryStore();
        windows.windows.put(1L, new byte[] {9});
        assertThatThrownBy(() -> windows.restore(SETTINGS, 0))
                .hasMessageContaining("Remembered windows are in format 9")
                .hasMessageContaining("or a later one");
    }

    /** Snapshot of the serializer, then what it writes. */
    private static <T> String line(TypeSerializer<T> serializer, T value) throws IOException {
        DataOutputSerializer snapshot = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(snapshot, serializer.snapshotConfiguration());
        DataOutputSerializer written = new DataOutputSerializer(64);
        serializer.serialize(value, written);
        return hex(snapshot.getCopyOfBuffer()) + " " + hex(written.getCopyOfBuffer());
    }

    @Test
    void serializersWriteFormat1() throws IOException {
        assertThat(
                        List.of(
                                line(new PieceSerializer(), new byte[] {1, -1, 0}),
                                line(new TickMessageSerializer(), MESSAGE),
                                line(new TickMessageSerializer(), ODD),
                                line(new RefusedTickSerializer(), REFUSED),
                                line(new TickBatchSerializer(), BATCH)))
                .isEqualTo(fixture("serializers-v1.txt"));
    }

    @Test
    void serializersReadFormat1() throws IOException {
        List<String> lines = fixture("serializers-v1.txt");
        assertThat(read(lines.get(0), new PieceSerializer())).isEqualTo(new byte[] {1, -1, 0});
        assertThat(read(lines.get(1), new TickMessageSerializer()))
                .usingRecursiveComparison()
                .isEqualTo(MESSAGE);
        assertThat(read(lines.get(2), new TickMessageSerializer()))
                .usingRecursiveComparison()
                .isEqualTo(ODD);
        assertThat(read(lines.get(3), new RefusedTickSerializer()))
                .usingRecursiveComparison()
                .isEqualTo(REFUSED);
        assertThat(read(lines.get(4), new TickBatchSerializer()))
                .usingRecursiveComparison()
                .isEqualTo(BATCH);
    }

    private static <T> T read(String line, TypeSerializer<T> now) throws IOException {
        String[] parts = line.split(" ");
        TypeSerializerSnapshot<T> before =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        input(parts[0]), StateFormatTest.class.getClassLoader());
        assertThat(now.snapshotConfiguration().resolveSchemaCompatibility(before))
                .matches(compatibility -> compatibility.isCompatibleAsIs());
        DataInputDeserializer in = input(parts[1]);
        DataOutputSerializer copied = new DataOutputSerializer(256);
        now.copy(input(parts[1]), copied);
        assertThat(hex(copied.getCopyOfBuffer())).isEqualTo(parts[1]);
        T value = before.restoreSerializer().deserialize(in);
        assertThat(in.available()).isZero();
        return value;
    }

    private static DataInputDeserializer input(String hex) {
        return new DataInputDeserializer(HexFormat.of().parseHex(hex));
    }
}
