/**
 * Everything a demo or a test needs on one machine, all of it on 127.0.0.1: {@link
 * io.champion.local.EmbeddedClickHouse the ClickHouse engine}, {@link
 * io.champion.local.EmbeddedKafka a Kafka broker}, {@link io.champion.local.LocalFlink Flink in
 * this process} or {@link io.champion.local.ProcessCluster in processes of its own that can be
 * killed}, and {@link io.champion.local.FaultProxy a proxy that fails on purpose}.
 */
package io.champion.local;
