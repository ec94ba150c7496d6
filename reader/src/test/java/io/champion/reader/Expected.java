package io.champion.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.Trade;
import java.util.List;

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
        for (int row = 0; row < expected.size(); row++) {
            Trade trade = expected.get(row);
            for (String column : found.names()) {
                Object value = trade.get(trade.getSchema().getField(column).pos());
                assertThat(value(found, column, row, value))
                        .as("%s of row %d", column, row)
                        .isEqualTo(value);
            }
        }
    }

    private static Object value(Columns found, String column, int row, Object like) {
        return switch (column) {
            case "event_id", "event_time", "participant_time", "trf_time", "sequence_number" ->
                    found.longs(column)[row] == Columns.NO_LONG ? null : found.longs(column)[row];
            case "ingest_time" -> java.time.Instant.ofEpochMilli(found.longs(column)[row]);
            case "trade_date" -> java.time.LocalDate.ofEpochDay(found.ints(column)[row]);
            case "exchange_id", "trf_id", "tape", "correction" ->
                    found.ints(column)[row] == Columns.NO_INT ? null : found.ints(column)[row];
            case "price", "size" ->
                    Double.isNaN(found.doubles(column)[row]) ? null : found.doubles(column)[row];
            case "is_outlier" -> found.booleans(column)[row];
            case "conditions" ->
                    java.util.Arrays.stream(found.lists(column).get(row)).boxed().toList();
            default -> found.texts(column)[row];
        };
    }
}
