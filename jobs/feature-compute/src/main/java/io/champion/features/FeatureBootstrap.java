package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import java.time.LocalDate;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.OperatorTransformation;
import org.apache.flink.state.api.SavepointWriter;
import org.apache.flink.state.api.functions.KeyedStateBootstrapFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Makes a savepoint of the job that reads Kafka, as if it had seen all bars of the lake up to a
 * day: every window is full when it begins. The bars are of the length that the job takes from
 * Kafka. Nothing is written but the savepoint.
 */
public final class FeatureBootstrap {
    private FeatureBootstrap() {}

    /**
     * What the savepoint holds.
     *
     * @param savepoint its path
     * @param until last session of the lake that is in it
     * @param bars how many were read
     */
    public record Result(String savepoint, LocalDate until, long bars) {}

    /**
     * Makes the savepoint.
     *
     * @param env of a bounded job
     * @param until last session to read
     * @param target path or URI of the savepoint; must not exist
     * @throws FeatureInputException if the lake has no bars up to then, or the target exists
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static Result run(
            StreamExecutionEnvironment env, JobConfig config, LocalDate until, String target)
            throws Exception {
        LakeRun lake = new LakeRun(config, FeatureComputeJob.intervalFromKafka(config));
        LakeRun.Inputs inputs = lake.inputs(until);
        FileSystem files = new Path(target).getFileSystem();
        if (files.exists(new Path(target))) {
            throw new FeatureInputException(target + " exists already; name another savepoint.");
        }
        FeatureSet set = FeatureComputeJob.featureSet(config);
        Configuration settings = new Configuration();
        // The writer's own records and operators, which end in no checkpoint.
        settings.set(PipelineOptions.GENERIC_TYPES, true);
        settings.set(PipelineOptions.AUTO_GENERATE_UIDS, true);
        env.configure(settings);
        // Brings the bars of an instrument together, in the order of their times.
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        SavepointWriter.newSavepoint(
                        env,
                        new HashMapStateBackend(),
                        env.getConfiguration().get(PipelineOptions.MAX_PARALLELISM))
                .withOperator(
                        OperatorIdentifier.forUid(FeatureComputeTopology.FEATURES),
                        OperatorTransformation.bootstrapWith(lake.bars(env, inputs))
                                .keyBy(bar -> bar.instrument, Types.STRING)
                                .transform(new Histories(set, FeatureComputeJob.horizon(config))))
                .write(target);
        JobExecutionResult result = env.execute(FeatureComputeJob.NAME + " bootstrap");
        return new Result(
                target, inputs.lastSession(), result.<Long>getAccumulatorResult(LakeBars.BARS));
    }

    /**
     * Takes bars as the job would, and emits nothing. The writer opens it twice; what throws in it
     * is not seen, and the job hangs.
     */
    private static final class Histories extends KeyedStateBootstrapFunction<String, FeatureBar> {
        private static final long serialVersionUID = 1L;

        private final FeatureSet set;
        private final int horizon;

        private transient ValueState<InstrumentHistory> history;
        private transient InstrumentHistory.Stepper stepper;

        Histories(FeatureSet set, int horizon) {
            this.set = set;
            this.horizon = horizon;
        }

        @Override
        public void open(OpenContext context) {
            history = getRuntimeContext().getState(FeatureFunction.historyState(set));
            stepper = new InstrumentHistory.Stepper(set);
        }

        @Override
        public void processElement(FeatureBar bar, Context context) throws Exception {
            InstrumentHistory past = history.value();
            if (past == null) {
                past = InstrumentHistory.empty(set);
            }
            past.take(List.of(bar), horizon, stepper, InstrumentHistory.Output.NONE);
            history.update(past);
        }
    }
}
