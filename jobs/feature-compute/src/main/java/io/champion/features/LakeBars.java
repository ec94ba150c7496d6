package io.champion.features;

import io.champion.lake.LakeSnapshot;
import io.champion.lake.RowGroup;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.FileNotFoundException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.CloseableIterator;

/**
 * Reads the bars of partitions of the lake. Each task is given all partitions, in the order of
 * their days, and hands on the bars of those instruments whose state it has: so they need not be
 * sent, and an instrument's bars come in the order of their times, each once and in its last
 * version. That tasks read the same columns costs less than to send their rows. All read the lake
 * as of one instant; a partition that is replaced before it was read fails the job.
 *
 * <p>Several days are read before their bars go on, instrument by instrument, and then the
 * watermark: what is remembered of an instrument is looked at once for all of them, and not once a
 * day, when it has left the processor's cache.
 *
 * <p>Bars in which nothing was traded are counted.
 */
final class LakeBars extends AbstractStreamOperator<FeatureBar>
        implements OneInputStreamOperator<PartitionKey, FeatureBar> {
    private static final long serialVersionUID = 1L;

    /** Accumulator of bars, those that are superseded included. */
    static final String BARS = "lakeBars";

    /** Accumulator of records in which nothing was traded. */
    static final String UNTRADED = "barsUntraded";

    /** Accumulator of bars of which there is a later version. */
    static final String SUPERSEDED = "lakeBarsSuperseded";

    private static final Comparator<FeatureBar> LAST_VERSION_FIRST =
            Comparator.<FeatureBar>comparingLong(bar -> bar.time)
                    .thenComparing(bar -> bar.version, Comparator.reverseOrder());

    /** A day more is not read when there are so many. */
    private static final int ENOUGH_BARS = 16_384;

    private final LakeSnapshot lake;
    private final String dataset;
    private final String interval;
    private final int lastSession;

    private transient Map<PartitionKey, LakeSnapshot.Partition> partitions;
    private transient BarColumns columns;
    private transient TaskInfo task;
    private transient List<Boolean> mine;
    private transient List<FeatureBar> found;
    private transient long[] order;

    /** Of the partitions whose bars were not handed on yet; null where there is none. */
    private transient LocalDate lastDay;

    private transient StreamRecord<FeatureBar> record;
    private transient LongCounter bars;
    private transient LongCounter untraded;
    private transient LongCounter superseded;

    /**
     * @param lake the partitions, which are read as of that instant
     * @param bars their dataset
     * @param interval length of the bars that are wanted of a dataset with several
     * @param lastSession of which bars are wanted, as partitions hold some of the session after it
     */
    LakeBars(LakeSnapshot lake, Dataset bars, String interval, LocalDate lastSession) {
        this.lake = lake;
        this.dataset = bars.id();
        this.interval = interval;
        this.lastSession = (int) lastSession.toEpochDay();
    }

    @Override
    public void open() throws Exception {
        super.open();
        partitions = new HashMap<>();
        lake.partitions().forEach(partition -> partitions.put(partition.key(), partition));
        columns = new BarColumns(Dataset.of(dataset), interval);
        task = getRuntimeContext().getTaskInfo();
        mine = new ArrayList<>();
        found = new ArrayList<>();
        order = new long[0];
        record = new StreamRecord<>(null);
        bars = counter(BARS);
        untraded = counter(UNTRADED);
        superseded = counter(SUPERSEDED);
    }

    private LongCounter counter(String name) {
        LongCounter counter = new LongCounter();
        getRuntimeContext().addAccumulator(name, counter);
        return counter;
    }

    @Override
    public void processElement(StreamRecord<PartitionKey> element) throws Exception {
        PartitionKey partition = element.getValue();
        try (CloseableIterator<RowGroup> groups =
                partitions.get(partition).columns(columns.fields())) {
            while (groups.hasNext()) {
                columns.take(groups.next());
                find();
            }
        } catch (FileNotFoundException e) {
            throw new FeatureInputException(
                    partition + " was replaced while the lake was being read; run again.");
        }
        lastDay = partition.date();
        if (found.size() >= ENOUGH_BARS) {
            handOn();
        }
    }

    /** The end of the partitions: no other watermark comes of them. */
    @Override
    public void processWatermark(Watermark mark) throws Exception {
        handOn();
        super.processWatermark(mark);
    }

    @Override
    public void finish() throws Exception {
        handOn();
        super.finish();
    }

    private void handOn() {
        if (lastDay == null) {
            return;
        }
        bars.add(found.size());
        Arrays.sort(order, 0, found.size());
        int next;
        for (int first = 0; first < found.size(); first = next) {
            next = first + 1;
            while (next < found.size() && order[next] >>> 32 == order[first] >>> 32) {
                next++;
            }
            if (next == first + 1) {
                collect(found.get((int) order[first]));
            } else {
                collect(first, next);
            }
        }
        found.clear();
        output.emitWatermark(
                new Watermark((lastDay.toEpochDay() + 1) * FeatureBars.MILLIS_PER_DAY - 1));
        lastDay = null;
    }

    private void collect(FeatureBar bar) {
        output.collect(record.replace(bar, bar.time));
    }

    /** Adds the bars of a row group that are this task's. */
    private void find() {
        int rows = columns.rows();
        if (order.length < found.size() + rows) {
            order = Arrays.copyOf(order, Math.max(found.size() + rows, order.length * 2));
        }
        for (int row = 0; row < rows; row++) {
            if (!columns.isWanted(row)) {
                continue;
            }
            int instrument = columns.instrument(row);
            if (instrument == mine.size()) {
                mine.add(isMine(columns.name(instrument)));
            }
            if (!mine.get(instrument)) {
                continue;
            }
            FeatureBar bar = columns.bar(row);
            if (bar.session > lastSession) {
                continue;
            }
            // One that was amended away replaces an earlier version.
            if (bar.isTraded() || bar.version > 1) {
                order[found.size()] = (long) instrument << 32 | found.size();
                found.add(bar);
            } else {
                untraded.add(1);
            }
        }
    }

    private boolean isMine(String instrument) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        instrument,
                        task.getMaxNumberOfParallelSubtasks(),
                        task.getNumberOfParallelSubtasks())
                == task.getIndexOfThisSubtask();
    }

    /** Hands on several bars of an instrument. */
    private void collect(int from, int to) {
        List<FeatureBar> several = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            several.add(found.get((int) order[i]));
        }
        several.sort(LAST_VERSION_FIRST);
        FeatureBar last = null;
        for (FeatureBar bar : several) {
            if (last != null && last.time == bar.time) {
                superseded.add(1);
            } else {
                collect(bar);
                last = bar;
            }
        }
    }
}
