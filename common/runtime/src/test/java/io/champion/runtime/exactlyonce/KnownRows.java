package io.champion.runtime.exactlyonce;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.warehouse.ClickHouse;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Rows of two datasets whose full content follows from their numbers: row {@code i} is a daily bar
 * where {@code i} is even and a tick where it is odd. {@link #sql} says the same a second time, in
 * another language, so that no mistake of this class can hide one of a sink.
 *
 * <p>Rows come in order of time, {@value #ROWS_PER_DAY} a day, over two months and so over several
 * partitions of both tables and many of the lake.
 */
final class KnownRows {
    static final Dataset BARS = Dataset.of("normalized.equity_ohlc");
    static final Dataset TRADES = Dataset.of("raw.equity_trade");
    static final List<Dataset> DATASETS = List.of(BARS, TRADES);

    static final int ROWS_PER_DAY = 5_000;

    private static final LocalDate FIRST_DAY = LocalDate.of(2025, 6, 29);
    private static final Instant INGESTED = Instant.parse("2025-07-31T12:00:00.123Z");
    private static final long OPEN_SECOND = 13_500;
    private static final long NANOS = 1_000_000_000L;

    private KnownRows() {}

    /**
     * Consecutive rows of one source. Two parts with the same numbers and other sources are the
     * same rows in two editions.
     *
     * @param from number of the first row
     * @param to number after the last row
     * @param source what the rows say they come from
     */
    record Part(long from, long to, String source) implements Serializable {
        private static final long serialVersionUID = 1L;

        long rows() {
            return to - from;
        }

        /** A row of this part. */
        SpecificRecordBase row(long i) {
            return i % 2 == 0 ? bar(i, source) : trade(i, source);
        }

        /** The lake's partitions that the rows lie in. */
        Set<PartitionKey> partitions() {
            Set<PartitionKey> partitions = new TreeSet<>();
            for (long i = from; i < to; i++) {
                SpecificRecordBase row = row(i);
                partitions.add(Dataset.of(row.getSchema()).partitionOf(row));
            }
            return partitions;
        }

        private String sql(Dataset dataset) {
            return (dataset == BARS ? BARS_SQL : TRADES_SQL)
                    .formatted(ClickHouse.literal(source), from, rows());
        }
    }

    /** When the row happened, in milliseconds since the epoch. */
    static long time(SpecificRecordBase row) {
        return row instanceof EquityTrade trade
                ? trade.getEventTime() / 1_000_000
                : ((EquityOhlc) row).getEventTime().toEpochMilli();
    }

    /** The {@code i} of a row. */
    static long index(SpecificRecordBase row) {
        return row instanceof EquityTrade trade
                ? trade.getEventId()
                : Long.parseLong(((EquityOhlc) row).getEventId().substring("bar-".length()));
    }

    private static EquityOhlc bar(long i, String source) {
        LocalDate day = FIRST_DAY.plusDays(i / ROWS_PER_DAY);
        long instrument = i % ROWS_PER_DAY / 2;
        boolean traded = instrument % 7 != 0;
        double close = (2_000 + i % 4_001) / 20.0;
        return EquityOhlc.newBuilder()
                .setEventId("bar-" + i)
                .setEventTime(day.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(INGESTED)
                .setSource(source)
                .setEntityId("NSE:SYM" + instrument + ":EQ")
                .setInstrumentId("NSE:SYM" + instrument + ":EQ")
                .setSymbol("SYM" + instrument)
                .setExchange("NSE")
                .setIsin(instrument % 5 == 0 ? null : "INE" + (100_000 + instrument) + "01")
                .setSeries("EQ")
                .setName(instrument % 3 == 0 ? null : "Soci\u00e9t\u00e9 \u20b9 '" + instrument)
                .setTradeDate(day)
                .setPrevClose(close - 1)
                .setOpen(traded ? close - 0.5 : null)
                .setHigh(traded ? close + 2 : null)
                .setLow(traded ? close - 2 : null)
                .setClose(close)
                .setVolume(traded ? i * 1_000 : 0)
                .setTurnover(traded ? close * 1_000 : 0)
                .setDeliveryVolume(traded ? (Long) (i * 400) : null)
                .setAdjustmentDate(instrument % 9 == 0 ? LocalDate.of(1994, 11, 3) : null)
                .setIsTradingDay(traded)
                .build();
    }

    private static EquityTrade trade(long i, String source) {
        long k = i / 2;
        long ofDay = i % ROWS_PER_DAY;
        long second = FIRST_DAY.plusDays(i / ROWS_PER_DAY).toEpochDay() * 86_400 + OPEN_SECOND;
        long time = second * NANOS + ofDay * 4_499_999_999L;
        boolean cancelled = k % 11 == 0;
        TickKind kind =
                cancelled
                        ? TickKind.CANCELLATION
                        : k % 13 == 0 ? TickKind.CORRECTION : TickKind.TRADE;
        String symbol = "SYM" + k % 97;
        return EquityTrade.newBuilder()
                .setEventId(i)
                .setEventTime(time)
                .setIngestTime(INGESTED)
                .setSource(source)
                .setEntityId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId("T" + i)
                .setSequenceNumber(k / 97)
                .setKind(kind)
                .setReceiveTime(k % 4 == 0 ? null : (Long) (time + 250_000 + k % 999))
                .setPrice(cancelled ? null : (Double) ((2_000 + k % 4_001) / 20.0))
                .setSize(cancelled ? null : (Double) (double) (1 + k % 500))
                .setSide(k % 3 == 0 ? "BUY" : k % 3 == 1 ? "SELL" : null)
                .setConditions(k % 5 == 0 ? List.of() : List.of((int) (k % 50), -(int) (k % 7)))
                .build();
    }

    /** A query for those rows of some parts that are of a dataset. */
    static String sql(Dataset dataset, List<Part> parts) {
        return parts.stream()
                .map(part -> "(" + part.sql(dataset) + ")")
                .collect(Collectors.joining(" UNION ALL "));
    }

    private static final String BARS_SQL =
            """
            WITH number AS i,
                 toDate('2025-06-29') + intDiv(i, 5000) AS day,
                 intDiv(i %% 5000, 2) AS instrument,
                 instrument %% 7 != 0 AS traded,
                 (2000 + i %% 4001) / 20.0 AS price
            SELECT
                concat('bar-', toString(i)) AS event_id,
                toDateTime64(day, 3, 'UTC') AS event_time,
                toDateTime64('2025-07-31 12:00:00.123', 3, 'UTC') AS ingest_time,
                %s AS source,
                'v1.0.0' AS schema_version,
                concat('NSE:SYM', toString(instrument), ':EQ') AS entity_id,
                entity_id AS instrument_id,
                concat('SYM', toString(instrument)) AS symbol,
                'NSE' AS exchange,
                if(instrument %% 5 = 0, NULL, concat('INE', toString(100000 + instrument), '01'))
                    AS isin,
                NULL AS instrument_type,
                'EQ' AS series,
                if(instrument %% 3 = 0, NULL, concat('Soci\u00e9t\u00e9 \u20b9 \\'', toString(instrument)))
                    AS name,
                day AS trade_date,
                price - 1 AS prev_close,
                if(traded, price - 0.5, NULL) AS open,
                if(traded, price + 2, NULL) AS high,
                if(traded, price - 2, NULL) AS low,
                price AS close,
                NULL AS last_price,
                NULL AS settlement_price,
                NULL AS average_price,
                if(traded, i * 1000, 0) AS volume,
                if(traded, price * 1000, 0) AS turnover,
                NULL AS trades,
                if(traded, i * 400, NULL) AS delivery_volume,
                NULL AS delivery_percent,
                1 AS adjustment_factor,
                if(instrument %% 9 = 0, toDate('1994-11-03'), NULL) AS adjustment_date,
                traded AS is_trading_day
            FROM numbers(%d, %d)
            WHERE i %% 2 = 0
            """;

    private static final String TRADES_SQL =
            """
            WITH number AS i,
                 intDiv(i, 2) AS k,
                 (toUnixTimestamp(toDateTime('2025-06-29 03:45:00', 'UTC'))
                     + 86400 * intDiv(i, 5000)) * 1000000000 + (i %% 5000) * 4499999999 AS nanos,
                 k %% 11 = 0 AS cancelled
            SELECT
                toInt64(i) AS event_id,
                fromUnixTimestamp64Nano(toInt64(nanos), 'UTC') AS event_time,
                toDateTime64('2025-07-31 12:00:00.123', 3, 'UTC') AS ingest_time,
                %s AS source,
                'v1.0.0' AS schema_version,
                concat('NSE:SYM', toString(k %% 97), ':EQ') AS entity_id,
                concat('SYM', toString(k %% 97)) AS symbol,
                'NSE' AS exchange,
                'EQ' AS series,
                concat('T', toString(i)) AS trade_id,
                intDiv(k, 97) AS sequence_number,
                multiIf(cancelled, 'CANCELLATION', k %% 13 = 0, 'CORRECTION', 'TRADE') AS kind,
                if(k %% 4 = 0, NULL,
                    fromUnixTimestamp64Nano(toInt64(nanos + 250000 + k %% 999), 'UTC'))
                    AS receive_time,
                if(cancelled, NULL, (2000 + k %% 4001) / 20.0) AS price,
                if(cancelled, NULL, 1 + k %% 500) AS size,
                [toNullable('BUY'), 'SELL', NULL][k %% 3 + 1] AS side,
                if(k %% 5 = 0, [], [toInt32(k %% 50), -toInt32(k %% 7)]) AS conditions
            FROM numbers(%d, %d)
            WHERE i %% 2 = 1
            """;
}
