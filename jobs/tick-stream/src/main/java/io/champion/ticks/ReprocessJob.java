package io.champion.ticks;

import io.champion.kafka.KafkaOptions;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;

/**
 * Computes days of ticks and bars again into a generation, on the cluster that it is submitted to,
 * and prints its report: {@code --config FILE} and {@code -Dkey=value}, see {@link
 * ReprocessOptions}, {@link TickStreamOptions}, {@link KafkaOptions} and {@link CommonOptions}.
 * {@code champion reprocess} applies or discards it.
 */
public final class ReprocessJob {
    private ReprocessJob() {}

    /** Runs the job to its end. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config =
                JobConfig.fromArguments(
                        Reprocessing.OPTIONS,
                        arguments,
                        ReprocessOptions.FROM,
                        CommonOptions.WAREHOUSE_URL);
        ReprocessReport report =
                new Reprocessing(config).stage(JobEnvironment.create(config, Boundedness.BOUNDED));
        System.out.println(report.toJson());
    }
}
