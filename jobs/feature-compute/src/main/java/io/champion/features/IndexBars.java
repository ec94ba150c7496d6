package io.champion.features;

import io.champion.lake.LakeReader;
import io.champion.model.PartitionKey;
import io.champion.model.record.IndexOhlc;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads the daily closes of one index from partitions of the lake. */
final class IndexBars extends RichFlatMapFunction<PartitionKey, FeatureBar> {
    private static final long serialVersionUID = 1L;

    private final String lake;
    private final String index;

    private transient LakeReader reader;

    /**
     * @param lake the lake's root
     * @param index name of the index, in letters of any size
     */
    IndexBars(String lake, String index) {
        this.lake = lake;
        this.index = index;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reader = new LakeReader(new Path(lake));
    }

    @Override
    public void flatMap(PartitionKey partition, Collector<FeatureBar> out) throws Exception {
        try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
            while (rows.hasNext()) {
                IndexOhlc row = (IndexOhlc) rows.next();
                if (row.getIndexName().equalsIgnoreCase(index) && row.getClose() != null) {
                    out.collect(FeatureBars.of(row));
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
            long next = Math.floorDiv(time, FeatureBars.MILLIS_PER_DAY);
            if (next > day) {
                day = next;
                output.emitWatermark(new Watermark(day * FeatureBars.MILLIS_PER_DAY - 1));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }
}
