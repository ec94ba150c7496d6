package io.champion.local;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The engine's process: one engine on one store, behind HTTP on loopback.
 *
 * <p>It lives as long as somebody uses it. Each user (the process that started it, every one that
 * attached) holds a lease, a connection to a second loopback port; when the last lease ends, by a
 * word or by the death of its holder, the engine finishes what runs, closes the store and exits.
 */
final class EngineMain {

    /** Exit status: another engine holds the store. */
    static final int STORE_TAKEN = 3;

    /**
     * What a lease's holder sends to give it up; the answer is the number of leases left, at most
     * 255.
     */
    static final int RELEASE = 'r';

    /** What the engine answers to a new lease. */
    static final int GRANTED = 'g';

    private static final String CONFIGURATION = "engine.xml";

    private static final long FIRST_LEASE_SECONDS = 60;
    private static final long DRAIN_SECONDS = 30;

    private interface LibC extends Library {
        void _exit(int status);

        Pointer signal(int number, Pointer handler);
    }

    private static final LibC LIBC = Native.load("c", LibC.class);
    private static final int SIGINT = 2;
    private static final Pointer SIG_IGN = new Pointer(1);

    private final EngineRecord record;
    private final Path store;
    private final Chdb engine;
    private final EngineHandler handler;
    private final HttpServer http;
    private final ServerSocket leasePort;
    private int leases;
    private boolean stopping;

    private EngineMain(Path store, Path library, int port) throws IOException {
        this.store = store;
        try {
            http = HttpServer.create(new InetSocketAddress(Loopback.ADDRESS, port), 0);
        } catch (BindException e) {
            throw new IOException(
                    "Port " + port + " of 127.0.0.1 is taken by another program; choose another.",
                    e);
        }
        engine = new Chdb(library, store.resolve("data"), configuration(store));
        handler = new EngineHandler(engine);
        http.createContext("/", handler);
        http.setExecutor(Executors.newCachedThreadPool());
        http.start();
        leasePort = new ServerSocket(0, 50, Loopback.ADDRESS);
        record =
                new EngineRecord(
                        ProcessHandle.current().pid(),
                        http.getAddress().getPort(),
                        leasePort.getLocalPort(),
                        Instant.now());
    }

    private static Path configuration(Path store) throws IOException {
        Path file = store.resolve(CONFIGURATION);
        try (InputStream in = EngineMain.class.getResourceAsStream(CONFIGURATION)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    /** Arguments: store, library, port (0 for any). */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path store = Path.of(args[0]);
        try (FileChannel channel =
                        FileChannel.open(
                                store.resolve("engine.lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                System.exit(STORE_TAKEN);
            }
            // A Ctrl-C at the terminal reaches this process too; its users decide when it ends.
            LIBC.signal(SIGINT, SIG_IGN);
            try {
                new EngineMain(store, Path.of(args[1]), Integer.parseInt(args[2])).run();
            } catch (IOException e) {
                System.err.println(e.getMessage());
                System.exit(1);
            }
        }
    }

    private void run() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        Thread watchdog = new Thread(this::stopUnlessLeased, "first-lease");
        watchdog.setDaemon(true);
        watchdog.start();
        record.write(store);
        while (true) {
            Socket socket = leasePort.accept();
            Thread thread = new Thread(() -> lease(socket), "lease");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void stopUnlessLeased() {
        try {
            TimeUnit.SECONDS.sleep(FIRST_LEASE_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean unused;
        synchronized (this) {
            unused = leases == 0;
        }
        if (unused) {
            stop();
        }
    }

    private void lease(Socket socket) {
        int left;
        try (socket) {
            synchronized (this) {
                if (stopping) {
                    return;
                }
                leases++;
            }
            try {
                socket.getOutputStream().write(GRANTED);
                boolean released = socket.getInputStream().read() == RELEASE;
                left = release();
                if (released) {
                    socket.getOutputStream().write(Math.min(left, 255));
                }
            } catch (IOException e) {
                // The holder died; that is a release as well.
                left = release();
            }
        } catch (IOException e) {
            throw new IllegalStateException("A lease does not close.", e);
        }
        if (left == 0) {
            stop();
        }
    }

    private synchronized int release() {
        leases--;
        stopping |= leases == 0;
        return leases;
    }

    private void stop() {
        synchronized (this) {
            stopping = true;
        }
        int status = 0;
        try {
            if (handler.drain(DRAIN_SECONDS)) {
                engine.close();
            } else {
                System.err.println(
                        "Statements still ran "
                                + DRAIN_SECONDS
                                + " s after the stop; they are cut off.");
                status = 1;
            }
            Files.deleteIfExists(store.resolve(EngineRecord.FILE));
        } catch (IOException | InterruptedException | RuntimeException e) {
            e.printStackTrace();
            status = 1;
        }
        // Not System.exit: the engine's own exit handlers crash where a thread of it still runs.
        LIBC._exit(status);
    }
}
