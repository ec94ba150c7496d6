/**
 * The anatomy of a job: its options, where they come from, and the environment it runs in.
 *
 * <p>A job defines its options as Flink {@code ConfigOption}s in one class, reads them through
 * {@link io.champion.runtime.JobConfig} and builds its graph on the environment that {@link
 * io.champion.runtime.JobEnvironment} makes.
 */
package io.champion.runtime;
