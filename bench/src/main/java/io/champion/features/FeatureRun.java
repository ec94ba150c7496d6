package io.champion.features;

import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * feature-compute from lake to lake: {@code FeatureRun HOME [OPTION=VALUE ...]}. Prints the seconds
 * of the run, without the start of the process, and how many rows it wrote.
 */
final class FeatureRun {
    private static final int PARALLELISM = 2;

    private FeatureRun() {}

    public static void main(String[] args) throws Exception {
        List<String> arguments = new ArrayList<>();
        arguments.add("-D" + CommonOptions.HOME.key() + "=" + Path.of(args[0]).toAbsolutePath());
        for (String option : List.of(args).subList(1, args.length)) {
            arguments.add("-D" + option);
        }
        JobConfig config =
                JobConfig.fromArguments(
                        FeatureComputeJob.OPTIONS, arguments.toArray(String[]::new));
        Configuration flink = new Configuration();
        flink.set(RestOptions.BIND_PORT, "0");
        flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
        long start = System.nanoTime();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, flink);
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        FeatureReport report = new LakeRun(config, Set.of(LakeRun.LAKE)).execute(env);
        System.out.printf("inner=%.2f rows=%d%n", (System.nanoTime() - start) / 1e9, report.rows());
    }
}
