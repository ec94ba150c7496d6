package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.record.EquityIndicators;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.Reject;
import io.champion.model.record.SymbolMaster;
import java.time.Instant;
import java.time.LocalDate;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {

    private static final LocalDate DAY = LocalDate.of(2025, 6, 8);

    @Test
    void isFoundByIdAndByRecord() {
        Dataset bars = Dataset.of("normalized.equity_ohlc");

        assertThat(Dataset.of(EquityOhlc.getClassSchema())).isSameAs(bars);
        assertThat(bars.layer()).isEqualTo(Layer.NORMALIZED);
        assertThat(bars.table()).isEqualTo("normalized_equity_ohlc");
        assertThat(bars.version()).matches("v1\\.\\d+\\.\\d+");
    }

    @Test
    void unknownOnesAreRefusedByName() {
        assertThatThrownBy(() -> Dataset.of("raw.nothing"))
                .hasMessageContaining("No dataset 'raw.nothing'")
                .hasMessageContaining("raw.equity_ohlc");
        assertThatThrownBy(() -> Dataset.of(SchemaBuilder.record("x.Nothing").fields().endRecord()))
                .hasMessageContaining("x.Nothing is not a contract");
        assertThatThrownBy(() -> Layer.of("RAW")).hasMessageContaining("No layer 'RAW'");
    }

    @Test
    void placesARowByItsDate() {
        EquityOhlc row = new EquityOhlc();
        row.setTradeDate(DAY);

        PartitionKey key = Dataset.of("normalized.equity_ohlc").partitionOf(row);

        assertThat(key)
                .isEqualTo(
                        new PartitionKey(
                                "normalized.equity_ohlc",
                                "normalized/equity_ohlc",
                                "year=2025/month=06/day=08"))
                .isEqualTo(Dataset.of("normalized.equity_ohlc").partitionOf(DAY));
    }

    @ParameterizedTest
    @CsvSource({
        "2025-06-08T00:00:00Z, 0, date=2025-06-08/hour=00",
        "2025-06-08T23:59:59Z, 999999999, date=2025-06-08/hour=23",
        "1969-12-31T23:59:59Z, 999999999, date=1969-12-31/hour=23",
        "1969-12-31T22:59:59Z, 999999999, date=1969-12-31/hour=22",
    })
    void placesATickByTheHourOfItsNanoseconds(Instant second, long nanos, String path) {
        EquityTrade tick = new EquityTrade();
        tick.setEventTime(second.getEpochSecond() * 1_000_000_000L + nanos);

        assertThat(Dataset.of("raw.equity_trade").partitionOf(tick).path()).isEqualTo(path);
        assertThat(Dataset.of("raw.equity_trade").partitionOf(tick.getEventTime()).path())
                .isEqualTo(path);
        assertThatThrownBy(() -> Dataset.of("quarantine.rejects").partitionOf(0))
                .hasMessage("A time alone names no partition of quarantine.rejects.");
    }

    @Test
    void placesAGenericRowLikeAGeneratedOne() {
        GenericData.Record row = new GenericData.Record(EquityOhlc.getClassSchema());
        row.put("trade_date", (int) DAY.toEpochDay());

        Dataset bars = Dataset.of("normalized.equity_ohlc");
        assertThat(bars.partitionOf(row)).isEqualTo(bars.partitionOf(DAY));
    }

    @Test
    void rowsOfChangingDaysKeepTheirOwnPartitions() {
        Dataset bars = Dataset.of("normalized.equity_ohlc");
        EquityOhlc row = new EquityOhlc();

        IntStream.range(0, 25_000)
                .forEach(
                        i -> {
                            LocalDate day = LocalDate.EPOCH.plusDays(i % 12_000);
                            row.setTradeDate(day);
                            assertThat(bars.partitionOf(row).date()).isEqualTo(day);
                        });
    }

    @Test
    void placesRowsByStringFieldsToo() {
        EquityIndicators row = new EquityIndicators();
        row.setTradeDate(DAY);
        row.setFeatureGroup("momentum");

        Dataset indicators = Dataset.of("features.equity_indicators");
        assertThat(indicators.partitionOf(row).path())
                .isEqualTo("year=2025/month=06/day=08/feature_group=momentum");
        assertThat(indicators.partitionOf(DAY, "momentum")).isEqualTo(indicators.partitionOf(row));
    }

    @Test
    void rejectsLieUnderTheDatasetTheyWereMeantFor() {
        Reject row = new Reject();
        row.setDate(DAY);
        row.setDataset("equity_ohlc");

        Dataset rejects = Dataset.of("quarantine.rejects");
        assertThat(rejects.partitionOf(row))
                .hasToString("quarantine/equity_ohlc/date=2025-06-08")
                .isEqualTo(rejects.partitionOf(DAY, "equity_ohlc"));
    }

    @Test
    void referenceDataHasOnePartition() {
        assertThat(Dataset.of("normalized.symbol_master").partitionOf(new SymbolMaster()))
                .hasToString("normalized/reference_data/symbol_master");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "../x", "a/b", "/etc", ".hidden", "a b", "a\u0000", "é"})
    void aRecordCannotLeadOutOfTheLake(String name) {
        Reject row = new Reject();
        row.setDate(DAY);
        row.setDataset(name);

        assertThatThrownBy(() -> Dataset.of("quarantine.rejects").partitionOf(row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'dataset'")
                .hasMessageContaining("'" + name + "' is no plain name");
    }

    @Test
    void aRowWithoutItsPlaceIsRefused() {
        assertThatThrownBy(() -> Dataset.of("normalized.equity_ohlc").partitionOf(new EquityOhlc()))
                .hasMessage(
                        "A row of normalized.equity_ohlc has no trade_date, so it has no place.");
    }

    @Test
    void aDayNamesNoPartitionWhereMoreIsNeeded() {
        assertThatThrownBy(() -> Dataset.of("raw.equity_trade").partitionOf(DAY))
                .hasMessageContaining("placed by [date, hour]");
        assertThatThrownBy(() -> Dataset.of("quarantine.rejects").partitionOf(DAY))
                .hasMessageContaining("placed by [dataset, date]");
        assertThatThrownBy(() -> Dataset.of("raw.equity_ohlc").partitionOf(DAY, "x"))
                .hasMessageContaining("placed by [date]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {'name': 'x'} | has no 'layer'
                    {'layer': 'silver', 'name': 'x', 'partition_by': [], 'table': 'x', 'table_partition': 'none'} | No layer 'silver'
                    {'layer': 'raw', 'name': 'x;', 'partition_by': [], 'table': 'x', 'table_partition': 'none'} | has the name 'x;', which is no identifier
                    {'layer': 'raw', 'name': 'x', 'partition_by': [], 'table': 'x y', 'table_partition': 'none'} | has the table 'x y', which is no identifier
                    {'layer': 'raw', 'name': 'x', 'table': 'x', 'table_partition': 'none'} | lists no levels
                    {'layer': 'raw', 'name': 'x', 'partition_by': [], 'table': 'x', 'table_partition': 'week'} | partitions its table by 'week'
                    {'layer': 'raw', 'name': 'x', 'partition_by': ['date'], 'table': 'x', 'table_partition': 'none'} | needs a 'partition_time'
                    {'layer': 'raw', 'name': 'x', 'partition_by': ['date'], 'partition_time': 'gone', 'table': 'x', 'table_partition': 'none'} | 'gone', which it does not have
                    {'layer': 'raw', 'name': 'x', 'partition_by': ['date'], 'partition_time': 'text', 'table': 'x', 'table_partition': 'none'} | 'text', which is no date or time
                    {'layer': 'raw', 'name': 'x', 'partition_by': ['hour'], 'partition_time': 'day', 'table': 'x', 'table_partition': 'none'} | the hour of a date
                    {'layer': 'raw', 'name': 'x', 'partition_by': ['number'], 'table': 'x', 'table_partition': 'none'} | 'number', which is no string
                    {'layer': 'raw', 'name': 'x', 'folder': '../x', 'partition_by': [], 'table': 'x', 'table_partition': 'none'} | is no folder
                    """)
    void refusesAContractThatDoesNotSayWhereItsRowsLie(String property, String message) {
        Schema contract =
                new Schema.Parser()
                        .parse(
                                """
                                {'type': 'record', 'name': 'R', 'dataset': %s, 'fields': [
                                  {'name': 'day', 'type': {'type': 'int', 'logicalType': 'date'}},
                                  {'name': 'text', 'type': 'string'},
                                  {'name': 'number', 'type': 'long'}]}
                                """
                                        .formatted(property)
                                        .replace('\'', '"'));

        assertThatThrownBy(() -> new Dataset(contract))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
