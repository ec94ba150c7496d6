package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalFlinkTest {

    @TempDir static Path home;

    private static LocalFlink flink;

    @BeforeAll
    static void start() throws Exception {
        flink = LocalFlink.start(home, new Configuration());
    }

    @AfterAll
    static void stop() throws Exception {
        flink.close();
    }

    @Test
    void environmentsRunOnTheCluster() throws Exception {
        StreamExecutionEnvironment env = flink.environment();
        assertThat(env.getParallelism()).isEqualTo(LocalFlink.DEFAULT_SLOTS);
        List<Long> squares =
                env.fromSequence(1, 100).map(new Square()).name("square").executeAndCollect(1_000);
        assertThat(squares).hasSize(100).contains(1L, 10_000L);
    }

    @Test
    void aMainRunsUnchanged() throws Exception {
        JobExecutionResult result =
                flink.run(
                        () -> {
                            StreamExecutionEnvironment env =
                                    StreamExecutionEnvironment.getExecutionEnvironment();
                            env.fromSequence(1, 10).map(new Square()).print();
                            return env.execute("main");
                        });
        HttpResponse<String> jobs =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                flink.restAddress().resolve("/jobs/overview"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(jobs.body())
                .contains(result.getJobID().toString())
                .contains("\"name\":\"main\"");
        assertThat(StreamExecutionEnvironment.getExecutionEnvironment().getConfiguration())
                .isNotEqualTo(flink.environment().getConfiguration());
    }

    @Test
    void aSecondClusterUsesWhatTheFirstLoaded(@TempDir Path second) throws Exception {
        RpcSystem before = RpcSystem.load(new Configuration());
        try (LocalFlink other = LocalFlink.start(second, new Configuration())) {
            assertThat(other.environment().fromSequence(1, 3).executeAndCollect(10)).hasSize(3);
        }
        assertThat(RpcSystem.load(new Configuration())).isSameAs(before);
        assertThat(flink.environment().fromSequence(1, 3).executeAndCollect(10)).hasSize(3);
    }

    @Test
    void aFailingJobThrows() {
        assertThatThrownBy(
                        () ->
                                flink.run(
                                        () -> {
                                            StreamExecutionEnvironment env =
                                                    StreamExecutionEnvironment
                                                            .getExecutionEnvironment();
                                            env.fromSequence(1, 10).map(new Fail()).print();
                                            return env.execute();
                                        }))
                .hasStackTraceContaining("refused on purpose");
    }

    @Test
    void aClusterThatCannotStartIsToldToWhoeverUsesIt(@TempDir Path other) throws Exception {
        Configuration configuration = new Configuration();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            configuration.set(RestOptions.BIND_PORT, String.valueOf(taken.getLocalPort()));
            try (LocalFlink broken = LocalFlink.start(other, configuration)) {
                StreamExecutionEnvironment env = broken.environment();
                env.fromSequence(1, 10).map(new Square()).print();
                assertThatThrownBy(env::execute)
                        .hasStackTraceContaining("The cluster could not be started.")
                        .hasStackTraceContaining("Could not start rest endpoint");
                assertThatThrownBy(broken::restAddress)
                        .hasMessage("The cluster could not be started.");
            }
        }
    }

    @Test
    void listensOnLoopbackOnly() throws Exception {
        assertThat(flink.restAddress().getHost()).isEqualTo("127.0.0.1");
    }

    private static final class Square implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            return value * value;
        }
    }

    private static final class Fail implements MapFunction<Long, Long> {
        @Override
        public Long map(Long value) {
            throw new IllegalStateException("refused on purpose");
        }
    }
}
