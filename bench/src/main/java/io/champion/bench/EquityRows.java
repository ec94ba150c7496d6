package io.champion.bench;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/**
 * Deterministic daily bars: a million a day, of 5,000 symbols in 200 series each, in the order of
 * series and symbol. All columns have values but {@code adjustment_date}, which is null.
 *
 * <p>The same rows twice: as a generator for Flink, which hands out one record again and again, and
 * as SQL for the other engines. All arithmetic is on integers, with one division at the end, so
 * that every engine gets the same bits.
 */
final class EquityRows implements GeneratorFunction<Long, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final Dataset DATASET = Dataset.of("normalized.equity_ohlc");
    static final long ROWS_A_DAY = 1_000_000;

    private static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);
    private static final Instant INGESTED = Instant.parse("2026-01-01T00:00:00Z");
    private static final int SYMBOLS = 5_000;
    private static final int SERIES = 200;

    private transient String[] symbols;
    private transient String[] isins;
    private transient String[] names;
    private transient String[] instruments;
    private transient long lastDay;
    private transient long lastSeries;
    private transient String day;
    private transient String series;
    private transient EquityOhlc bar;

    /** The partitions that the first rows lie in. */
    static List<PartitionKey> partitions(long rows) {
        return LongStream.rangeClosed(0, (rows - 1) / ROWS_A_DAY)
                .mapToObj(day -> DATASET.partitionOf(FIRST_DAY.plusDays(day)))
                .toList();
    }

    @Override
    public SpecificRecordBase map(Long index) {
        if (bar == null) {
            open();
        }
        long i = index;
        int s = (int) (i % SYMBOLS);
        long d = i / ROWS_A_DAY;
        long v = i / SYMBOLS % SERIES;
        if (d != lastDay) {
            lastDay = d;
            LocalDate date = FIRST_DAY.plusDays(d);
            day = date.toString();
            bar.setTradeDate(date);
            bar.setEventTime(date.atStartOfDay().toInstant(ZoneOffset.UTC));
        }
        if (v != lastSeries) {
            lastSeries = v;
            series = "" + (char) ('A' + v / 26) + (char) ('A' + v % 26);
            bar.setSeries(series);
            for (int k = 0; k < SYMBOLS; k++) {
                instruments[k] = "NSE:" + symbols[k] + ":" + series;
            }
        }
        long h = i * 2_654_435_761L & 0xffff_ffffL;
        long price = 1_000 + h % 400_000;
        long open = price + h / 16 % 100;
        long high = price + 100 + h / 256 % 50;
        long low = price - h / 1_024 % 50;
        long close = price + h / 64 % 100;
        long volume = 1 + h / 3 % 1_000_000;
        long delivered = volume * (h % 101) / 100;
        bar.setEventId(instruments[s] + ":" + day);
        bar.setEntityId(instruments[s]);
        bar.setInstrumentId(instruments[s]);
        bar.setSymbol(symbols[s]);
        bar.setIsin(isins[s]);
        bar.setName(names[s]);
        bar.setPrevClose(price / 100.0);
        bar.setOpen(open / 100.0);
        bar.setHigh(high / 100.0);
        bar.setLow(low / 100.0);
        bar.setClose(close / 100.0);
        bar.setLastPrice(close / 100.0);
        bar.setSettlementPrice(close / 100.0);
        bar.setAveragePrice((open + high + low + close) / 400.0);
        bar.setVolume(volume);
        bar.setTurnover(volume * close / 100.0);
        bar.setTrades(1 + volume / 50);
        bar.setDeliveryVolume(delivered);
        bar.setDeliveryPercent(delivered * 10_000 / volume / 100.0);
        return bar;
    }

    private void open() {
        symbols = new String[SYMBOLS];
        isins = new String[SYMBOLS];
        names = new String[SYMBOLS];
        instruments = new String[SYMBOLS];
        for (int k = 0; k < SYMBOLS; k++) {
            String digits = Integer.toString(100_000 + k);
            symbols[k] = "SYM" + digits;
            isins[k] = "INE" + digits + "017";
            names[k] = "COMPANY " + digits + " LIMITED";
        }
        lastDay = -1;
        lastSeries = -1;
        bar = new EquityOhlc();
        bar.setIngestTime(INGESTED);
        bar.setSource("nse_udiff_cm+nse_sec_bhavdata_full");
        bar.setSchemaVersion(DATASET.version());
        bar.setExchange("NSE");
        bar.setInstrumentType("STK");
        bar.setAdjustmentFactor(1.0);
        bar.setIsTradingDay(true);
    }

    /** A query that answers the first rows, in DuckDB's SQL. */
    static String duckDb(long rows) {
        return select(
                "range AS i FROM range(" + rows + ")",
                "//",
                "chr((65 + v // 26)::INT) || chr((65 + v % 26)::INT)",
                "DATE '" + FIRST_DAY + "' + d::INT",
                "::TIMESTAMP_MS",
                "trade_date::VARCHAR",
                "::VARCHAR",
                "NULL::DATE");
    }

    /** A query that answers the first rows, in ClickHouse's SQL. */
    static String clickHouse(long rows) {
        return select(
                "toInt64(number) AS i FROM numbers_mt(" + rows + ")",
                "DIV",
                "char(65 + v DIV 26) || char(65 + v % 26)",
                "toDate32('" + FIRST_DAY + "') + d",
                "::DateTime64(3, 'UTC')",
                "toString(trade_date)",
                "::String",
                "NULL::Nullable(Date32)");
    }

    private static String select(
            String source,
            String div,
            String series,
            String date,
            String toTime,
            String day,
            String toText,
            String noDate) {
        String sql =
                """
                SELECT instrument_id || ':' || @day AS event_id, trade_date@toTime AS event_time,
                  '2026-01-01 00:00:00'@toTime AS ingest_time,
                  'nse_udiff_cm+nse_sec_bhavdata_full' AS source, '@version' AS schema_version,
                  instrument_id AS entity_id, instrument_id, symbol, 'NSE' AS exchange,
                  'INE' || digits || '017' AS isin, 'STK' AS instrument_type, series,
                  'COMPANY ' || digits || ' LIMITED' AS name, trade_date,
                  price / 100e0 AS prev_close, o / 100e0 AS open, hi / 100e0 AS high,
                  lo / 100e0 AS low, c / 100e0 AS close, c / 100e0 AS last_price,
                  c / 100e0 AS settlement_price, (o + hi + lo + c) / 400e0 AS average_price,
                  volume, volume * c / 100e0 AS turnover, 1 + volume @div 50 AS trades,
                  delivered AS delivery_volume,
                  (delivered * 10000 @div volume) / 100e0 AS delivery_percent,
                  1e0 AS adjustment_factor, @noDate AS adjustment_date, true AS is_trading_day
                FROM (SELECT *, 'NSE:' || symbol || ':' || series AS instrument_id,
                    volume * (h % 101) @div 100 AS delivered
                  FROM (SELECT *, 'SYM' || digits AS symbol, @series AS series, @date AS trade_date,
                      price + (h @div 16) % 100 AS o, price + 100 + (h @div 256) % 50 AS hi,
                      price - (h @div 1024) % 50 AS lo, price + (h @div 64) % 100 AS c,
                      1 + (h @div 3) % 1000000 AS volume
                    FROM (SELECT *, (100000 + i % 5000)@toText AS digits, i @div 1000000 AS d,
                        (i @div 5000) % 200 AS v, 1000 + h % 400000 AS price
                      FROM (SELECT *, (i * 2654435761) % 4294967296 AS h
                        FROM (SELECT @source)))))""";
        return sql.replace("@source", source)
                .replace("@div", div)
                .replace("@series", series)
                .replace("@date", date)
                .replace("@toTime", toTime)
                .replace("@day", day)
                .replace("@toText", toText)
                .replace("@noDate", noDate)
                .replace("@version", DATASET.version());
    }
}
