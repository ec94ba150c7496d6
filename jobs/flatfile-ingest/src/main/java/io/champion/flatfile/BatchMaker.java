package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.time.Instant;
import java.util.Arrays;

/**
 * Makes batches of the rows that are kept: the decoded columns, the envelope and the flag.
 *
 * <p>All batches have the same arrays, one after the other, so that these stay in the processor's
 * cache, and the garbage collector does not have them to do with: whoever takes a batch has to be
 * done with it before the next row is decoded, as is so for all that one operator hands to another.
 */
final class BatchMaker {

    static final String EXCHANGE = "SIP";

    private static final byte[] PREFIX = (EXCHANGE + ":").getBytes(UTF_8);

    /** Names of the contract that differ from those of the files. */
    private static String fieldOf(String column) {
        return switch (column) {
            case "participant_time" -> "participant_timestamp";
            case "trf_time" -> "trf_timestamp";
            case "exchange_id" -> "exchange";
            case "bid_exchange_id" -> "bid_exchange";
            case "ask_exchange_id" -> "ask_exchange";
            case "trades" -> "transactions";
            default -> column;
        };
    }

    private final FlatFileKind kind;
    private final Dataset dataset;
    private final PartitionKey partition;
    private final Columns columns;
    private final Constant ingestTime;
    private final Constant source;
    private final Constant version;
    private final Constant exchange;
    private final Constant series;
    private final Constant tradeDate;

    /** Instrument ids, each once for as long as the ticker does not change. */
    private byte[] names = new byte[1024];

    private int namesEnd;
    private int nameStart;
    private final Ticker named = new Ticker();
    private final int[] entityStarts;
    private final int[] symbolStarts;
    private final int[] nameEnds;

    /** Null where rows are told apart by their natural key. */
    private final long[] eventIds;

    private final long[] outliers;
    private boolean anyOutlier;

    BatchMaker(Header header, Columns columns, Session session, Instant ingest, int capacity) {
        this.kind = header.kind();
        this.dataset = kind.dataset();
        this.partition = dataset.partitionOf(session.day());
        this.columns = columns;
        this.ingestTime = number(ingest.toEpochMilli());
        this.source = text(kind.source());
        this.version = text(dataset.version());
        this.exchange = text(EXCHANGE);
        this.series = text("");
        this.tradeDate = number(session.day().toEpochDay());
        this.entityStarts = new int[capacity];
        this.symbolStarts = new int[capacity];
        this.nameEnds = new int[capacity];
        this.eventIds = kind.isBars() ? null : new long[capacity];
        this.outliers = new long[capacity];
    }

    private static Constant number(long value) {
        return new Constant(new Numbers(new long[] {value}, null));
    }

    private static Constant text(String value) {
        byte[] bytes = value.getBytes(UTF_8);
        return new Constant(new Texts(bytes, new int[] {0}, new int[] {bytes.length}, null));
    }

    private void begin() {
        columns.begin();
        namesEnd = 0;
        anyOutlier = false;
    }

    /**
     * Adds the row that the columns hold.
     *
     * @param eventId number of the event
     */
    void keep(long eventId, boolean outlier) {
        int row = columns.row;
        if (!columns.ticker.isEqualTo(named) || namesEnd == 0) {
            name(columns.ticker);
        }
        entityStarts[row] = nameStart;
        symbolStarts[row] = nameStart + PREFIX.length;
        nameEnds[row] = namesEnd;
        if (eventIds != null) {
            eventIds[row] = eventId;
        }
        outliers[row] = outlier ? 1 : 0;
        anyOutlier |= outlier;
        columns.keep();
    }

    private void name(Ticker ticker) {
        int length = PREFIX.length + ticker.length;
        if (namesEnd + length > names.length) {
            names = Arrays.copyOf(names, names.length * 2);
        }
        nameStart = namesEnd;
        System.arraycopy(PREFIX, 0, names, nameStart, PREFIX.length);
        System.arraycopy(ticker.bytes, 0, names, nameStart + PREFIX.length, ticker.length);
        namesEnd += length;
        named.set(ticker.bytes, 0, ticker.length);
    }

    boolean isFull() {
        return columns.isFull();
    }

    boolean isEmpty() {
        return columns.row == 0;
    }

    /** The rows so far as a batch, which holds until the next row is decoded; not empty. */
    ColumnBatch take() {
        Values[] values = new Values[dataset.columns().size()];
        Values entity = new Texts(names, entityStarts, nameEnds, null);
        for (int i = 0; i < values.length; i++) {
            Column column = dataset.columns().get(i);
            values[i] =
                    switch (column.name()) {
                        case "event_id" ->
                                eventIds == null ? barIds() : new Numbers(eventIds, null);
                        case "event_time" -> columns.numbersOf(kind.timeField());
                        case "ingest_time" -> ingestTime;
                        case "source" -> source;
                        case "schema_version" -> version;
                        case "entity_id", "instrument_id" -> entity;
                        case "symbol" -> new Texts(names, symbolStarts, nameEnds, null);
                        case "exchange" -> exchange;
                        case "series" -> series;
                        case "trade_date" -> tradeDate;
                        case "trade_id" -> columns.idsOf();
                        case "is_outlier" -> anyOutlier ? new Numbers(outliers, null) : number(0);
                        default -> field(kind.field(fieldOf(column.name())));
                    };
        }
        ColumnBatch batch = new ColumnBatch(dataset, partition, columns.row, values);
        begin();
        return batch;
    }

    private Values field(int field) {
        return kind.fields().get(field).type() == Field.Type.LIST
                ? columns.listsOf(field)
                : columns.numbersOf(field);
    }

    /** The natural key of each bar: instrument and start. */
    private Texts barIds() {
        int rows = columns.row;
        long[] starts = columns.numbers[kind.timeField()];
        int[] begins = new int[rows];
        int[] ends = new int[rows];
        byte[] ids = new byte[rows * (PREFIX.length + Ticker.MAX_LENGTH + 21)];
        int end = 0;
        for (int i = 0; i < rows; i++) {
            begins[i] = end;
            int length = nameEnds[i] - entityStarts[i];
            System.arraycopy(names, entityStarts[i], ids, end, length);
            end += length;
            ids[end++] = ':';
            byte[] start = Long.toString(starts[i]).getBytes(UTF_8);
            System.arraycopy(start, 0, ids, end, start.length);
            end += start.length;
            ends[i] = end;
        }
        return new Texts(ids, begins, ends, null);
    }
}
