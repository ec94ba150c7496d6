package io.champion.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A ZooKeeper server in this process, on loopback; the server classes come along with Flink's
 * shaded client.
 */
final class ZooKeeper implements AutoCloseable {

    /** Sessions live between 2 and 20 ticks. */
    private static final int TICK_MILLIS = 500;

    private static final int MAX_CONNECTIONS = 100;

    private final NIOServerCnxnFactory factory;

    ZooKeeper(Path directory) throws IOException {
        Files.createDirectories(directory);
        ZooKeeperServer server =
                new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MILLIS);
        factory = new NIOServerCnxnFactory();
        factory.configure(new InetSocketAddress(Loopback.ADDRESS, 0), MAX_CONNECTIONS, -1, false);
        try {
            factory.startup(server, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while ZooKeeper starts.", e);
        }
    }

    String connectString() {
        return "127.0.0.1:" + factory.getLocalPort();
    }

    @Override
    public void close() {
        factory.shutdown();
    }
}
