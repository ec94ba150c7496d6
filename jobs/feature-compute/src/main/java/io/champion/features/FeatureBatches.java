package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityIndicators;
import io.champion.model.record.Reject;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.flink.util.Collector;

/**
 * The rows of {@link FeatureRows}, in a batch for each group of a session. Between two watermarks
 * there is mostly one session, so that there are few batches, of many rows.
 */
final class FeatureBatches implements FeatureOutput<ColumnBatch> {

    /** Of a batch, so that bars of minutes do not fill the memory. */
    private static final int MAX_ROWS = 4096;

    private static final Dataset FEATURES = Dataset.of(EquityIndicators.getClassSchema());
    private static final Dataset REJECTS = Dataset.of(Reject.getClassSchema());

    private static final byte[] FIRST = {'1'};

    private static final int EVENT_ID = column("event_id");
    private static final int EVENT_TIME = column("event_time");
    private static final int ENTITY_ID = column("entity_id");
    private static final int INSTRUMENT_ID = column("instrument_id");
    private static final int SYMBOL = column("symbol");
    private static final int EXCHANGE = column("exchange");
    private static final int SERIES = column("series");
    private static final int TRADE_DATE = column("trade_date");
    private static final int FEATURE_TIMESTAMP = column("feature_timestamp");
    private static final int VERSION = column("version");

    /** Columns whose values are those of the bar, and so the same in all groups. */
    private static final int[] OF_THE_BAR = {
        EVENT_TIME, INSTRUMENT_ID, SYMBOL, EXCHANGE, SERIES, TRADE_DATE, FEATURE_TIMESTAMP, VERSION
    };

    private final FeatureRows.Run run;
    private final Group[] groups;
    private final Map<Integer, Session> open = new HashMap<>();
    private final Deque<Session> free = new ArrayDeque<>();

    private byte[] eventId = new byte[128];

    /** What stands between instrument and group in the id of a bar's rows, of the last bar. */
    private byte[] place;

    private long placeTime;

    FeatureBatches(FeatureSet set, FeatureRows.Run run) {
        if (!hold(set)) {
            throw new IllegalArgumentException(
                    "The set " + set.name() + " has features without a column.");
        }
        this.run = run;
        this.groups =
                FeatureRows.groups(set, run).stream()
                        .map(group -> new Group(group, set, run))
                        .toArray(Group[]::new);
    }

    /** Whether there is a column for every feature of a set. */
    static boolean hold(FeatureSet set) {
        return set.columns().stream().allMatch(FeatureRows::hasColumn);
    }

    private static int column(String name) {
        for (int i = 0; i < FEATURES.columns().size(); i++) {
            if (FEATURES.columns().get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException(FEATURES + " has no column '" + name + "'.");
    }

    @Override
    public int features(FeatureBar bar, int version, double[] values, Collector<ColumnBatch> out) {
        if (bar.session < run.firstSession()) {
            return 0;
        }
        Session session = open.computeIfAbsent(bar.session, this::session);
        byte[] instrument = bar.instrument.getBytes(StandardCharsets.UTF_8);
        session.bar(bar, instrument, version);
        if (place == null || placeTime != bar.time) {
            placeTime = bar.time;
            place = (":" + run.interval() + ":" + bar.time + ":").getBytes(StandardCharsets.UTF_8);
        }
        byte[] end =
                version == 1 ? FIRST : Integer.toString(version).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < groups.length; i++) {
            Group group = groups[i];
            ColumnBatchBuilder rows = session.rows[i];
            byte[] name = group.idPart;
            int length = instrument.length + place.length + name.length + end.length;
            if (eventId.length < length) {
                eventId = new byte[length * 2];
            }
            System.arraycopy(instrument, 0, eventId, 0, instrument.length);
            int at = instrument.length;
            System.arraycopy(place, 0, eventId, at, place.length);
            at += place.length;
            System.arraycopy(name, 0, eventId, at, name.length);
            System.arraycopy(end, 0, eventId, at + name.length, end.length);
            rows.text(EVENT_ID, eventId, 0, length);
            group.values(rows, values);
            rows.endRow();
        }
        if (session.ofTheBar.rows() >= MAX_ROWS) {
            session.emit(out);
        }
        return groups.length;
    }

    private Session session(int day) {
        Session session = free.poll();
        if (session == null) {
            session = new Session();
        }
        for (int i = 0; i < groups.length; i++) {
            session.partitions[i] = FEATURES.partitionOf(LocalDate.ofEpochDay(day), groups[i].name);
        }
        return session;
    }

    @Override
    public void reject(Reject reject, Collector<ColumnBatch> out) {
        ColumnBatchBuilder row = new ColumnBatchBuilder(REJECTS, 1);
        row.row(reject);
        out.collect(row.build(REJECTS.partitionOf(reject)));
    }

    @Override
    public void flush(Collector<ColumnBatch> out) {
        for (Iterator<Session> all = open.values().iterator(); all.hasNext(); ) {
            Session session = all.next();
            session.emit(out);
            free.push(session);
            all.remove();
        }
    }

    /** The rows of a session that are kept back: a batch for each group, in the same order. */
    private final class Session {
        private final PartitionKey[] partitions = new PartitionKey[groups.length];
        private final ColumnBatchBuilder[] rows = new ColumnBatchBuilder[groups.length];
        private final ColumnBatchBuilder ofTheBar = new ColumnBatchBuilder(FEATURES, MAX_ROWS / 2);

        Session() {
            for (int i = 0; i < groups.length; i++) {
                rows[i] = new ColumnBatchBuilder(FEATURES, MAX_ROWS / 2);
                groups[i].constants.forEach(rows[i]::constant);
            }
        }

        void bar(FeatureBar bar, byte[] instrument, int version) {
            int exchangeEnd = 0;
            while (instrument[exchangeEnd] != ':') {
                exchangeEnd++;
            }
            int seriesStart = instrument.length;
            while (instrument[seriesStart - 1] != ':') {
                seriesStart--;
            }
            if (seriesStart == exchangeEnd + 1) {
                seriesStart = instrument.length;
            }
            ofTheBar.number(EVENT_TIME, bar.time);
            ofTheBar.text(INSTRUMENT_ID, instrument, 0, instrument.length);
            ofTheBar.text(SYMBOL, bar.symbol);
            ofTheBar.text(EXCHANGE, instrument, 0, exchangeEnd);
            ofTheBar.text(SERIES, instrument, seriesStart, instrument.length);
            ofTheBar.number(TRADE_DATE, bar.session);
            ofTheBar.number(FEATURE_TIMESTAMP, bar.end);
            ofTheBar.number(VERSION, version);
            ofTheBar.endRow();
        }

        void emit(Collector<ColumnBatch> out) {
            if (ofTheBar.rows() == 0) {
                return;
            }
            for (int column : OF_THE_BAR) {
                Values values = ofTheBar.take(column);
                for (ColumnBatchBuilder each : rows) {
                    each.column(column, values);
                    if (column == INSTRUMENT_ID) {
                        each.column(ENTITY_ID, values);
                    }
                }
            }
            ofTheBar.restart();
            for (int i = 0; i < rows.length; i++) {
                out.collect(rows[i].build(partitions[i]));
            }
        }
    }

    private static Values text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return new Texts(utf8, new int[1], new int[] {utf8.length}, null);
    }

    private static Values number(long value) {
        return new Numbers(new long[] {value}, null);
    }

    /** A group's columns. */
    private static final class Group {
        private final String name;
        private final byte[] idPart;
        private final int[] values;
        private final int[] columns;
        private final boolean[] whole;
        private final Map<Integer, Values> constants = new HashMap<>();

        Group(FeatureRows.Group group, FeatureSet set, FeatureRows.Run run) {
            this.name = group.name();
            this.idPart = (name + ":" + set.version() + ":").getBytes(StandardCharsets.UTF_8);
            this.values = group.values();
            this.columns = Arrays.stream(group.names()).mapToInt(FeatureBatches::column).toArray();
            this.whole = group.whole();
            constants.put(column("ingest_time"), number(run.started().toEpochMilli()));
            constants.put(column("computed_at"), number(run.started().toEpochMilli()));
            constants.put(column("source"), text(run.source()));
            constants.put(column("schema_version"), text(FeatureRows.VERSION));
            constants.put(column("feature_group"), text(name));
            constants.put(column("feature_version"), text(set.version()));
            constants.put(column("bar_interval"), text(run.interval()));
            Values none = new Numbers(new long[1], new byte[] {1});
            for (String feature : FeatureRows.columns()) {
                int column = column(feature);
                if (Arrays.stream(columns).noneMatch(mine -> mine == column)) {
                    constants.put(column, none);
                }
            }
        }

        void values(ColumnBatchBuilder rows, double[] of) {
            for (int i = 0; i < values.length; i++) {
                double value = of[values[i]];
                if (Double.isNaN(value)) {
                    rows.none(columns[i]);
                } else {
                    rows.number(
                            columns[i],
                            whole[i] ? Math.round(value) : Double.doubleToRawLongBits(value));
                }
            }
        }
    }
}
