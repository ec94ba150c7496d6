package io.champion.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Stands between a job and PostgreSQL, and breaks connections at statements. */
final class PostgresProxy implements AutoCloseable {

    /** What becomes of a statement. */
    enum Loss {
        /** The server does not get it. */
        REQUEST,
        /** The server has done it, and the client does not learn of it. */
        ANSWER,
        /** The server does not get it, and the client waits for an answer. */
        SILENCE,
        /** None: it is sent once the action is done. */
        NONE
    }

    private record Plan(String statement, AtomicInteger left, Loss loss, Runnable action) {}

    private final ServerSocket listener;
    private final int server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger faults = new AtomicInteger();
    private volatile Plan plan;
    private volatile long delayNanos;
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean away;
    private volatile RuntimeException failure;

    private PostgresProxy(int server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        thread(this::accept);
    }

    static PostgresProxy start(PostgresProcess server) throws IOException {
        return new PostgresProxy(server.port());
    }

    String url() {
        return "postgresql://localhost:" + listener.getLocalPort() + "/postgres";
    }

    /** Faults that have befallen. */
    int faults() {
        return faults.get();
    }

    /** Lets each message of a client take so long. */
    void delay(long micros) {
        delayNanos = micros * 1_000;
    }

    /**
     * Breaks the connection at the so manieth message that has a statement.
     *
     * @param action done at this instant
     */
    void breakAt(String statement, int number, Loss loss, Runnable action) {
        plan = new Plan(statement, new AtomicInteger(number), loss, action);
    }

    /** Refuses all connections, those that there are as well; or no longer. */
    void away(boolean now) {
        away = now;
        if (now) {
            open.forEach(PostgresProxy::closeQuietly);
        }
    }

    /** Refuses the next connections, so many. */
    void refuse(int connections) {
        refusals.set(connections);
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "postgres-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is to be gone, and it is.
            return;
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                if (away || refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    closeQuietly(client);
                    continue;
                }
                thread(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: the test is over.
            return;
        }
    }

    private void serve(Socket client) {
        Socket upstream;
        try {
            upstream = new Socket(InetAddress.getLoopbackAddress(), server);
        } catch (IOException e) {
            // The server is away, and so is its proxy.
            closeQuietly(client);
            return;
        }
        open.add(client);
        open.add(upstream);
        Connection connection = new Connection(client, upstream);
        thread(connection::answers);
        connection.requests();
    }

    private final class Connection {
        private final Socket client;
        private final Socket upstream;
        private volatile Plan losesAnswer;

        Connection(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void requests() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = client.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    LockSupport.parkNanos(delayNanos);
                    Plan now = plan;
                    if (now != null
                            && new String(buffer, 0, n, StandardCharsets.ISO_8859_1)
                                    .contains(now.statement)
                            && now.left.decrementAndGet() == 0) {
                        plan = null;
                        if (now.loss == Loss.REQUEST) {
                            befall(now);
                            break;
                        }
                        if (now.loss == Loss.ANSWER) {
                            losesAnswer = now;
                        } else {
                            befall(now);
                        }
                        if (now.loss == Loss.SILENCE) {
                            continue;
                        }
                    }
                    upstream.getOutputStream().write(buffer, 0, n);
                }
            } catch (IOException e) {
                // One of the two is gone, so the other is to go.
            } finally {
                end();
            }
        }

        void answers() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = upstream.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    Plan now = losesAnswer;
                    if (now != null) {
                        befall(now);
                        break;
                    }
                    client.getOutputStream().write(buffer, 0, n);
                }
            } catch (IOException e) {
                // One of the two is gone, so the other is to go.
            } finally {
                end();
            }
        }

        private void befall(Plan now) {
            try {
                now.action.run();
            } catch (RuntimeException e) {
                failure = e;
            }
            faults.incrementAndGet();
        }

        private void end() {
            closeQuietly(client);
            closeQuietly(upstream);
            open.remove(client);
            open.remove(upstream);
        }
    }

    /** Fails as well where an action did. */
    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(PostgresProxy::closeQuietly);
        if (failure != null) {
            throw new IllegalStateException("The action of a fault failed", failure);
        }
    }
}
