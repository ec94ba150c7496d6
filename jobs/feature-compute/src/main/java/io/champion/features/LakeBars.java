package io.champion.features;

import io.champion.lake.LakeReader;
import io.champion.model.PartitionKey;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads the bars of partitions of the lake. Those in which nothing was traded are counted. */
final class LakeBars extends RichFlatMapFunction<PartitionKey, FeatureBar> {
    private static final long serialVersionUID = 1L;

    /** Accumulator of bars. */
    static final String BARS = "lakeBars";

    /** Accumulator of records in which nothing was traded. */
    static final String UNTRADED = "barsUntraded";

    private static final long MILLIS_PER_DAY = 86_400_000;

    private final String lake;
    private final String interval;

    private transient LakeReader reader;
    private transient LongCounter bars;
    private transient LongCounter untraded;

    /**
     * @param lake the lake's root
     * @param interval length of the bars that are wanted of a dataset with several
     */
    LakeBars(String lake, String interval) {
        this.lake = lake;
        this.interval = interval;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reader = new LakeReader(new Path(lake));
        bars = new LongCounter();
        getRuntimeContext().addAccumulator(BARS, bars);
        untraded = new LongCounter();
        getRuntimeContext().addAccumulator(UNTRADED, untraded);
    }

    @Override
    public void flatMap(PartitionKey partition, Collector<FeatureBar> out) throws Exception {
        try (CloseableIterator<SpecificRecordBase> rows =
                reader.read(partition, FeatureBars.FIELDS::contains)) {
            while (rows.hasNext()) {
                SpecificRecordBase row = rows.next();
                if (!FeatureBars.isOf(row, interval)) {
                    continue;
                }
                FeatureBar bar = FeatureBars.of(row);
                // One that was amended away replaces an earlier version.
                if (bar.isTraded() || bar.version > 1) {
                    bars.add(1);
                    out.collect(bar);
                } else {
                    untraded.add(1);
                }
            }
        }
    }

    /** Of partitions that are read day by day: the first bar of a day ends those before it. */
    static WatermarkStrategy<FeatureBar> watermarks() {
        return WatermarkStrategy.<FeatureBar>forGenerator(context -> new DayByDay())
                .withTimestampAssigner((bar, before) -> bar.time);
    }

    private static final class DayByDay implements WatermarkGenerator<FeatureBar> {
        private long day = Long.MIN_VALUE;

        @Override
        public void onEvent(FeatureBar bar, long time, WatermarkOutput output) {
            long next = Math.floorDiv(time, MILLIS_PER_DAY);
            if (next > day) {
                day = next;
                output.emitWatermark(new Watermark(day * MILLIS_PER_DAY - 1));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }
}
