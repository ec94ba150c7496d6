package io.champion.tracking;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.RunReports;
import io.champion.tracking.IntervalPart.Offsets;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Has each interval of a job without an end on record as a run.
 *
 * <p>The figures flow through the job as records do, and are in its checkpoints: whatever fails, a
 * message that is written once is counted once. Intervals are cut by checkpoints, the first one
 * after the hour where they are of an hour, and recorded when that checkpoint is complete. A job
 * that is restored within an interval goes on with it, unless its options are others; one that is
 * stopped leaves the interval as it was in its last checkpoint.
 *
 * <p>The operator is there also where nothing is recorded, so that savepoints fit either way.
 */
public final class IntervalRuns {
    private IntervalRuns() {}

    private static final ObjectMapper JSON = new ObjectMapper();

    /** A failing or stopping task does not wait longer for a server. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /**
     * What is recorded.
     *
     * @param experiment one of {@link Experiments}
     * @param job its name
     * @param deployment tells jobs of that name apart, such as a consumer group
     * @param topic that messages are of
     * @param read the figure of what was read, for throughput
     * @param outputs datasets by the figure that counts what was written to them; figures below it
     *     ({@code figure.x}) count, too
     */
    public record Subject(
            String experiment,
            String job,
            String deployment,
            String topic,
            String read,
            SortedMap<String, String> outputs)
            implements Serializable {}

    /**
     * Records what parts tell.
     *
     * @throws ConfigException if options of tracking make no sense
     */
    public static void add(DataStream<IntervalPart> parts, JobConfig config, Subject subject) {
        Duration interval = config.get(TrackingOptions.INTERVAL);
        if (interval.isNegative()) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + TrackingOptions.INTERVAL.key()
                                    + "' is before 0; give 0 to record nothing."));
        }
        MlflowServer server = Tracker.server(config, System.getenv());
        if (server != null) {
            server.close();
        }
        // Never of a chain, whose maximum of parallelism it would have at parallelism 1 alone: a
        // savepoint of that would not fit the job at another.
        parts.global()
                .transform(
                        "interval runs",
                        Types.VOID,
                        new Recorder(
                                subject,
                                interval.toMillis(),
                                new TreeMap<>(config.shown()),
                                Home.of(config).tracking(),
                                server == null ? null : server.url(),
                                config.get(TrackingOptions.PART_OF)))
                .uid("interval-runs")
                .forceNonParallel();
    }

    /** An interval, or as much of it as there was. Kept in state as JSON. */
    record Interval(
            long start,
            long end,
            SortedMap<String, String> params,
            SortedMap<String, Long> counts,
            SortedMap<Integer, Offsets> offsets) {

        static Interval at(long start, SortedMap<String, String> params) {
            return new Interval(start, start, params, new TreeMap<>(), new TreeMap<>());
        }

        void add(IntervalPart part) {
            part.counts().forEach((figure, count) -> counts.merge(figure, count, Long::sum));
            part.offsets()
                    .forEach((partition, range) -> offsets.merge(partition, range, Offsets::and));
        }

        Interval until(long time) {
            return new Interval(start, time, params, new TreeMap<>(counts), new TreeMap<>(offsets));
        }

        boolean countsAny() {
            return counts.values().stream().anyMatch(count -> count > 0);
        }

        TrackedRun.Builder describe(Subject subject) {
            String id = RunReports.id(Instant.ofEpochMilli(start));
            TrackedRun.Builder run =
                    TrackedRun.of(
                            subject.experiment,
                            subject.job + " " + subject.deployment + " " + id,
                            Instant.ofEpochMilli(start));
            params.forEach(run::param);
            run.by(subject.job, id);
            double seconds = (end - start) / 1000.0;
            run.metrics(counts)
                    .metric("seconds", seconds)
                    .metric("rows_per_second", counts.getOrDefault(subject.read, 0L) / seconds)
                    .metric("bytes_per_second", counts.getOrDefault("bytes", 0L) / seconds);
            List<Lineage.Item> inputs = new ArrayList<>();
            offsets.forEach(
                    (partition, range) ->
                            inputs.add(
                                    new Lineage.Item(
                                            subject.topic + "-" + partition,
                                            range.toString(),
                                            null)));
            List<Lineage.Item> outputs = new ArrayList<>();
            subject.outputs.forEach(
                    (figure, dataset) -> outputs.add(new Lineage.Item(dataset, null, sum(figure))));
            return run.artifact(
                    Lineage.FILE, new Lineage(subject.job, id, inputs, outputs).toJson());
        }

        private long sum(String figure) {
            return counts.entrySet().stream()
                    .filter(
                            count ->
                                    count.getKey().equals(figure)
                                            || count.getKey().startsWith(figure + "."))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }
    }

    /**
     * All that the state holds.
     *
     * @param closed intervals that are over; they stay until others are, because the one that
     *     records them may die before it did
     * @param open goes on
     */
    record State(List<Interval> closed, Interval open) {}

    /** Adds parts up. The one task of its kind. */
    static final class Recorder extends AbstractStreamOperator<Void>
            implements OneInputStreamOperator<IntervalPart, Void> {
        private static final long serialVersionUID = 1L;

        private final Subject subject;
        private final long intervalMillis;
        private final TreeMap<String, String> params;
        private final String root;
        private final String server;
        private final String partOf;

        private transient ListState<byte[]> state;
        private transient List<Interval> closed;
        private transient Interval open;

        /** States by checkpoint that may yet be completed. */
        private transient NavigableMap<Long, State> snapshots;

        /** The state of the last checkpoint that is complete; null for none. */
        private transient State complete;

        private transient boolean ended;
        private transient Tracker tracker;

        /**
         * @param intervalMillis 0 to record nothing
         * @param server address of the tracking server, null for none
         * @param partOf see {@link TrackingOptions#PART_OF}; may be null
         */
        Recorder(
                Subject subject,
                long intervalMillis,
                TreeMap<String, String> params,
                String root,
                String server,
                String partOf) {
            this.subject = subject;
            this.intervalMillis = intervalMillis;
            this.params = params;
            this.root = root;
            this.server = server;
            this.partOf = partOf;
        }

        private boolean isOff() {
            return intervalMillis == 0;
        }

        @Override
        public void initializeState(StateInitializationContext context) throws Exception {
            super.initializeState(context);
            state =
                    context.getOperatorStateStore()
                            .getListState(
                                    new ListStateDescriptor<>(
                                            "intervals", BytePrimitiveArraySerializer.INSTANCE));
            closed = new ArrayList<>();
            snapshots = new TreeMap<>();
            open = Interval.at(now(), params);
            for (byte[] bytes : state.get()) {
                restore(JSON.readValue(bytes, State.class));
            }
        }

        private void restore(State before) {
            complete = before;
            closed.addAll(before.closed);
            if (before.open.params.equals(params) && isOf(before.open, now())) {
                open = before.open;
            } else if (before.open.countsAny()) {
                closed.add(before.open);
            }
        }

        private long now() {
            return getProcessingTimeService().getCurrentProcessingTime();
        }

        private boolean isOf(Interval interval, long time) {
            return !isOff()
                    && Math.floorDiv(time, intervalMillis)
                            == Math.floorDiv(interval.start, intervalMillis);
        }

        @Override
        public void open() throws Exception {
            super.open();
            if (isOff()) {
                return;
            }
            tracker = Tracker.open(root, server, partOf);
            getMetricGroup().gauge("runsNotSent", tracker::waiting);
            tracker.resume();
            // Whoever completed their checkpoint may not have come to it.
            closed.forEach(this::record);
        }

        @Override
        public void processElement(StreamRecord<IntervalPart> element) {
            open.add(element.getValue());
        }

        @Override
        public void finish() throws Exception {
            ended = true;
            super.finish();
        }

        @Override
        public void snapshotState(StateSnapshotContext context) throws Exception {
            super.snapshotState(context);
            if (isOff()) {
                state.clear();
                return;
            }
            long now = now();
            Interval sofar = open.until(now);
            if (ended || !isOf(open, now)) {
                if (complete != null) {
                    closed.removeAll(complete.closed);
                }
                if (open.countsAny()) {
                    closed.add(sofar);
                }
                open = Interval.at(now, params);
                sofar = open;
            }
            State taken = new State(List.copyOf(closed), sofar);
            state.update(List.of(JSON.writeValueAsBytes(taken)));
            snapshots.put(context.getCheckpointId(), taken);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            super.notifyCheckpointComplete(checkpointId);
            NavigableMap<Long, State> done = snapshots.headMap(checkpointId, true);
            State before = complete;
            for (State taken : done.values()) {
                taken.closed.stream()
                        .filter(interval -> before == null || !before.closed.contains(interval))
                        .forEach(this::record);
                complete = taken;
            }
            done.clear();
        }

        private void record(Interval interval) {
            TrackedRun.Builder run = interval.describe(subject);
            tracker.record(run.finished(Instant.ofEpochMilli(interval.end)), run.artifacts());
        }

        @Override
        public void close() throws Exception {
            if (tracker != null) {
                if (complete != null && complete.open.countsAny()) {
                    record(complete.open);
                }
                tracker.finish(LAST_WORDS);
                tracker.close();
            }
            super.close();
        }
    }
}
