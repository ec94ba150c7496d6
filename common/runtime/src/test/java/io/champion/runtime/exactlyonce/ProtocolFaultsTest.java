package io.champion.runtime.exactlyonce;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.CommitStep;
import io.champion.local.EmbeddedClickHouse;
import io.champion.runtime.exactlyonce.FaultPoints.Effect;
import io.champion.warehouse.ProtocolStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A task fails at each step of both protocols, and every row is written once all the same. */
class ProtocolFaultsTest {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir static Path folder;

    private static EmbeddedClickHouse engine;

    @BeforeAll
    static void start() throws IOException {
        engine = EmbeddedClickHouse.start(folder.resolve("engine"));
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    static Stream<Arguments> stepsOfAppending() {
        return Stream.of(
                Arguments.of(ProtocolStep.AFTER_SEAL, Effect.FAIL),
                Arguments.of(ProtocolStep.DURING_RESTORE, Effect.FAIL),
                Arguments.of(ProtocolStep.BEFORE_INSERT, Effect.FAIL),
                Arguments.of(ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE, Effect.FAIL),
                Arguments.of(ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE, Effect.IO_ERROR),
                Arguments.of(ProtocolStep.AFTER_RESPONSE_BEFORE_LEDGER, Effect.FAIL),
                Arguments.of(ProtocolStep.AFTER_LEDGER, Effect.FAIL),
                Arguments.of(CommitStep.FILES_VISIBLE, Effect.FAIL),
                Arguments.of(CommitStep.FILES_VISIBLE, Effect.IO_ERROR),
                Arguments.of(CommitStep.BEFORE_MANIFEST, Effect.FAIL),
                Arguments.of(CommitStep.DONE, Effect.FAIL));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("stepsOfAppending")
    void appendingSurvives(Enum<?> step, Effect effect) throws Exception {
        String name = (step + "_" + effect).toLowerCase(Locale.ROOT);
        Run run = Run.prepare(folder, name, engine.url(), engine.url());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        ExactlyOnceJob.append(env, run.options());
        JobClient job = env.executeAsync();
        try {
            breakAt(step, effect, run);
            job.getJobExecutionResult().get();
        } finally {
            cancelUnlessEnded(job);
        }
        run.assertEachRowOnce();
    }

    @ParameterizedTest
    @EnumSource(
            value = Effect.class,
            names = {"FAIL", "IO_ERROR"})
    void replacingSurvivesFailuresAtAllSteps(Effect effect) throws Exception {
        String name = "replacing_" + effect.name().toLowerCase(Locale.ROOT);
        Run run = Run.prepare(folder, name, engine.url(), engine.url());
        StreamExecutionEnvironment earlier = StreamExecutionEnvironment.getExecutionEnvironment();
        run.writeEarlier(earlier);
        earlier.execute();
        run.assertEarlier();
        try (Onlooker onlooker = run.watch()) {
            for (Enum<?> step : ReplacingSchedule.STEPS) {
                run.faults().arm(step, effect);
            }
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            run.replace(env);
            env.execute();
            onlooker.assertNothingBetween();
        }
        assertThat(ReplacingSchedule.STEPS).allMatch(run.faults()::struck);
        run.assertReplaced();
    }

    private static void breakAt(Enum<?> step, Effect effect, Run run) throws Exception {
        FaultPoints faults = run.faults();
        // Not before there is something to repeat.
        until("a block is written", () -> run.written() > 0);
        faults.arm(step, effect);
        if (step == ProtocolStep.DURING_RESTORE) {
            faults.arm(ProtocolStep.BEFORE_INSERT, Effect.FAIL);
        }
        until(step + " fails", () -> faults.struck(step));
        long before = run.written();
        until("the job goes on", () -> run.written() > before);
        run.release();
    }

    /** So that a test that failed leaves the slots to the others. */
    private static void cancelUnlessEnded(JobClient job) throws Exception {
        if (!job.getJobStatus().get().isGloballyTerminalState()) {
            job.cancel().get();
        }
    }
}
