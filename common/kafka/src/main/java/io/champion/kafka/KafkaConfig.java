package io.champion.kafka;

import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * Where Kafka is and how to reach it, and what is known of its messages. Holds no secrets, so that
 * it can travel in a job graph and be logged; see {@link EnvironmentLogin}.
 *
 * @param bootstrapServers brokers to begin with
 * @param securityProtocol encryption and authentication
 * @param saslMechanism used where the protocol authenticates
 * @param trustStore PEM file; null for the Java runtime's
 * @param properties further properties of the clients
 * @param registryUrl null for none
 * @param schemaFolder null for none
 */
public record KafkaConfig(
        String bootstrapServers,
        SecurityProtocol securityProtocol,
        String saslMechanism,
        String trustStore,
        Map<String, String> properties,
        String registryUrl,
        String schemaFolder)
        implements Serializable {

    private static final List<String> OWN =
            List.of(
                    CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                    CommonClientConfigs.SECURITY_PROTOCOL_CONFIG,
                    SaslConfigs.SASL_MECHANISM,
                    SaslConfigs.SASL_JAAS_CONFIG,
                    SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS,
                    SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                    SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG);

    public KafkaConfig {
        if (bootstrapServers == null || bootstrapServers.isBlank()) {
            throw new IllegalArgumentException(
                    "No Kafka is named: set "
                            + KafkaOptions.BOOTSTRAP_SERVERS.key()
                            + " to host:port.");
        }
        properties = Map.copyOf(properties);
        for (String property : properties.keySet()) {
            if (OWN.contains(property) || property.endsWith("password")) {
                throw new IllegalArgumentException(
                        KafkaOptions.PROPERTIES.key()
                                + " must not set '"
                                + property
                                + "': there is an option for it, or it is a secret, which belongs"
                                + " into the environment (KAFKA_USER, KAFKA_PASSWORD).");
            }
        }
    }

    /** A Kafka without encryption and authentication. */
    public static KafkaConfig of(String bootstrapServers) {
        return new KafkaConfig(
                bootstrapServers,
                KafkaOptions.SECURITY_PROTOCOL.defaultValue(),
                KafkaOptions.SASL_MECHANISM.defaultValue(),
                null,
                Map.of(),
                null,
                null);
    }

    /**
     * What the options say.
     *
     * @throws IllegalArgumentException if they name no Kafka, or properties that they may not
     */
    public static KafkaConfig from(ReadableConfig options) {
        return new KafkaConfig(
                options.get(KafkaOptions.BOOTSTRAP_SERVERS),
                options.get(KafkaOptions.SECURITY_PROTOCOL),
                options.get(KafkaOptions.SASL_MECHANISM),
                options.get(KafkaOptions.TRUST_STORE),
                options.get(KafkaOptions.PROPERTIES),
                options.get(KafkaOptions.REGISTRY_URL),
                options.get(KafkaOptions.SCHEMA_FOLDER));
    }

    /** Properties for any of Kafka's clients. */
    public Properties clientProperties() {
        Properties p = new Properties();
        p.putAll(properties);
        p.setProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        p.setProperty(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, securityProtocol.name);
        if (securityProtocol == SecurityProtocol.SASL_SSL
                || securityProtocol == SecurityProtocol.SASL_PLAINTEXT) {
            p.setProperty(SaslConfigs.SASL_MECHANISM, saslMechanism);
            p.setProperty(SaslConfigs.SASL_JAAS_CONFIG, loginModule() + " required;");
            p.setProperty(
                    SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS,
                    EnvironmentLogin.class.getName());
        }
        if (trustStore != null) {
            p.setProperty(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
            p.setProperty(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, trustStore);
        }
        return p;
    }

    private String loginModule() {
        return switch (saslMechanism) {
            case "SCRAM-SHA-512", "SCRAM-SHA-256" ->
                    "org.apache.kafka.common.security.scram.ScramLoginModule";
            case "PLAIN" -> "org.apache.kafka.common.security.plain.PlainLoginModule";
            default ->
                    throw new IllegalArgumentException(
                            KafkaOptions.SASL_MECHANISM.key()
                                    + " is '"
                                    + saslMechanism
                                    + "'; it can be SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN.");
        };
    }

    /** The schemas that messages may have been written with; reads the folder, if there is one. */
    public WireSchemas schemas() {
        return new WireSchemas(
                schemaFolder == null ? null : Path.of(schemaFolder),
                registryUrl == null ? null : new SchemaRegistry(URI.create(registryUrl)));
    }
}
