package io.champion.ticks;

import io.champion.kafka.RecordEncoder;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityTrade;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads partitions of the lake as the messages that their ticks once were. */
final class LakeTicks extends RichFlatMapFunction<String, TickMessage> {
    private static final long serialVersionUID = 1L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String lake;

    private transient LakeReader reader;
    private transient RecordEncoder<EquityTrade> encoder;

    /**
     * @param lake the lake's root
     */
    LakeTicks(String lake) {
        this.lake = lake;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reader = new LakeReader(new Path(lake));
        encoder = RecordEncoder.singleObject(EquityTrade.class);
    }

    /**
     * @param path of a partition
     */
    @Override
    public void flatMap(String path, Collector<TickMessage> out) throws Exception {
        Dataset ticks = Dataset.of(EquityTrade.getClassSchema());
        try (CloseableIterator<SpecificRecordBase> rows =
                reader.read(new PartitionKey(ticks.id(), ticks.folder(), path))) {
            while (rows.hasNext()) {
                EquityTrade tick = (EquityTrade) rows.next();
                String series = tick.getSeries();
                out.collect(
                        new TickMessage(
                                0,
                                0,
                                // Was not too far ahead of its time when it was taken.
                                tick.getEventTime() / NANOS_PER_MILLI,
                                null,
                                encoder.encode(tick),
                                tick.getExchange()
                                        + ":"
                                        + tick.getSymbol()
                                        + (series.isEmpty() ? "" : ":" + series)));
            }
        }
    }
}
