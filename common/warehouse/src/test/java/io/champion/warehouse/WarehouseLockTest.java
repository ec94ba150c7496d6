package io.champion.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.FaultProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarehouseLockTest {

    private static final Duration NO_PATIENCE = Duration.ZERO;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static ClickHouse clickHouse;

    @BeforeAll
    static void start() throws IOException {
        engine = EmbeddedClickHouse.start(store);
        clickHouse = connect(engine.url());
    }

    @AfterAll
    static void stop() throws IOException {
        clickHouse.close();
        engine.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(tables()).isZero();
    }

    private static ClickHouse connect(String url) {
        return ClickHouse.connect(ClickHouseConfig.of(url).withDatabase("default"));
    }

    private static long tables() {
        return clickHouse.queryLong(
                "SELECT count() FROM system.tables WHERE startsWith(name, 'champion_lock_')");
    }

    @Test
    void keepsASecondOut() throws InterruptedException {
        try (WarehouseLock lock = WarehouseLock.acquire(clickHouse, "a", null, NO_PATIENCE)) {
            lock.check();
            assertThatThrownBy(() -> WarehouseLock.acquire(clickHouse, "a", null, NO_PATIENCE))
                    .isInstanceOf(WarehouseException.class)
                    .hasMessageContaining(
                            "The lock 'a' is held by " + ProcessHandle.current().pid() + "@")
                    .hasMessageContaining("ends by itself in");
            // Locks of other names, even of a longer one, are other locks.
            WarehouseLock.acquire(clickHouse, "a_b", null, NO_PATIENCE).close();
        }
        WarehouseLock.acquire(clickHouse, "a", null, NO_PATIENCE).close();
    }

    @Test
    void aHolderThatIsInterruptedGivesItBack() throws InterruptedException {
        WarehouseLock lock = WarehouseLock.acquire(clickHouse, "a", null, NO_PATIENCE);
        Thread.currentThread().interrupt();
        lock.close();
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        WarehouseLock.acquire(clickHouse, "a", null, NO_PATIENCE).close();
    }

    @Test
    void aHolderThatCouldNotGiveItBackDoesNotWaitForItself() throws Exception {
        try (FaultProxy proxy = FaultProxy.start(engine.url());
                ClickHouse away = connect(proxy.url())) {
            WarehouseLock lock = WarehouseLock.acquire(away, "away", null, NO_PATIENCE);
            proxy.down();
            lock.close();
            assertThat(tables()).isOne();
            WarehouseLock.acquire(clickHouse, "away", null, NO_PATIENCE).close();
        }
    }

    @Test
    void ofManyWhoWantItOneHasItAtATime() throws Exception {
        int contenders = 6;
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(contenders);
        try {
            Callable<Void> contender =
                    () -> {
                        for (int i = 0; i < 3; i++) {
                            try (WarehouseLock lock =
                                    WarehouseLock.acquire(clickHouse, "many", null, PATIENCE)) {
                                lock.check();
                                assertThat(holders.incrementAndGet()).isEqualTo(1);
                                clickHouse.queryLong("SELECT 1");
                                turns.incrementAndGet();
                                holders.decrementAndGet();
                            }
                        }
                        return null;
                    };
            List<Future<Void>> results = new ArrayList<>();
            for (int i = 0; i < contenders; i++) {
                results.add(threads.submit(contender));
            }
            for (Future<Void> result : results) {
                result.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(turns).hasValue(3 * contenders);
    }

    @Test
    void isRenewedWhileItIsHeld() throws InterruptedException {
        try (WarehouseLock lock =
                WarehouseLock.acquire(
                        clickHouse, "renewed", null, NO_PATIENCE, Duration.ofMillis(900))) {
            assertThatThrownBy(
                            () ->
                                    WarehouseLock.acquire(
                                            clickHouse, "renewed", null, Duration.ofSeconds(3)))
                    .hasMessageContaining("is held by");
            lock.check();
        }
    }

    @Test
    void ofADeadHolderPassesToTheNextAndTheDeadOneKnows() throws InterruptedException {
        // Closing its connection is what the server sees of a holder that died.
        ClickHouse dying = connect(engine.url());
        WarehouseLock dead =
                WarehouseLock.acquire(dying, "dead", null, NO_PATIENCE, Duration.ofMillis(500));
        dying.close();

        try (WarehouseLock next = WarehouseLock.acquire(clickHouse, "dead", null, PATIENCE)) {
            next.check();
            assertThatThrownBy(dead::check)
                    .isInstanceOfSatisfying(
                            WarehouseException.class,
                            e -> assertThat(e.kind()).isEqualTo(WarehouseException.Kind.TRANSIENT))
                    .hasMessageContaining("The lock 'dead' was lost");
        }
    }

    @Test
    void aKilledProcessOfThisMachineIsNotWaitedFor() throws Exception {
        assumeThat(LockHolder.THIS_PROCESS.space()).as("Linux says where a pid holds").isNotEmpty();
        Process killed = new ProcessBuilder("sleep", "600").start();
        LockHolder holder = new LockHolder("x", killed.pid(), LockHolder.THIS_PROCESS.space());
        claim("killed", holder);

        assertThatThrownBy(() -> WarehouseLock.acquire(clickHouse, "killed", null, NO_PATIENCE))
                .hasMessageContaining("is held by x.");
        killed.destroyForcibly().waitFor();
        WarehouseLock.acquire(clickHouse, "killed", null, NO_PATIENCE).close();
    }

    @Test
    void aProcessOfAnotherMachineIsWaitedFor() {
        String table = claim("elsewhere", new LockHolder("x", Long.MAX_VALUE, "other/pid:[1]"));

        assertThatThrownBy(() -> WarehouseLock.acquire(clickHouse, "elsewhere", null, NO_PATIENCE))
                .hasMessageContaining("is held by x.");
        clickHouse.execute("DROP TABLE " + table + " SYNC");
    }

    private static String claim(String lock, LockHolder holder) {
        String table = "champion_lock_" + lock + "_" + "0".repeat(32);
        clickHouse.execute(
                "CREATE TABLE %s (nothing UInt8) ENGINE = Null COMMENT 'until %d held by %s'"
                        .formatted(table, System.currentTimeMillis() + 600_000, holder));
        return table;
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> WarehouseLock.acquire(clickHouse, "a'b", null, NO_PATIENCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a'b' is no name of a lock");
    }
}
