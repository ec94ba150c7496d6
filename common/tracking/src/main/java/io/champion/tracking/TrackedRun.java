package io.champion.tracking;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One run as MLflow has it, but for its artifacts.
 *
 * @param id 32 hexadecimal digits; the same for the same experiment and name, so that a run that is
 *     recorded again takes its own place
 * @param parent the id of the run that this one is part of, or null
 * @param experiment name of its experiment, see {@link Experiments}
 * @param name what people call it, unique in its experiment
 * @param status how it stands
 * @param start when it started
 * @param end when it ended; null while it is running
 * @param params what it was told; texts of 6,000 characters at most
 * @param metrics what it measured; finite numbers
 * @param tags what is said of it
 */
public record TrackedRun(
        String id,
        String parent,
        String experiment,
        String name,
        Status status,
        Instant start,
        Instant end,
        SortedMap<String, String> params,
        SortedMap<String, Double> metrics,
        SortedMap<String, String> tags) {

    /** How a run stands, in MLflow's words. */
    public enum Status {
        RUNNING,
        FINISHED,
        FAILED
    }

    /** The longest value that MLflow's server takes. */
    static final int MAX_VALUE = 6_000;

    /** The tag that says why a run failed. */
    private static final String PROBLEM = "champion.problem";

    /** MLflow's rule for names of params, metrics and tags, without what reads as a folder. */
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Za-z0-9_. :-]");

    public TrackedRun {
        Objects.requireNonNull(experiment);
        Objects.requireNonNull(name);
        Objects.requireNonNull(start);
        if ((status == Status.RUNNING) != (end == null)) {
            throw new IllegalArgumentException("A run has ended if and only if it has an end.");
        }
        params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    /**
     * This run, which goes on, as one that did not do what it was to do.
     *
     * @param problem a sentence
     */
    TrackedRun failed(Instant end, String problem) {
        SortedMap<String, String> said = new TreeMap<>(tags);
        said.put(PROBLEM, problem);
        return new TrackedRun(
                id, parent, experiment, name, Status.FAILED, start, end, params, metrics, said);
    }

    /** Begins to describe a run. */
    public static Builder of(String experiment, String name, Instant start) {
        return new Builder(experiment, name, start);
    }

    /** The id of the run of an experiment that has a name. */
    static String id(String experiment, String name) {
        return UUID.nameUUIDFromBytes((experiment + "/" + name).getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
    }

    /** Adds to a run what takes a while to find out. */
    public interface Inspection {
        /** Finds it out. */
        void inspect(Builder run) throws IOException;
    }

    /** Collects what a run is. */
    public static final class Builder {
        private final String experiment;
        private final String name;
        private final Instant start;
        private final SortedMap<String, String> params = new TreeMap<>();
        private final SortedMap<String, Double> metrics = new TreeMap<>();
        private final SortedMap<String, String> tags = new TreeMap<>();
        private final Map<String, byte[]> artifacts = new TreeMap<>();
        private final List<Inspection> inspections = new ArrayList<>();
        private String parent;

        private Builder(String experiment, String name, Instant start) {
            this.experiment = experiment;
            this.name = name;
            this.start = start;
        }

        /** Tags the run with the job that it is of, by this build. */
        Builder by(String job, String runId) {
            Revision revision = Revision.current();
            return tag("champion.job", job)
                    .tag("champion.run", runId)
                    .tag("champion.version", revision.version())
                    .tag("mlflow.source.git.commit", revision.commit());
        }

        /** The run that this one is part of. */
        Builder partOf(TrackedRun whole) {
            this.parent = whole.id();
            return this;
        }

        /**
         * A file of the run, in place of one of that path.
         *
         * @param path below the run's artifacts, for example {@code lineage.json}
         * @param bytes not to be changed afterwards
         */
        public Builder artifact(String path, byte[] bytes) {
            artifacts.put(path, bytes);
            return this;
        }

        /** As {@link #artifact(String, byte[])}. */
        public Builder artifact(String path, String text) {
            return artifact(path, text.getBytes(StandardCharsets.UTF_8));
        }

        /**
         * Has something looked at when the run is over, by a thread that holds nobody up. What
         * fails there is logged, and the run is on record without it.
         */
        public Builder afterwards(Inspection inspection) {
            inspections.add(inspection);
            return this;
        }

        List<Inspection> inspections() {
            return inspections;
        }

        Map<String, byte[]> artifacts() {
            return artifacts;
        }

        /** Something that the run was told; null is left out, what is too long is cut. */
        public Builder param(String key, Object value) {
            put(params, key, value);
            return this;
        }

        /** Something that is said of the run; null is left out, what is too long is cut. */
        public Builder tag(String key, Object value) {
            put(tags, key, value);
            return this;
        }

        /** Something that the run measured; what is no finite number is left out. */
        public Builder metric(String key, double value) {
            if (Double.isFinite(value)) {
                metrics.put(plain(key), value);
            }
            return this;
        }

        /** Metrics of several things. */
        public Builder metrics(Map<String, ? extends Number> values) {
            values.forEach((key, value) -> metric(key, value.doubleValue()));
            return this;
        }

        /** Metrics of one kind: {@code prefix.key}. */
        public Builder metrics(String prefix, Map<String, ? extends Number> values) {
            values.forEach((key, value) -> metric(prefix + "." + key, value.doubleValue()));
            return this;
        }

        private static void put(Map<String, String> into, String key, Object value) {
            if (value != null) {
                String text = value.toString();
                into.put(
                        plain(key),
                        text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE - 1) + "…");
            }
        }

        private static String plain(String key) {
            return NOT_IN_NAMES.matcher(key).replaceAll("_");
        }

        /** A run that goes on. */
        TrackedRun running() {
            return build(Status.RUNNING, null);
        }

        /** A run that did what it was to do. */
        TrackedRun finished(Instant end) {
            return build(Status.FINISHED, end);
        }

        /**
         * A run that did not.
         *
         * @param problem a sentence
         */
        TrackedRun failed(Instant end, String problem) {
            tag(PROBLEM, problem);
            return build(Status.FAILED, end);
        }

        private TrackedRun build(Status status, Instant end) {
            return new TrackedRun(
                    id(experiment, name),
                    parent,
                    experiment,
                    name,
                    status,
                    start,
                    end,
                    params,
                    metrics,
                    tags);
        }
    }
}
