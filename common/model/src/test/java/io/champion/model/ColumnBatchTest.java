package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.model.record.Trade;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnBatchTest {
    private static final Dataset TRADES = Dataset.of("normalized.trades");
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final PartitionKey PARTITION = TRADES.partitionOf(DAY);

    @Test
    void rowsComeBackAsTheRecordsThatTheyWereMadeOf() {
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        List<Trade> trades = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            trades.add(trade(i));
            builder.row(trades.get(i));
        }
        ColumnBatch batch = builder.build(PARTITION);

        assertThat(batch.rows()).isEqualTo(1_000);
        assertThat(batch.partition()).isEqualTo(PARTITION);
        assertThat(records(batch)).isEqualTo(trades);
        assertThat(builder.rows()).isZero();

        builder.row(trade(7));
        assertThat(records(builder.build(PARTITION))).containsExactly(trade(7));
        assertThat(records(batch)).isEqualTo(trades);
    }

    @Test
    void enumsComeBack() {
        Dataset ticks = Dataset.of("raw.equity_trade");
        EquityTrade tick =
                EquityTrade.newBuilder()
                        .setEventId(1)
                        .setEventTime(1_750_218_300_123_456_789L)
                        .setIngestTime(Instant.EPOCH)
                        .setSource("sim")
                        .setEntityId("NSE:A:EQ")
                        .setSymbol("A")
                        .setExchange("NSE")
                        .setTradeId("T1")
                        .setSequenceNumber(1)
                        .setKind(TickKind.CANCELLATION)
                        .build();
        ColumnBatchBuilder builder = new ColumnBatchBuilder(ticks, 1);
        builder.row(tick);
        assertThat(records(builder.build(ticks.partitionOf(tick)))).containsExactly(tick);
    }

    /** Readers take the same place as the sign of an equal text. */
    @Test
    void equalTextsInARowHaveOnePlace() {
        int symbol = column("symbol");
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        for (int i = 0; i < 4; i++) {
            Trade trade = trade(i);
            trade.setSymbol(new String(i < 3 ? "AAPL" : "\u20b9"));
            builder.row(trade);
        }
        Texts texts = (Texts) builder.build(PARTITION).column(symbol);
        assertThat(Arrays.copyOf(texts.starts(), 4)).containsExactly(0, 0, 0, 4);
        assertThat(Arrays.copyOf(texts.ends(), 4)).containsExactly(4, 4, 4, 7);
    }

    @Test
    void aConstantIsTheValueOfAllRows() {
        byte[] exchange = "SIP".getBytes(StandardCharsets.UTF_8);
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        builder.constant(
                column("exchange"),
                new Texts(exchange, new int[1], new int[] {exchange.length}, null));
        builder.constant(column("trf_id"), new Numbers(new long[1], new byte[] {1}));
        builder.row(trade(1));
        builder.row(trade(2));
        ColumnBatch batch = builder.build(PARTITION);

        assertThat(batch.column(column("trf_id"))).isInstanceOf(Constant.class);
        assertThat(records(batch))
                .allSatisfy(
                        record -> {
                            assertThat(((Trade) record).getExchange()).isEqualTo("SIP");
                            assertThat(((Trade) record).getTrfId()).isNull();
                        });
    }

    @Test
    void wrongColumnsAreRefusedByName() {
        Values[] columns = columns();
        columns[column("price")] = new Texts(new byte[0], new int[1], new int[1], null);
        assertThatThrownBy(() -> new ColumnBatch(TRADES, PARTITION, 1, columns))
                .hasMessage("Column 'price' of normalized.trades is DOUBLE, which Texts is not.");

        columns[column("price")] = new Numbers(new long[1], null);
        assertThatThrownBy(() -> new ColumnBatch(TRADES, PARTITION, 2, columns))
                .hasMessageContaining("has 1 values for 2 rows.");

        columns[column("exchange_id")] = new Numbers(new long[1], new byte[1]);
        assertThatThrownBy(() -> new ColumnBatch(TRADES, PARTITION, 1, columns))
                .hasMessageContaining("'exchange_id'")
                .hasMessageContaining("without nulls");

        assertThatThrownBy(() -> new ColumnBatch(TRADES, PARTITION, 1, new Values[3]))
                .hasMessage("normalized.trades has 21 columns, not 3.");
    }

    @Test
    void aRowThatLacksAValueIsRefused() {
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        builder.number(0, 1);
        builder.endRow();
        assertThatThrownBy(() -> builder.build(PARTITION))
                .hasMessage(
                        "Column 'event_time' of normalized.trades has got 0 values for 1 rows.");
    }

    private static Values[] columns() {
        ColumnBatchBuilder builder = new ColumnBatchBuilder(TRADES, 1);
        builder.row(trade(1));
        ColumnBatch batch = builder.build(PARTITION);
        Values[] columns = new Values[TRADES.columns().size()];
        Arrays.setAll(columns, batch::column);
        return columns;
    }

    private static int column(String name) {
        return TRADES.columns().stream().map(column -> column.name()).toList().indexOf(name);
    }

    private static List<Object> records(ColumnBatch batch) {
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < batch.rows(); i++) {
            records.add(batch.record(i));
        }
        return records;
    }

    private static Trade trade(int i) {
        return Trade.newBuilder()
                .setEventId(i)
                .setEventTime(1_750_218_300_123_456_789L + i)
                .setIngestTime(Instant.ofEpochMilli(1_750_218_300_123L))
                .setSource("flat_file")
                .setEntityId("SIP:SYM" + i / 100)
                .setSymbol("SYM" + i / 100)
                .setExchange("SIP")
                .setTradeDate(DAY)
                .setParticipantTime(i % 3 == 0 ? null : (Long) (1_750_218_300_000_000_000L - i))
                .setTrfTime(null)
                .setSequenceNumber(i * 7L)
                .setTradeId(String.valueOf(i))
                .setExchangeId(i % 20)
                .setTrfId(i % 50 == 0 ? i : null)
                .setTape(i % 3)
                .setPrice(i == 5 ? Double.NaN : i * 0.01)
                .setSize(i % 11 == 0 ? null : (Double) (double) i)
                .setCorrection(null)
                .setConditions(i % 4 == 0 ? List.of() : List.of(12, i))
                .setIsOutlier(i % 97 == 0)
                .build();
    }
}
