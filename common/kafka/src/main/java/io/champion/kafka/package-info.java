/**
 * Kafka: {@link io.champion.kafka.KafkaOptions options}, messages {@link
 * io.champion.kafka.RecordDecoder to} and {@link io.champion.kafka.RecordEncoder from} records,
 * {@link io.champion.kafka.SchemaRegistry the schema registry} and {@link
 * io.champion.kafka.DeadLetter dead letters}.
 */
package io.champion.kafka;
