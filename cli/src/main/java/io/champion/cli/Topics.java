package io.champion.cli;

import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks a Kafka about its topics. */
final class Topics {
    private Topics() {}

    private static final int TIMEOUT_MS = 10_000;

    /** A client that gives up as soon as a person would. */
    static Admin admin(Broker broker) {
        Properties properties = broker.client();
        properties.put(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Integer.toString(TIMEOUT_MS));
        properties.put(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Integer.toString(TIMEOUT_MS / 2));
        return Admin.create(properties);
    }

    /** Empty if there is no such topic. */
    static Optional<TopicDescription> find(Admin admin, String topic)
            throws InterruptedException, ExecutionException {
        try {
            return Optional.of(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
