package io.champion.local;

import com.sun.jna.Native;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jpountz.lz4.LZ4Factory;

/**
 * A ClickHouse of one's own: the real engine in a child process, behind ClickHouse's HTTP interface
 * on 127.0.0.1, with its tables in a directory that outlives it. ClickHouse's Java clients use it
 * unchanged, by {@link #url}.
 *
 * <p>A store has one engine at most. It belongs to all who hold it, whether they started it or
 * attached, and ends when the last of them closes or dies; committed data survives any end.
 *
 * <p>What it has not: users, roles, Keeper, replication, query_log, sessions across requests.
 */
public final class EmbeddedClickHouse implements AutoCloseable {

    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 60;
    private static final long GRANT_SECONDS = 5;

    /**
     * An engine that runs.
     *
     * @param url the address for ClickHouse's clients
     * @param pid its process
     * @param since when it had started
     */
    public record Running(String url, long pid, Instant since) {}

    private final Path store;
    private volatile EngineRecord record;
    private Socket lease;

    private EmbeddedClickHouse(Path store) {
        this.store = store;
    }

    /** As {@link #start(Path, int)}, on any free port. */
    public static EmbeddedClickHouse start(Path store) throws IOException {
        return start(store, 0);
    }

    /**
     * Starts an engine.
     *
     * @param store the directory of its tables; made if it does not exist
     * @param port the HTTP port, 0 for any free one
     * @throws IllegalStateException if the store has an engine already, or the engine's library is
     *     not installed
     * @throws IOException if the engine does not come up; the message quotes its log
     */
    public static EmbeddedClickHouse start(Path store, int port) throws IOException {
        EmbeddedClickHouse engine = prepare(store);
        if (!engine.launch(port)) {
            throw new IllegalStateException(
                    "An engine already runs on " + store + "; attach to it, or stop it first.");
        }
        return engine;
    }

    /** Joins the engine that runs on the store, or starts one where none does. */
    public static EmbeddedClickHouse attachOrStart(Path store) throws IOException {
        EmbeddedClickHouse engine = prepare(store);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!engine.attach() && !engine.launch(0)) {
            // The store is taken, yet nobody answers: its engine is about to come up or to end.
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "The engine that holds " + store + " does not answer; see " + engine.log());
            }
            pause();
        }
        return engine;
    }

    /**
     * The engine that runs on a store, empty where none does. Looks without joining it, so that it
     * ends no sooner and no later.
     *
     * @throws IOException if the store cannot be read
     */
    public static Optional<Running> running(Path store) throws IOException {
        return EngineRecord.read(store)
                .filter(EmbeddedClickHouse::isAlive)
                .map(record -> new Running(url(record.port), record.pid, record.started));
    }

    /** Whether the process is still the one that wrote the record: ids are given out again. */
    private static boolean isAlive(EngineRecord record) {
        return ProcessHandle.of(record.pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().startInstant())
                .filter(start -> start.isBefore(record.started.plusSeconds(1)))
                .isPresent();
    }

    private static EmbeddedClickHouse prepare(Path store) throws IOException {
        return new EmbeddedClickHouse(Files.createDirectories(store).toRealPath());
    }

    /** The address for ClickHouse's clients, as {@code http://127.0.0.1:8123}. */
    public String url() {
        return url(port());
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return record.port;
    }

    /** The process that runs the engine. */
    public long pid() {
        return record.pid;
    }

    public boolean isAlive() {
        return process().isPresent();
    }

    /**
     * Kills the engine's process as a power cut would, without a chance to tidy up, and waits until
     * it is gone.
     */
    public synchronized void kill() throws IOException {
        Optional<ProcessHandle> process = process();
        if (process.isPresent()) {
            process.get().destroyForcibly();
            awaitExit(process.get());
        }
        lease.close();
    }

    /**
     * Starts the engine again, on the same store and port; stops it first if it runs and nobody
     * else holds it.
     */
    public synchronized void restart() throws IOException {
        close();
        if (!launch(record.port)) {
            throw new IllegalStateException(
                    "The engine on " + store + " cannot restart: others hold it.");
        }
    }

    /**
     * Gives the engine up; the last holder's close waits until it has stopped. Does nothing a
     * second time.
     */
    @Override
    public synchronized void close() throws IOException {
        if (lease.isClosed()) {
            return;
        }
        Optional<ProcessHandle> process = process();
        boolean last;
        try (Socket closing = lease) {
            closing.getOutputStream().write(EngineMain.RELEASE);
            last = closing.getInputStream().read() == 0;
        } catch (IOException e) {
            if (isAlive()) {
                throw e;
            }
            return;
        }
        if (last && process.isPresent()) {
            awaitExit(process.get());
        }
    }

    private boolean attach() throws IOException {
        Optional<EngineRecord> found = EngineRecord.read(store);
        if (found.isEmpty()) {
            return false;
        }
        Socket socket;
        try {
            socket = new Socket(Loopback.ADDRESS, found.get().leasePort);
        } catch (ConnectException e) {
            // A record left by an engine that was killed.
            return false;
        }
        // Whoever has the port of a killed engine by now may say nothing at all.
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(GRANT_SECONDS));
        if (!granted(socket)) {
            socket.close();
            return false;
        }
        socket.setSoTimeout(0);
        record = found.get();
        lease = socket;
        return true;
    }

    private static boolean granted(Socket socket) {
        try {
            return socket.getInputStream().read() == EngineMain.GRANTED;
        } catch (IOException e) {
            // It stops, or it is another program.
            return false;
        }
    }

    /** False if the store is another engine's. */
    private boolean launch(int port) throws IOException {
        Path library = EngineLibrary.find();
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Dfile.encoding=UTF-8",
                        // Without it, the JDK's server waits 40 ms for acknowledgements.
                        "-Dsun.net.httpserver.nodelay=true",
                        "-Dsun.net.httpserver.idleInterval=3600",
                        "-cp",
                        classPath(),
                        EngineMain.class.getName(),
                        store.toString(),
                        library.toString(),
                        Integer.toString(port));
        // Dates mean the same on every machine.
        builder.environment().put("TZ", "UTC");
        builder.redirectInput(ProcessBuilder.Redirect.from(nullDevice()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        Process process = builder.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            Optional<EngineRecord> found = EngineRecord.read(store);
            if (found.isPresent() && found.get().pid == process.pid()) {
                if (!attach()) {
                    throw new IOException("The engine stopped as it started; see " + log());
                }
                return true;
            }
            if (!process.isAlive()) {
                if (process.exitValue() == EngineMain.STORE_TAKEN) {
                    return false;
                }
                throw new IOException(
                        "The ClickHouse engine did not start (exit status "
                                + process.exitValue()
                                + "). The end of "
                                + log()
                                + ":\n"
                                + logTail());
            }
            if (System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IOException(
                        "The ClickHouse engine did not start within "
                                + START_SECONDS
                                + " s; see "
                                + log());
            }
            pause();
        }
    }

    /** Only what the engine needs: its JVM reads the whole class path when it starts. */
    private static String classPath() {
        return Stream.of(EmbeddedClickHouse.class, Native.class, LZ4Factory.class)
                .map(ProjectFiles::locationOf)
                .map(Path::toString)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static File nullDevice() {
        return new File("/dev/null");
    }

    private Path log() {
        return store.resolve("engine.log");
    }

    private String logTail() throws IOException {
        List<String> lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    private Optional<ProcessHandle> process() {
        return ProcessHandle.of(record.pid).filter(ProcessHandle::isAlive);
    }

    private static void awaitExit(ProcessHandle process) throws IOException {
        try {
            process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the engine stops.", e);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new IOException("The engine (process " + process.pid() + ") does not stop.", e);
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the engine starts.", e);
        }
    }
}
