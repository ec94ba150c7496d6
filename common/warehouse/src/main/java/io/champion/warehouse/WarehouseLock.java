package io.champion.warehouse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps others who ask for a lock of the same name in the same database out, until it is closed or
 * its process is gone for longer than the lease.
 *
 * <p>ClickHouse has no locks, but its tables appear and vanish atomically. Whoever wants the lock
 * creates a table with a name of its own whose comment says until when it holds, and then looks
 * again: of two who overlap, at least one sees the other and gives way. Tables of dead holders are
 * dropped once their lease has ended, or at once by a process that sees that they are dead. Correct
 * as long as
 *
 * <ul>
 *   <li>all who take part see the same tables: they use one server, or name the same cluster;
 *   <li>the clocks of its servers agree within {@link #MARGIN}; clients' clocks do not matter;
 *   <li>a holder calls {@link #check()} before a step that others must not overlap with, and that
 *       step is over within {@link #MARGIN}.
 * </ul>
 */
public final class WarehouseLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WarehouseLock.class);

    /** Long enough to outlive a restart of the server, short enough to wait for. */
    private static final Duration LEASE = Duration.ofSeconds(60);

    /** A lock counts as lost for its holder that much sooner than for others. */
    static final Duration MARGIN = Duration.ofSeconds(15);

    /** Tables of locks that this process has given up but could not drop. */
    private static final Set<String> ABANDONED = ConcurrentHashMap.newKeySet();

    private static final Pattern COMMENT = Pattern.compile("until (\\d+) held by (.*)");

    private final ClickHouse clickHouse;
    private final String name;
    private final String onCluster;
    private final Duration lease;
    private final String table;
    private final ScheduledExecutorService renewals;

    /** {@link System#nanoTime()} at which this holder has to stop. */
    private volatile long lostAt;

    private volatile RuntimeException lastFailure;

    private WarehouseLock(ClickHouse clickHouse, String name, String cluster, Duration lease) {
        this.clickHouse = clickHouse;
        this.name = name;
        this.onCluster = onCluster(cluster);
        this.lease = lease;
        this.table = prefix(name) + UUID.randomUUID().toString().replace("-", "");
        this.renewals =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "warehouse-lock-" + name);
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Another's table: who holds or wants the lock, and for how long. */
    private record Claim(String table, LockHolder holder, long millisLeft) {}

    /**
     * Waits for the lock.
     *
     * @param name what is locked: letters, digits and underscores
     * @param cluster cluster whose servers all keep the lock, or null for a single server
     * @param patience how long to wait before giving up
     * @throws WarehouseException if another holds it all that time, or a statement fails
     * @throws InterruptedException if interrupted while waiting
     */
    public static WarehouseLock acquire(
            ClickHouse clickHouse, String name, String cluster, Duration patience)
            throws InterruptedException {
        return acquire(clickHouse, name, cluster, patience, LEASE);
    }

    static WarehouseLock acquire(
            ClickHouse clickHouse, String name, String cluster, Duration patience, Duration lease)
            throws InterruptedException {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        WarehouseLock lock = new WarehouseLock(clickHouse, name, cluster, lease);
        try {
            while (true) {
                Claim other = lock.tryAcquire();
                if (other == null) {
                    lock.keepRenewing();
                    return lock;
                }
                if (System.nanoTime() > giveUpAt) {
                    throw WarehouseException.fatal(
                            "The lock '"
                                    + name
                                    + "' is held by "
                                    + other.holder.name()
                                    + ". Wait until that is done and try again; should it be dead,"
                                    + " the lock ends by itself in "
                                    + Math.max(1, other.millisLeft / 1000)
                                    + " s.");
                }
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(50, 500));
            }
        } catch (Throwable t) {
            lock.close();
            throw t;
        }
    }

    /** Null if the lock is ours now, else one of those who hold it or want it too. */
    private Claim tryAcquire() {
        List<Claim> others = others();
        if (others.isEmpty()) {
            long start = System.nanoTime();
            clickHouse.execute(
                    "CREATE TABLE "
                            + clickHouse.table(table)
                            + onCluster
                            + " (nothing UInt8) ENGINE = Null COMMENT "
                            + comment());
            others = others();
            if (others.isEmpty()) {
                renewed(start);
                return null;
            }
            drop(table);
        }
        return others.get(0);
    }

    private List<Claim> others() {
        List<Claim> claims = new ArrayList<>();
        clickHouse
                .query(
                        "SELECT name, comment, toUnixTimestamp64Milli(now64(3)) AS now"
                                + " FROM system.tables WHERE database = "
                                + ClickHouse.literal(clickHouse.config().database())
                                + " AND match(name, '^"
                                + prefix(name)
                                + "[0-9a-f]{32}$')")
                .forEach(
                        row -> {
                            Matcher comment = COMMENT.matcher(row.getString("comment"));
                            String claimed = row.getString("name");
                            if (claimed.equals(table) || !comment.matches()) {
                                return;
                            }
                            LockHolder holder = LockHolder.parse(comment.group(2));
                            long left = Long.parseLong(comment.group(1)) - row.getLong("now");
                            if (left < 0
                                    || holder == null
                                    || holder.isDead()
                                    || ABANDONED.contains(claimed)) {
                                drop(claimed);
                                ABANDONED.remove(claimed);
                            } else {
                                claims.add(new Claim(claimed, holder, left));
                            }
                        });
        return claims;
    }

    private void drop(String claimed) {
        clickHouse.execute(
                "DROP TABLE IF EXISTS " + clickHouse.table(claimed) + onCluster + " SYNC");
    }

    private String comment() {
        long now = clickHouse.queryLong("SELECT toUnixTimestamp64Milli(now64(3))");
        return ClickHouse.literal(
                "until " + (now + lease.toMillis()) + " held by " + LockHolder.THIS_PROCESS);
    }

    private void renewed(long start) {
        lostAt = start + lease.toNanos() - Math.min(MARGIN.toNanos(), lease.toNanos() / 4);
    }

    private void keepRenewing() {
        long period = lease.toMillis() / 6;
        renewals.scheduleWithFixedDelay(this::renew, period, period, TimeUnit.MILLISECONDS);
    }

    private void renew() {
        long start = System.nanoTime();
        if (lostAt - start < 0) {
            // Others may hold it by now: a renewal would bring a lost lock back to life.
            renewals.shutdown();
            return;
        }
        try {
            clickHouse.execute(
                    "ALTER TABLE "
                            + clickHouse.table(table)
                            + onCluster
                            + " MODIFY COMMENT "
                            + comment());
            renewed(start);
        } catch (RuntimeException e) {
            // Tried again soon; if none of the tries works, check() tells the holder.
            lastFailure = e;
        }
    }

    /**
     * Makes sure that the lock is still held, and will be for {@link #MARGIN}.
     *
     * @throws WarehouseException transient, if it was lost because it could not be renewed in time
     */
    public void check() {
        if (lostAt - System.nanoTime() < 0) {
            throw new WarehouseException(
                    WarehouseException.Kind.TRANSIENT,
                    0,
                    "The lock '"
                            + name
                            + "' was lost, because it could not be renewed in time. Nothing was"
                            + " done without it; try again.",
                    lastFailure);
        }
    }

    /**
     * Lets others have the lock. Should that fail, this process can have it again, and others when
     * its lease has ended.
     */
    @Override
    public void close() {
        renewals.shutdownNow();
        // A cancelled task is interrupted, but its process lives on: the lock would stay.
        boolean interrupted = Thread.interrupted();
        try {
            drop(table);
        } catch (WarehouseException e) {
            ABANDONED.add(table);
            LOG.warn("Cannot release the lock '{}'; it ends with its lease.", name, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String prefix(String name) {
        if (!name.matches("[A-Za-z0-9_]+")) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a lock: use letters, digits and underscores.");
        }
        return "champion_lock_" + name + "_";
    }

    private static String onCluster(String cluster) {
        return cluster == null ? "" : " ON CLUSTER " + ClickHouse.identifier(cluster);
    }
}
