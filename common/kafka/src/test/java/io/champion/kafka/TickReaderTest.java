package io.champion.kafka;

import static io.champion.kafka.RecordDecoderTest.cancellation;
import static io.champion.kafka.RecordDecoderTest.encode;
import static io.champion.kafka.RecordDecoderTest.generic;
import static io.champion.kafka.RecordDecoderTest.newer;
import static io.champion.kafka.RecordDecoderTest.trade;
import static io.champion.kafka.RecordDecoderTest.without;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.TickReader.Text;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.record.EquityTrade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TickReaderTest {

    @TempDir private Path folder;

    private final TickReader reader = new TickReader(WireSchemas.released());

    @Test
    void knowsTheContract() {
        assertThat(TickReader.CONTRACT)
                .as("fingerprint of the contract that TickReader reads")
                .isEqualTo(SchemaNormalization.parsingFingerprint64(EquityTrade.getClassSchema()));
    }

    @Test
    void findsWhatTheMessageHolds() throws Exception {
        reader.read(encode(trade()));
        assertThat(reader.eventTime()).isEqualTo(trade().getEventTime());
        assertThat(reader.sequenceNumber()).isEqualTo(300);
        assertThat(reader.kind()).isEqualTo(trade().getKind());
        assertThat(reader.price()).isEqualTo(1234.05);
        assertThat(reader.size()).isEqualTo(1e9);
        assertThat(reader.string(Text.SYMBOL)).isEqualTo("M&M");
        assertThat(reader.string(Text.TRADE_ID)).isEqualTo("T-1");
        reader.read(encode(cancellation()));
        assertThat(reader.hasPrice()).isFalse();
        assertThat(reader.hasSize()).isFalse();
        assertThat(reader.string(Text.SYMBOL)).isEqualTo(cancellation().getSymbol());
    }

    @Test
    void rowsAreTheTicksWhateverTheirTexts() throws Exception {
        for (String text : List.of("", "S", "S".repeat(300), "\u0928\u092e".repeat(200))) {
            for (EquityTrade trade : List.of(trade(), cancellation())) {
                trade.setSymbol(text);
                trade.setTradeId(text);
                assertThat(row(reader, encode(trade))).isEqualTo(trade);
                trade.setSide(text);
                assertThat(row(reader, encode(trade))).isEqualTo(trade);
            }
        }
    }

    @Test
    void rowsOfOtherVersionsAreThoseOfTheContract() throws Exception {
        for (Schema writer :
                List.of(newer(), without(f -> List.of("series", "side").contains(f.name())))) {
            Files.writeString(folder.resolve("another.avsc"), writer.toString());
            WireSchemas schemas = new WireSchemas(folder, null);
            byte[] message = generic(writer, trade());
            assertThat(row(new TickReader(schemas), message))
                    .isEqualTo(
                            new RecordDecoder<>(EquityTrade.class, schemas)
                                    .decode(message, new EquityTrade()));
        }
    }

    /** Bytes that are no UTF-8, too, become what Java makes of them. */
    @Test
    void readsAndRefusesAsRecordsAreReadAndRefused() throws Exception {
        RecordDecoder<EquityTrade> decoder =
                new RecordDecoder<>(EquityTrade.class, WireSchemas.released());
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] message = encode(i % 2 == 0 ? trade() : cancellation());
            for (int n = random.nextInt(4); n >= 0; n--) {
                message[10 + random.nextInt(message.length - 10)] = (byte) random.nextInt();
            }
            Object expected;
            try {
                expected = decoder.decode(message, new EquityTrade());
            } catch (WireException e) {
                expected = e.reason() + e.getMessage();
                refused++;
            }
            Object found;
            try {
                found = row(reader, message);
            } catch (WireException e) {
                found = e.reason() + e.getMessage();
            }
            assertThat(found).isEqualTo(expected);
        }
        assertThat(refused).isBetween(1_000, 49_000);
    }

    private static Object row(TickReader reader, byte[] message) throws WireException {
        ColumnBatchBuilder rows = new ColumnBatchBuilder(TickReader.DATASET, 1);
        reader.read(message);
        reader.addTo(rows);
        return rows.build(TickReader.DATASET.partitionOf(trade())).record(0);
    }
}
