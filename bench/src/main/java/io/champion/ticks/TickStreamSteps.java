package io.champion.ticks;

import io.champion.runtime.JobConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Parts of the job, to tell what each costs. */
public final class TickStreamSteps {
    private TickStreamSteps() {}

    /** Each has what the one before has, and more. */
    public enum Step {
        SOURCE(),
        ENGINE(),
        KAFKA("kafka"),
        LAKE("kafka", "lake"),
        ALL("kafka", "lake", "warehouse");

        private final List<String> sinks;

        Step(String... sinks) {
            this.sinks = List.of(sinks);
        }
    }

    /** Builds the job up to a step. */
    public static void build(StreamExecutionEnvironment env, JobConfig config, Step step) {
        if (step == Step.SOURCE) {
            TickStreamJob.messages(env, config)
                    .sinkTo(new DiscardingSink<>())
                    .name("nothing")
                    .uid("nothing");
            return;
        }
        TickStreamTopology.Sinks all = TickStreamJob.sinks(config);
        TickStreamJob.build(
                env,
                config,
                new TickStreamTopology.Sinks(
                        only(step, "ticks", all.ticks()),
                        only(step, "bars", all.bars()),
                        only(step, "dead-letters", all.deadLetters())));
    }

    private static <T> Map<String, Sink<T>> only(Step step, String what, Map<String, Sink<T>> all) {
        Map<String, Sink<T>> some = new HashMap<>();
        for (String sink : step.sinks) {
            String uid = what + "-" + sink;
            if (all.containsKey(uid)) {
                some.put(uid, all.get(uid));
            }
        }
        return some.isEmpty() ? Map.of(what + "-nothing", new DiscardingSink<>()) : some;
    }
}
