package io.champion.bench;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Flink in this process, as all benchmarks run it: two slots, objects reused. */
final class MiniFlink {
    private static final int PARALLELISM = 2;

    private MiniFlink() {}

    static StreamExecutionEnvironment environment(RuntimeExecutionMode mode) {
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(16));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, configuration);
        env.setRuntimeMode(mode);
        return env;
    }

    static DataStreamSource<SpecificRecordBase> bars(
            StreamExecutionEnvironment env, long rows, TypeInformation<SpecificRecordBase> type) {
        DataStreamSource<SpecificRecordBase> bars =
                env.fromSource(
                        new DataGeneratorSource<>(new EquityRows(), rows, type),
                        WatermarkStrategy.noWatermarks(),
                        "bars");
        bars.uid("bars");
        return bars;
    }
}
