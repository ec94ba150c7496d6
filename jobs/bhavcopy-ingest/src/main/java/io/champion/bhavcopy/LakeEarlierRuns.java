package io.champion.bhavcopy;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.Layer;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;

/** Reads what earlier runs wrote back from the lake, as received. */
final class LakeEarlierRuns implements EarlierRuns {

    private static final long serialVersionUID = 1L;

    private final String lake;

    LakeEarlierRuns(String lake) {
        this.lake = lake;
    }

    @Override
    public List<SpecificRecordBase> of(Session session) throws IOException {
        List<SpecificRecordBase> records = new ArrayList<>();
        LakeReader reader = new LakeReader(new Path(lake));
        for (PartitionKey partition : session.partitions()) {
            // A dataset without sessions has no raw layer: it holds its rows as received.
            Layer layer = Dataset.of(partition.dataset()).layer();
            if (layer != Layer.NORMALIZED || session.date() == null) {
                try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
                    rows.forEachRemaining(records::add);
                } catch (IOException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IOException(
                            "The lake's partition " + partition + " cannot be closed.", e);
                }
            }
        }
        return records;
    }
}
