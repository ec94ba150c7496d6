package io.champion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.Trade;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Compares what was read with the rows that were written, column by column. */
final class Expected {
    static final String[] ALL = {
        "event_id",
        "event_time",
        "ingest_time",
        "source",
        "schema_version",
        "entity_id",
        "symbol",
        "exchange",
        "trade_date",
        "participant_time",
        "trf_time",
        "sequence_number",
        "trade_id",
        "exchange_id",
        "trf_id",
        "tape",
        "price",
        "size",
        "correction",
        "conditions",
        "is_outlier"
    };

    private Expected() {}

    static void assertEqual(Columns found, List<Trade> expected) {
        assertThat(found.rows()).isEqualTo(expected.size());
        for (String column : found.names()) {
            IntFunction<Object> values = values(found, column);
            assertThat(IntStream.range(0, expected.size()).mapToObj(values))
                    .as(column)
                    .containsExactlyElementsOf(
                            expected.stream()
                                    .map(
                                            trade ->
                                                    trade.get(
                                                            trade.getSchema()
                                                                    .getField(column)
                                                                    .pos()))
                                    .toList());
        }
    }

    /** The column's values by row; a whole column is made of texts and of lists at each call. */
    private static IntFunction<Object> values(Columns found, String column) {
        return switch (column) {
            case "event_id", "event_time", "participant_time", "trf_time", "sequence_number" -> {
                long[] longs = found.longs(column);
                yield row -> longs[row] == Columns.NO_LONG ? null : longs[row];
            }
            case "ingest_time" -> {
                long[] millis = found.longs(column);
                yield row -> Instant.ofEpochMilli(millis[row]);
            }
            case "trade_date" -> {
                int[] days = found.ints(column);
                yield row -> LocalDate.ofEpochDay(days[row]);
            }
            case "exchange_id", "trf_id", "tape", "correction" -> {
                int[] ints = found.ints(column);
                yield row -> ints[row] == Columns.NO_INT ? null : ints[row];
            }
            case "price", "size" -> {
                double[] doubles = found.doubles(column);
                yield row -> Double.isNaN(doubles[row]) ? null : doubles[row];
            }
            case "is_outlier" -> {
                boolean[] booleans = found.booleans(column);
                yield row -> booleans[row];
            }
            case "conditions" -> {
                var lists = found.lists(column);
                yield row -> Arrays.stream(lists.get(row)).boxed().toList();
            }
            default -> {
                String[] texts = found.texts(column);
                yield row -> texts[row];
            }
        };
    }
}
