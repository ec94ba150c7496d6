package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.lake.ContractTypeInfo;
import io.champion.model.ColumnBatch;
import io.champion.model.record.Reject;
import java.io.Serializable;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.util.Collector;

/**
 * Makes what the sinks take of the features of bars: rows, or batches of them.
 *
 * @param <T> what the sinks take
 */
interface FeatureOutput<T> {

    /**
     * Makes the rows of a bar.
     *
     * @param values of the set's columns, NaN where not known
     * @return how many
     */
    int features(FeatureBar bar, int version, double[] values, Collector<T> out);

    /** Takes a reject. */
    void reject(Reject reject, Collector<T> out);

    /** Hands on what was kept back. */
    void flush(Collector<T> out);

    /** A kind of output. */
    interface Form<T> extends Serializable {
        FeatureOutput<T> open(FeatureSet set, FeatureRows.Run run);

        TypeInformation<T> type();
    }

    /** Row by row: for every feature set, and for sinks that others give records too. */
    Form<SpecificRecordBase> ROWS =
            new Form<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public FeatureOutput<SpecificRecordBase> open(FeatureSet set, FeatureRows.Run run) {
                    return new FeatureRows(set, run);
                }

                @Override
                public TypeInformation<SpecificRecordBase> type() {
                    return ContractTypeInfo.INSTANCE;
                }
            };

    /** In batches, for sets of which {@link FeatureBatches#hold}. */
    Form<ColumnBatch> BATCHES =
            new Form<>() {
                private static final long serialVersionUID = 1L;

                @Override
                public FeatureOutput<ColumnBatch> open(FeatureSet set, FeatureRows.Run run) {
                    return new FeatureBatches(set, run);
                }

                @Override
                public TypeInformation<ColumnBatch> type() {
                    return ColumnBatchTypeInfo.INSTANCE;
                }
            };
}
