package io.champion.local;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;

/**
 * A Kafka of one's own: one real broker, its own controller, in a child process on 127.0.0.1, with
 * transactions. Topics and offsets lie in a directory that outlives the process; ports stay the
 * same through {@link #kill} and {@link #restart}. The process ends with this object or with the
 * process that holds it, however that ends.
 *
 * <p>Records are kept for ever, whatever timestamps they carry; topics are made by {@link
 * #createTopic} alone, not by the first use of a name.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Path LIBRARIES = Path.of("local", "target", "kafka", "lib");
    private static final String LOCK = "lock";
    private static final long START_SECONDS = 60;
    private static final int SCRAM_ITERATIONS = 4096;
    private static final long STOP_SECONDS = 30;

    private static final String LOGGING =
            """
            rootLogger.level = WARN
            rootLogger.appenderRef.out.ref = Out
            appender.out.name = Out
            appender.out.type = CONSOLE
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
            """;

    private final Path directory;
    private final int port;
    private final int controllerPort;
    private final Secured secured;
    private final FileChannel lock;
    private Process process;

    /** The listener with TLS and SASL/SCRAM. */
    private record Secured(int port, KeyMaterial keys) {}

    private EmbeddedKafka(Path directory, boolean securedToo) throws IOException {
        this.directory = Files.createDirectories(directory).toRealPath();
        lock = lock(this.directory);
        List<Integer> ports = Loopback.freePorts(3);
        port = ports.get(0);
        controllerPort = ports.get(1);
        secured = securedToo ? new Secured(ports.get(2), KeyMaterial.create(this.directory)) : null;
        writeConfiguration();
    }

    /**
     * Starts a broker and waits until it takes clients.
     *
     * @param directory the directory of its data; made if it does not exist
     * @throws IllegalStateException if the directory has a broker already, or the broker's jars are
     *     not where the build puts them
     * @throws IOException if the broker does not come up; the message quotes its log
     */
    public static EmbeddedKafka start(Path directory) throws IOException {
        return start(directory, null, null);
    }

    /**
     * As {@link #start(Path)}, with one more listener: {@link #securedBootstrapServers} takes only
     * clients over TLS that authenticate by SASL/SCRAM-SHA-512 as the given user. Its key is made
     * here, and its certificate is at {@link #certificate}.
     */
    public static EmbeddedKafka startSecured(Path directory, String user, String password)
            throws IOException {
        return start(directory, Objects.requireNonNull(user), Objects.requireNonNull(password));
    }

    private static EmbeddedKafka start(Path directory, String user, String password)
            throws IOException {
        EmbeddedKafka kafka = new EmbeddedKafka(directory, user != null);
        try {
            kafka.launch();
            if (user != null) {
                kafka.createUser(user, password);
            }
            return kafka;
        } catch (IOException | RuntimeException e) {
            kafka.close();
            throw e;
        }
    }

    /** The listener without TLS or authentication, as {@code 127.0.0.1:19092}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /**
     * The listener with TLS and SASL/SCRAM-SHA-512.
     *
     * @throws IllegalStateException if the broker was started without
     */
    public String securedBootstrapServers() {
        return "127.0.0.1:" + secured().port;
    }

    /**
     * The certificate that clients of the secured listener have to trust, a PEM file.
     *
     * @throws IllegalStateException if the broker was started without
     */
    public Path certificate() {
        return secured().keys.certificate();
    }

    private Secured secured() {
        if (secured == null) {
            throw new IllegalStateException("This broker has no secured listener.");
        }
        return secured;
    }

    /**
     * Makes a topic.
     *
     * @throws IOException if the broker refuses, for example because the topic exists
     */
    public void createTopic(String name, int partitions) throws IOException {
        administrate(
                "The topic '" + name + "' cannot be made",
                admin ->
                        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                                .all());
    }

    private void createUser(String name, String password) throws IOException {
        ScramCredentialInfo scram =
                new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS);
        administrate(
                "The user '" + name + "' cannot be made",
                admin ->
                        admin.alterUserScramCredentials(
                                        List.of(
                                                new UserScramCredentialUpsertion(
                                                        name, scram, password)))
                                .all());
    }

    private void administrate(String failure, Function<Admin, KafkaFuture<Void>> action)
            throws IOException {
        try (Admin admin =
                Admin.create(
                        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers()))) {
            action.apply(admin).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(failure + ": interrupted.", e);
        } catch (ExecutionException e) {
            throw new IOException(failure + ": " + e.getCause().getMessage(), e);
        }
    }

    public synchronized boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the broker by SIGKILL and waits until it is gone. */
    public synchronized void kill() throws IOException {
        process.destroyForcibly();
        awaitExit(Long.MAX_VALUE);
    }

    /**
     * Starts the broker again on the same data and ports and waits until it takes clients; stops it
     * first if it runs.
     */
    public synchronized void restart() throws IOException {
        stop();
        launch();
    }

    /** Stops the broker in good order, by force where that takes long, and gives its data up. */
    @Override
    public synchronized void close() throws IOException {
        stop();
        lock.close();
    }

    private void stop() throws IOException {
        if (process == null) {
            return;
        }
        process.destroy();
        if (!awaitExit(STOP_SECONDS)) {
            process.destroyForcibly();
            awaitExit(Long.MAX_VALUE);
        }
    }

    private void launch() throws IOException {
        Path ready = directory.resolve("ready");
        Files.deleteIfExists(ready);
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms64m",
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Dfile.encoding=UTF-8",
                        "-Dlog4j.configurationFile=" + directory.resolve("log4j.properties"),
                        "-cp",
                        classPath(),
                        ChildMain.class.getName(),
                        KafkaMain.class.getName(),
                        configuration().toString(),
                        ready.toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        process = builder.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(ready)) {
            if (!process.isAlive()) {
                throw new IOException(
                        "The Kafka broker did not start (exit status "
                                + process.exitValue()
                                + "). The end of "
                                + log()
                                + ":\n"
                                + logTail());
            }
            if (System.nanoTime() > deadline) {
                kill();
                throw new IOException(
                        "The Kafka broker did not start within "
                                + START_SECONDS
                                + " s; see "
                                + log());
            }
            pause();
        }
    }

    private void writeConfiguration() throws IOException {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "PLAIN");
        String listeners =
                "PLAIN://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort;
        String protocols = "PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT";
        if (secured != null) {
            listeners += ",SECURED://127.0.0.1:" + secured.port;
            protocols += ",SECURED:SASL_SSL";
            String prefix = "listener.name.secured.";
            p.setProperty("sasl.enabled.mechanisms", ScramMechanism.SCRAM_SHA_512.mechanismName());
            p.setProperty(
                    prefix + "scram-sha-512.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;");
            p.setProperty(prefix + "ssl.keystore.type", "PKCS12");
            p.setProperty(prefix + "ssl.keystore.location", secured.keys.keyStore().toString());
            p.setProperty(prefix + "ssl.keystore.password", secured.keys.password());
            p.setProperty(prefix + "ssl.key.password", secured.keys.password());
        }
        p.setProperty("listeners", listeners);
        p.setProperty("listener.security.protocol.map", protocols);
        p.setProperty("log.dirs", directory.resolve("data").toString());
        // One broker holds all replicas.
        p.setProperty("default.replication.factor", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        // How late a transaction is aborted whose time is over.
        p.setProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("auto.create.topics.enable", "false");
        // Retention goes by the records' own timestamps, and those may be years old.
        p.setProperty("log.retention.ms", "-1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        // A killed broker may come back when its session has expired.
        p.setProperty("broker.heartbeat.interval.ms", "250");
        p.setProperty("broker.session.timeout.ms", "1500");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "2");
        p.setProperty("background.threads", "2");
        p.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
        Files.writeString(directory.resolve("log4j.properties"), LOGGING);
        // Holds the password of the key store.
        Files.deleteIfExists(configuration());
        Files.createFile(
                configuration(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Writer writer = Files.newBufferedWriter(configuration())) {
            p.store(writer, null);
        }
    }

    private static String classPath() {
        Path libraries =
                ProjectFiles.find(LIBRARIES)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "Kafka's jars are not in "
                                                        + LIBRARIES
                                                        + " of the project: run 'mvn"
                                                        + " process-resources -pl local'."));
        return String.join(
                File.pathSeparator,
                libraries.resolve("*").toString(),
                ProjectFiles.locationOf(KafkaMain.class).toString());
    }

    private Path configuration() {
        return directory.resolve("server.properties");
    }

    private Path log() {
        return directory.resolve("broker.log");
    }

    private String logTail() throws IOException {
        List<String> lines =
                Files.readAllLines(log()).stream().filter(l -> !l.startsWith("\tat ")).toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /** Whether somebody runs a broker on a directory. */
    public static boolean isRunning(Path directory) throws IOException {
        if (!Files.exists(directory.resolve(LOCK))) {
            return false;
        }
        try (FileChannel channel = channel(directory)) {
            return !isLocked(channel);
        }
    }

    private static FileChannel channel(Path directory) throws IOException {
        return FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel = channel(directory);
        if (!isLocked(channel)) {
            channel.close();
            throw new IllegalStateException(
                    "A Kafka broker already runs on " + directory + "; stop it first.");
        }
        return channel;
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // This process holds it.
            return false;
        }
    }

    private boolean awaitExit(long seconds) throws IOException {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the broker stops.", e);
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while the broker starts.", e);
        }
    }
}
