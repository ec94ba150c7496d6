package io.champion.features;

import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import io.champion.model.Dataset;
import io.champion.model.record.DailyBar;
import io.champion.model.record.EquityIndicators;
import io.champion.model.record.MinuteBar;
import io.champion.model.record.Reject;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.Collector;

/**
 * Makes the rows of {@code features.equity_indicators}: one for each group of the set. A feature
 * that the contract has a column for goes there; any other into the map {@code features}, by its
 * name.
 */
final class FeatureRows implements FeatureOutput<SpecificRecordBase> {

    private static final Schema SCHEMA = EquityIndicators.getClassSchema();
    private static final Dataset FEATURES = Dataset.of(SCHEMA);
    static final String VERSION = SCHEMA.getField("schema_version").defaultVal().toString();

    static final String DAILY = "1d";
    static final String MINUTE = "1m";

    static final String REJECTS_OF_KAFKA = FEATURES.name() + "_kafka";

    private static final Set<String> OF_FLAT_FILES =
            Set.of(
                    Dataset.of(DailyBar.getClassSchema()).id(),
                    Dataset.of(MinuteBar.getClassSchema()).id());

    /**
     * What rows say of the run that made them.
     *
     * @param interval length of the bars: 1d, 1m and so on
     * @param source name of the dataset or topic of the bars
     * @param rejects what rejects are called in the quarantine
     * @param firstSession of which rows are made, days since the epoch; bars before it warm up
     * @param started when the run started
     */
    record Run(String interval, String source, String rejects, int firstSession, Instant started)
            implements Serializable {

        /** A run over the lake, which replaces its rejects with the features. */
        static Run overLake(String interval, String dataset, int firstSession, Instant started) {
            return new Run(interval, dataset, FEATURES.name(), firstSession, started);
        }

        /**
         * A run that goes on with Kafka; its rejects are not those that runs over the lake replace.
         */
        static Run fromKafka(String interval, String topic, Instant started) {
            return new Run(interval, topic, REJECTS_OF_KAFKA, Integer.MIN_VALUE, started);
        }

        /**
         * The groups of a set's rows, each a partition of its day: they are replaced apart from
         * those of other sets, of bars of another length, and of those of flat files.
         */
        List<String> groups(FeatureSet set) {
            return set.features().stream()
                    .map(Feature::group)
                    .distinct()
                    .map(group -> group(set, group))
                    .toList();
        }

        private String group(FeatureSet set, String group) {
            return group
                    + (set.name().equals(FeatureSet.STANDARD_NAME) ? "" : "_" + set.name())
                    + (interval.equals(DAILY) ? "" : "_" + interval)
                    + (OF_FLAT_FILES.contains(source) ? "_us" : "");
        }

        /** What becomes of a bar whose time has left the horizon. */
        Reject beyondHorizon(FeatureBar bar) {
            String time = Instant.ofEpochMilli(bar.time).toString();
            String entity = bar.instrument;
            return Reject.newBuilder()
                    .setEventId(
                            entity + ":" + interval + ":" + bar.time + ":" + bar.version + ":late")
                    .setEventTime(Instant.ofEpochMilli(bar.time))
                    .setIngestTime(started)
                    .setSource(source)
                    .setEntityId(entity)
                    .setDataset(rejects)
                    .setDate(LocalDate.ofEpochDay(bar.session))
                    .setFile(source)
                    .setLine(null)
                    .setField("time")
                    .setValue(time)
                    .setReason("beyond_horizon")
                    .setMessage(
                            "The bar came or was corrected after its features could be computed"
                                    + " again ('features.horizon').")
                    .setRecord(
                            String.join(
                                    ",",
                                    bar.instrument,
                                    time,
                                    String.valueOf(bar.version),
                                    String.valueOf(bar.open),
                                    String.valueOf(bar.high),
                                    String.valueOf(bar.low),
                                    String.valueOf(bar.close),
                                    String.valueOf(bar.volume),
                                    String.valueOf(bar.turnover)))
                    .build();
        }
    }

    /**
     * The columns of a group.
     *
     * @param values where their values are
     * @param fields where they go in a row; -1 where the contract has no column
     * @param whole whether the column is of whole numbers
     */
    record Group(String name, int[] values, int[] fields, boolean[] whole, String[] names) {}

    private final FeatureSet set;
    private final Run run;
    private final List<Group> groups;

    FeatureRows(FeatureSet set, Run run) {
        this.set = set;
        this.run = run;
        this.groups = groups(set, run);
    }

    /** The groups of a set's rows. */
    static List<Group> groups(FeatureSet set, Run run) {
        Map<String, List<Integer>> values = new LinkedHashMap<>();
        int at = 0;
        for (Feature feature : set.features()) {
            for (int i = 0; i < feature.columns().size(); i++) {
                values.computeIfAbsent(feature.group(), group -> new ArrayList<>()).add(at++);
            }
        }
        return values.entrySet().stream()
                .map(group -> group(set, run, group.getKey(), group.getValue()))
                .toList();
    }

    private static Group group(FeatureSet set, Run run, String name, List<Integer> values) {
        String[] names =
                values.stream().map(value -> set.columns().get(value)).toArray(String[]::new);
        int[] fields = new int[names.length];
        boolean[] whole = new boolean[names.length];
        for (int i = 0; i < names.length; i++) {
            Schema.Field field = SCHEMA.getField(names[i]);
            whole[i] = has(field, Schema.Type.LONG);
            fields[i] = hasColumn(names[i]) ? field.pos() : -1;
        }
        return new Group(
                run.group(set, name),
                values.stream().mapToInt(Integer::intValue).toArray(),
                fields,
                whole,
                names);
    }

    /** Whether the contract has a column for a feature. */
    static boolean hasColumn(String feature) {
        Schema.Field field = SCHEMA.getField(feature);
        return has(field, Schema.Type.LONG) || has(field, Schema.Type.DOUBLE);
    }

    /** The contract's columns of features. */
    static List<String> columns() {
        return SCHEMA.getFields().stream()
                .map(Schema.Field::name)
                .filter(FeatureRows::hasColumn)
                .toList();
    }

    /** Whether a field is a number that may be null, as all of features are. */
    private static boolean has(Schema.Field field, Schema.Type type) {
        return field != null
                && field.schema().isUnion()
                && field.schema().getTypes().stream().anyMatch(each -> each.getType() == type);
    }

    @Override
    public int features(
            FeatureBar bar, int version, double[] values, Collector<SpecificRecordBase> out) {
        if (bar.session < run.firstSession) {
            return 0;
        }
        for (Group group : groups) {
            EquityIndicators row = row(bar, version, group.name);
            Map<String, Double> others = new HashMap<>();
            for (int i = 0; i < group.values.length; i++) {
                double value = values[group.values[i]];
                if (Double.isNaN(value)) {
                    continue;
                }
                int field = group.fields[i];
                if (field < 0) {
                    others.put(group.names[i], value);
                } else if (group.whole[i]) {
                    row.put(field, Math.round(value));
                } else {
                    row.put(field, value);
                }
            }
            row.setFeatures(others);
            out.collect(row);
        }
        return groups.size();
    }

    @Override
    public void reject(Reject reject, Collector<SpecificRecordBase> out) {
        out.collect(reject);
    }

    /** Keeps nothing back. */
    @Override
    public void flush(Collector<SpecificRecordBase> out) {}

    private EquityIndicators row(FeatureBar bar, int version, String group) {
        int first = bar.instrument.indexOf(':');
        int last = bar.instrument.lastIndexOf(':');
        EquityIndicators row = new EquityIndicators();
        row.setEventId(
                bar.instrument
                        + ":"
                        + run.interval
                        + ":"
                        + bar.time
                        + ":"
                        + group
                        + ":"
                        + set.version()
                        + ":"
                        + version);
        row.setEventTime(Instant.ofEpochMilli(bar.time));
        row.setIngestTime(run.started);
        row.setSource(run.source);
        row.setSchemaVersion(VERSION);
        row.setEntityId(bar.instrument);
        row.setInstrumentId(bar.instrument);
        row.setSymbol(bar.symbol);
        row.setExchange(bar.instrument.substring(0, first));
        row.setSeries(last == first ? "" : bar.instrument.substring(last + 1));
        row.setTradeDate(LocalDate.ofEpochDay(bar.session));
        row.setFeatureGroup(group);
        row.setFeatureTimestamp(Instant.ofEpochMilli(bar.end));
        row.setFeatureVersion(set.version());
        row.setBarInterval(run.interval);
        row.setVersion(version);
        row.setComputedAt(run.started);
        return row;
    }
}
