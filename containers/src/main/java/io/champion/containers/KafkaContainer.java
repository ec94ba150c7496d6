package io.champion.containers;

import io.champion.local.KeyMaterial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/**
 * A Kafka broker, its own controller, in a container. Clients reach it over TLS, as a user who
 * authenticates by SASL/SCRAM-SHA-512, through a {@link Link} that can fail; tests also by a plain
 * listener that does not.
 */
public final class KafkaContainer extends ServerContainer<KafkaContainer> {

    private static final int PLAIN = 9092;
    private static final int SECURED = 9093;
    private static final int SCRAM_ITERATIONS = 4096;

    private static final String LOGGING =
            """
            rootLogger.level = WARN
            rootLogger.appenderRef.out.ref = Out
            appender.out.name = Out
            appender.out.type = CONSOLE
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
            """;

    private static final String JAVA =
            "java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                    + " -Dlog4j.configurationFile=/etc/kafka/log4j2.properties -cp '/opt/kafka/*' ";

    private final KeyMaterial keys;
    private final Link link;
    private final Admin admin;

    /**
     * A broker that is not started yet.
     *
     * @param folder for the key and its certificate
     * @throws IOException if they cannot be made
     */
    public KafkaContainer(Path folder) throws IOException {
        super(PLAIN, SECURED);
        keys = KeyMaterial.create(folder);
        link = Link.to(published(SECURED));
        admin =
                Admin.create(
                        Map.of(
                                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                                plainServers(),
                                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                                "100",
                                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                "2000",
                                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                                "2000"));
        withCopyFileToContainer(
                MountableFile.forHostPath(built(Path.of("local", "target", "kafka", "lib"))),
                "/opt/kafka");
        withCopyToContainer(text(LOGGING), "/etc/kafka/log4j2.properties");
        withCopyToContainer(text(configuration()), "/etc/kafka/server.properties");
        withCopyToContainer(
                Transferable.of(Files.readAllBytes(keys.keyStore())), "/etc/kafka/server.p12");
        withCommand(
                "bash",
                "-c",
                JAVA
                        + "kafka.tools.StorageTool format --ignore-formatted --cluster-id"
                        + " Q2hhbXBpb25UZXN0cw --config /etc/kafka/server.properties && exec "
                        + JAVA
                        + "kafka.Kafka /etc/kafka/server.properties");
    }

    private static Transferable text(String content) {
        return Transferable.of(content.getBytes(StandardCharsets.UTF_8));
    }

    private String configuration() {
        return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@localhost:9094
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=INTERNAL
        listeners=PLAIN://:%d,SECURED://:%d,CONTROLLER://localhost:9094,INTERNAL://localhost:9095
        advertised.listeners=PLAIN://%s,SECURED://%s,INTERNAL://localhost:9095
        listener.security.protocol.map=PLAIN:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT
        sasl.enabled.mechanisms=SCRAM-SHA-512
        listener.name.secured.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
        listener.name.secured.ssl.keystore.type=PKCS12
        listener.name.secured.ssl.keystore.location=/etc/kafka/server.p12
        listener.name.secured.ssl.keystore.password=%s
        listener.name.secured.ssl.key.password=%s
        log.dirs=/var/lib/kafka
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        transaction.state.log.num.partitions=4
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        auto.create.topics.enable=false
        group.initial.rebalance.delay.ms=0
        # A killed broker may come back when its session has expired.
        broker.heartbeat.interval.ms=250
        broker.session.timeout.ms=1500
        log.cleaner.dedupe.buffer.size=4194304
        """
                .formatted(
                        PLAIN,
                        SECURED,
                        plainServers(),
                        securedServers(),
                        keys.password(),
                        keys.password());
    }

    /** For tests alone: without TLS or user, and past the link. */
    public String plainServers() {
        return "127.0.0.1:" + published(PLAIN);
    }

    /** Over TLS, as a user, and through the link. */
    public String securedServers() {
        return "127.0.0.1:" + link.port();
    }

    /** The certificate that clients have to trust, a PEM file. */
    public Path certificate() {
        return keys.certificate();
    }

    /** What lies between the clients and the broker. */
    public Link link() {
        return link;
    }

    /** Lets a user in. */
    public void createUser(String name, String password) throws Exception {
        await(
                admin.alterUserScramCredentials(
                                List.of(
                                        new UserScramCredentialUpsertion(
                                                name,
                                                new ScramCredentialInfo(
                                                        ScramMechanism.SCRAM_SHA_512,
                                                        SCRAM_ITERATIONS),
                                                password)))
                        .all());
    }

    /** Makes a topic. */
    public void createTopic(String name, int partitions) throws Exception {
        await(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all());
    }

    private static void await(KafkaFuture<Void> done) throws Exception {
        done.get();
    }

    @Override
    boolean answers() {
        try {
            return !admin.describeCluster().nodes().get().isEmpty();
        } catch (ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while Kafka starts.", e);
        }
    }

    @Override
    public void stop() {
        admin.close();
        try {
            link.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        super.stop();
    }
}
