package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import io.champion.model.Dataset;
import io.champion.model.record.Trade;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** Batches that an earlier version of a contract was written with. */
class ColumnBatchEvolutionTest {
    private static final Dataset TRADES = Dataset.of("normalized.trades");
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);

    @Test
    void readsBatchesOfBeforeFieldsWereAddedAndNumbersWidened() throws Exception {
        Trade one = trade(1.5, 100.0);
        Trade two = trade(null, 0.25);
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 2);
        builder.row(one);
        builder.row(two);
        ColumnBatch batch = builder.build(TRADES.partitionOf(DAY));

        Set<String> later = Set.of("schema_version", "trf_time", "conditions", "is_outlier");
        List<Column> past = new ArrayList<>();
        List<Values> values = new ArrayList<>();
        for (int i = 0; i < TRADES.columns().size(); i++) {
            Column column = TRADES.columns().get(i);
            if (column.name().equals("price")) {
                past.add(of(column, Kind.FLOAT));
                values.add(
                        new Numbers(
                                new long[] {Float.floatToRawIntBits(1.5f), 0}, new byte[] {0, 1}));
            } else if (column.name().equals("size")) {
                past.add(of(column, Kind.INT));
                values.add(new Numbers(new long[] {100, 3}, null));
            } else if (!later.contains(column.name())) {
                past.add(column);
                values.add(batch.column(i));
            }
        }
        ColumnBatch read = read(write(batch, past, values));
        two.setSize(3.0);
        for (Trade trade : List.of(one, two)) {
            trade.setConditions(List.of());
            trade.setTrfTime(null);
            trade.setIsOutlier(false);
        }
        assertThat(read.rows()).isEqualTo(2);
        assertThat(read.record(0)).isEqualTo(one);
        assertThat(read.record(1)).isEqualTo(two);
    }

    @Test
    void namesTheColumnThatIsNotKnown() throws Exception {
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        builder.row(trade(1.0, 1.0));
        ColumnBatch batch = builder.build(TRADES.partitionOf(DAY));
        List<Column> future = List.of(new Column("venue", 0, TRADES.columns().get(0).type()));
        byte[] bytes = write(batch, future, List.of(batch.column(0)));
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'venue'");

        byte[] lacking = write(batch, List.of(), List.of(new NumberLists(new long[0], new int[0])));
        assertThatThrownBy(() -> read(lacking)).hasMessageContaining("lacks the column 'event_id'");

        bytes[0] = 9;
        assertThatThrownBy(() -> read(bytes)).hasMessageContaining("version 9 of its format");
    }

    private static Column of(Column column, Kind kind) {
        return new Column(
                column.name(), column.position(), new ColumnType(kind, true, 0, 0, 0, List.of()));
    }

    private static byte[] write(ColumnBatch batch, List<Column> columns, List<Values> values)
            throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        ColumnBatchSerializer.write(batch, columns, values::get, out);
        return out.getCopyOfBuffer();
    }

    private static ColumnBatch read(byte[] bytes) throws IOException {
        return ColumnBatchSerializer.INSTANCE.deserialize(new DataInputDeserializer(bytes));
    }

    private static Trade trade(Double price, Double size) {
        return Trade.newBuilder()
                .setEventId(1)
                .setEventTime(1_750_218_300_123_456_789L)
                .setIngestTime(Instant.EPOCH)
                .setSource("flat_file")
                .setEntityId("SIP:A")
                .setSymbol("A")
                .setExchange("SIP")
                .setTradeDate(DAY)
                .setTrfTime(7L)
                .setSequenceNumber(1)
                .setTradeId("1")
                .setExchangeId(4)
                .setPrice(price)
                .setSize(size)
                .setConditions(List.of(37))
                .setIsOutlier(true)
                .build();
    }
}
