package io.champion.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/**
 * What a run of a stream is given as {@code OPTION=VALUE}: {@code slots} (2), {@code checkpoint}
 * (2000 milliseconds from one to the next) and {@code state} ({@code hashmap} or {@code rocksdb})
 * of the cluster, and options of the job.
 *
 * @param cluster Flink's settings
 * @param job all other options
 */
record StreamOptions(Configuration cluster, List<String> job) {
    private static final MemorySize ROCKSDB_MEMORY = MemorySize.ofMebiBytes(512);

    static StreamOptions of(List<String> options) {
        int slots = 2;
        long checkpoint = 2_000;
        String state = "hashmap";
        List<String> job = new ArrayList<>();
        for (String option : options) {
            String value = option.substring(option.indexOf('=') + 1);
            switch (option.substring(0, option.length() - value.length())) {
                case "slots=" -> slots = Integer.parseInt(value);
                case "checkpoint=" -> checkpoint = Long.parseLong(value);
                case "state=" -> state = value;
                default -> job.add(option);
            }
        }
        Configuration cluster = new Configuration();
        cluster.set(TaskManagerOptions.NUM_TASK_SLOTS, slots);
        cluster.set(CoreOptions.DEFAULT_PARALLELISM, slots);
        cluster.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(checkpoint));
        cluster.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ZERO);
        cluster.set(StateBackendOptions.STATE_BACKEND, state);
        if (state.equals("rocksdb")) {
            cluster.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
            cluster.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, ROCKSDB_MEMORY);
        }
        return new StreamOptions(cluster, List.copyOf(job));
    }
}
