/**
 * Real servers in containers, for tests of what embedded engines cannot show: {@link
 * io.champion.containers.KafkaContainer Kafka} with TLS and SASL, {@link
 * io.champion.containers.RegistryContainer a schema registry}, {@link
 * io.champion.containers.PostgresContainer PostgreSQL} and {@link
 * io.champion.containers.S3Container an S3-compatible server}, each of which can be killed and
 * started again, and {@link io.champion.containers.Link a network link} that can be cut and slowed.
 *
 * <p>All run on one image, which {@code deploy/test-images/build} makes; nothing is pulled. Ports
 * are published on 127.0.0.1 alone.
 */
package io.champion.containers;
