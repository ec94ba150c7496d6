package io.champion.containers;

import io.champion.local.Loopback;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network link on loopback, for any protocol over TCP: passes connections on to a server, and can
 * be cut and slowed.
 */
public final class Link implements AutoCloseable {

    private static final int CHUNK_BYTES = 16 << 10;

    private final InetSocketAddress upstream;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean isCut;
    private volatile Duration delay = Duration.ZERO;

    private Link(int port) throws IOException {
        upstream = new InetSocketAddress(Loopback.ADDRESS, port);
        listener =
                new ServerSocket(Loopback.freePorts(1).get(0), /* backlog= */ 50, Loopback.ADDRESS);
        daemon(this::accept);
    }

    /** A link to a server's port on 127.0.0.1. */
    public static Link to(int port) throws IOException {
        return new Link(port);
    }

    /** Its port on 127.0.0.1. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Resets all connections, and from now on every new one. */
    public synchronized void cut() {
        isCut = true;
        open.forEach(Link::reset);
    }

    /** Takes connections again. */
    public void mend() {
        isCut = false;
    }

    /** How many connections were tried while the link was cut. */
    public int refused() {
        return refused.get();
    }

    /**
     * Lets each piece of up to 16 KiB wait, in both directions, one after the other.
     *
     * @param time zero for a quick link
     */
    public void slow(Duration time) {
        delay = time;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private static void daemon(Runnable body) {
        Thread thread = new Thread(body, "link");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                // Closed.
                return;
            }
            if (isCut) {
                refused.incrementAndGet();
                reset(client);
            } else {
                daemon(() -> connect(client));
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(upstream);
            add(client, server);
            daemon(() -> pass(client, server));
            pass(server, client);
        } catch (IOException e) {
            // The server is away, which the client has to see.
            reset(client);
        } finally {
            open.remove(client);
            open.remove(server);
        }
    }

    /** Not between a cut's two steps, which would leave this connection out. */
    private synchronized void add(Socket client, Socket server) throws IOException {
        if (isCut) {
            throw new IOException("The link is cut.");
        }
        open.add(client);
        open.add(server);
    }

    private void pass(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                TimeUnit.NANOSECONDS.sleep(delay.toNanos());
                out.write(chunk, 0, n);
            }
        } catch (IOException e) {
            // One side is gone, and so is the other, below.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reset(from);
        reset(to);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone all the same.
        }
    }
}
