package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.Client;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedClickHouseLifecycleTest {

    @TempDir Path store;

    @Test
    void committedRowsOutliveAKill() throws Exception {
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(store)) {
            int port = engine.port();
            long pid = engine.pid();
            try (Client client = client(engine)) {
                client.execute("CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a")
                        .get()
                        .close();
                client.execute("INSERT INTO t VALUES (1), (2), (3)").get().close();

                engine.kill();
                assertThat(engine.isAlive()).isFalse();
                assertThat(client.ping()).isFalse();

                engine.restart();
                assertThat(engine.isAlive()).isTrue();
                assertThat(engine.port()).isEqualTo(port);
                assertThat(engine.pid()).isNotEqualTo(pid);
                assertThat(client.queryAll("SELECT sum(a) AS s FROM t").get(0).getLong("s"))
                        .isEqualTo(6);
            }
        }
    }

    @Test
    void aStoreHasOneEngineSharedByAllWhoHoldIt() throws IOException {
        EmbeddedClickHouse first = EmbeddedClickHouse.attachOrStart(store);
        EmbeddedClickHouse second = EmbeddedClickHouse.attachOrStart(store);
        assertThat(second.pid()).isEqualTo(first.pid());
        assertThat(second.url()).isEqualTo(first.url());
        assertThatThrownBy(() -> EmbeddedClickHouse.start(store))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already runs");

        first.close();
        first.close();
        assertThat(second.isAlive()).isTrue();
        second.close();
        assertThat(second.isAlive()).isFalse();
        assertThat(store.resolve("engine.json")).doesNotExist();
    }

    @Test
    void aRecordLeftByAKilledEngineIsNoEngine() throws IOException {
        EmbeddedClickHouse killed = EmbeddedClickHouse.start(store);
        killed.kill();
        assertThat(store.resolve("engine.json")).exists();
        assertThat(EmbeddedClickHouse.running(store)).isEmpty();
        try (EmbeddedClickHouse next = EmbeddedClickHouse.attachOrStart(store)) {
            assertThat(next.pid()).isNotEqualTo(killed.pid());
        }
    }

    @Test
    void aRunningEngineIsSeenWithoutJoiningIt() throws IOException {
        assertThat(EmbeddedClickHouse.running(store)).isEmpty();
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(store)) {
            EmbeddedClickHouse.Running running = EmbeddedClickHouse.running(store).orElseThrow();
            assertThat(running.url()).isEqualTo(engine.url());
            assertThat(running.pid()).isEqualTo(engine.pid());
            Instant started =
                    ProcessHandle.of(engine.pid())
                            .orElseThrow()
                            .info()
                            .startInstant()
                            .orElseThrow();
            assertThat(running.since()).isBetween(started.minusSeconds(1), Instant.now());

            // An id that was given to another process since is not the engine.
            new EngineRecord(engine.pid(), engine.port(), 1, started.minusSeconds(60)).write(store);
            assertThat(EmbeddedClickHouse.running(store)).isEmpty();
        }
    }

    @Test
    void endsWhenItsOnlyHolderIsKilled() throws Exception {
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-Dchampion.root=" + System.getProperty("champion.root", ""),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                store.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        long pid;
        try (BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
            pid = Long.parseLong(out.readLine());
        }
        ProcessHandle engine = ProcessHandle.of(pid).orElseThrow();
        holder.destroyForcibly().waitFor();
        engine.onExit().get(30, TimeUnit.SECONDS);
        assertThat(engine.isAlive()).isFalse();
    }

    @Test
    void stopsInOrderWhenAskedByASignal() throws Exception {
        EmbeddedClickHouse engine = EmbeddedClickHouse.start(store);
        ProcessHandle process = ProcessHandle.of(engine.pid()).orElseThrow();
        assertThat(process.destroy()).isTrue();
        process.onExit().get(30, TimeUnit.SECONDS);
        assertThat(store.resolve("engine.json")).doesNotExist();
        engine.close();
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, Loopback.ADDRESS)) {
            assertThatThrownBy(() -> EmbeddedClickHouse.start(store, taken.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "Port " + taken.getLocalPort() + " of 127.0.0.1 is taken");
        }
    }

    @Test
    void sameStoreUnderAnotherNameIsTheSameStore() throws IOException {
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(store);
                EmbeddedClickHouse same =
                        EmbeddedClickHouse.attachOrStart(
                                store.resolve("..").resolve(store.getFileName()))) {
            assertThat(same.pid()).isEqualTo(engine.pid());
        }
    }

    private static Client client(EmbeddedClickHouse engine) {
        return new Client.Builder()
                .addEndpoint(engine.url())
                .setUsername("default")
                .setPassword("")
                .setMaxRetries(0)
                .build();
    }

    /** Holds an engine until it is killed. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            EmbeddedClickHouse engine = EmbeddedClickHouse.start(Path.of(args[0]));
            System.out.println(engine.pid());
            Thread.currentThread().join();
        }
    }
}
