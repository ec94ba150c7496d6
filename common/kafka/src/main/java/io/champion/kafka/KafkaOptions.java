package io.champion.kafka;

import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Where Kafka is, how to reach it, and how its messages are encoded. */
public final class KafkaOptions {

    private KafkaOptions() {}

    public static final ConfigOption<String> BOOTSTRAP_SERVERS =
            ConfigOptions.key("kafka.bootstrap-servers")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Brokers to begin with, `host:port,host:port`.");

    public static final ConfigOption<SecurityProtocol> SECURITY_PROTOCOL =
            ConfigOptions.key("kafka.security.protocol")
                    .enumType(SecurityProtocol.class)
                    .defaultValue(SecurityProtocol.PLAINTEXT)
                    .withDescription(
                            "Whether connections are encrypted (`ssl`, `sasl_ssl`) and"
                                    + " authenticated (`sasl_*`). User and password come from the"
                                    + " environment of each process: KAFKA_USER, and KAFKA_PASSWORD"
                                    + " or KAFKA_PASSWORD_FILE.");

    public static final ConfigOption<String> SASL_MECHANISM =
            ConfigOptions.key("kafka.sasl.mechanism")
                    .stringType()
                    .defaultValue("SCRAM-SHA-512")
                    .withDescription(
                            "How to authenticate: `SCRAM-SHA-512`, `SCRAM-SHA-256` or `PLAIN`.");

    public static final ConfigOption<String> TRUST_STORE =
            ConfigOptions.key("kafka.ssl.trust-store")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "PEM file of the certificates to trust; those of the Java runtime if"
                                    + " unset.");

    public static final ConfigOption<Map<String, String>> PROPERTIES =
            ConfigOptions.key("kafka.properties")
                    .mapType()
                    .defaultValue(Map.of())
                    .withDescription(
                            "Further properties of Kafka's clients, `name:value,name:value`; none"
                                    + " that the options above set, and no secrets.");

    public static final ConfigOption<String> REGISTRY_URL =
            ConfigOptions.key("kafka.schema-registry.url")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Schema registry with Confluent's REST interface, for messages in"
                                    + " Confluent's wire format. User and password come from"
                                    + " SCHEMA_REGISTRY_USER, and SCHEMA_REGISTRY_PASSWORD or"
                                    + " SCHEMA_REGISTRY_PASSWORD_FILE.");

    public static final ConfigOption<String> SCHEMA_FOLDER =
            ConfigOptions.key("kafka.schema-folder")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Folder with more schemas that messages in single-object encoding may"
                                    + " have been written with, one a file `*.avsc`; those of all"
                                    + " released contracts are known anyway.");
}
