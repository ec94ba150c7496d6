/**
 * The job feature-compute: technical indicators of each instrument from its bars, bounded over the
 * lake or unbounded from Kafka.
 */
package io.champion.features;
