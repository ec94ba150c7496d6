package io.champion.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/**
 * The metrics of a cluster inside this process, read where they are: without delay, and with what
 * tasks that have ended had counted. Of a task that was restarted its last attempt counts, which
 * goes on from what its checkpoint had counted.
 */
public final class LiveMetrics implements MetricReporter {

    private static final Map<String, LiveMetrics> OPEN = new ConcurrentHashMap<>();
    private static final String ID = "id";

    private final List<Reading> live = new ArrayList<>();
    private final Map<Task, Map<Key, Long>> ended = new HashMap<>();

    /** The last attempt of tasks that were restarted. */
    private final Map<Task, Integer> attempts = new HashMap<>();

    /**
     * @param job the job's name
     * @param kind the value of the metric's own group, as of {@code reason} or {@code interval};
     *     empty if it has none
     */
    private record Key(String job, String name, String kind) {
        boolean is(String ofJob, String named) {
            return job.equals(ofJob) && name.equals(named);
        }
    }

    /** A subtask of a vertex of a job, by their ids. */
    private record Task(String job, String vertex, String subtask) {}

    private record Reading(Task task, Key key, Metric metric) {}

    private LiveMetrics(String id) {
        OPEN.put(id, this);
    }

    /** Adds a reporter to the settings of a cluster that is to be started in this process. */
    static void reportAs(String id, Configuration cluster) {
        String reporter = "metrics.reporter." + id + ".";
        cluster.setString(reporter + "factory.class", Factory.class.getName());
        cluster.setString(reporter + ID, id);
    }

    /** The reporter of a cluster that was started with {@link #reportAs}. */
    static LiveMetrics of(String id) {
        return Objects.requireNonNull(OPEN.get(id), "no cluster reports as " + id);
    }

    /** What Flink makes the reporter with. */
    public static final class Factory implements MetricReporterFactory {
        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return new LiveMetrics(properties.getProperty(ID));
        }
    }

    /** A counter of a job, over all its tasks. */
    synchronized long sum(String job, String name) {
        return byKind(job, name).values().stream().mapToLong(Long::longValue).sum();
    }

    /** A counter of a job, over all its tasks, by the value of its own group. */
    synchronized SortedMap<String, Long> byKind(String job, String name) {
        SortedMap<String, Long> sums = new TreeMap<>();
        for (Map<Key, Long> counted : ended.values()) {
            counted.forEach(
                    (key, count) -> {
                        if (key.is(job, name)) {
                            sums.merge(key.kind(), count, Long::sum);
                        }
                    });
        }
        for (Reading reading : live) {
            if (reading.key().is(job, name) && reading.metric() instanceof Counter counter) {
                sums.merge(reading.key().kind(), counter.getCount(), Long::sum);
            }
        }
        return sums;
    }

    /** A number of the job as a whole, such as {@code numRestarts}; 0 if it is not known. */
    synchronized long ofJob(String job, String name) {
        for (Reading reading : live) {
            if (reading.key().is(job, name)
                    && reading.metric() instanceof Gauge<?> gauge
                    && gauge.getValue() instanceof Number number) {
                return number.longValue();
            }
        }
        return 0;
    }

    @Override
    public synchronized void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        Map<String, String> variables = group.getAllVariables();
        if (!variables.containsKey("<job_name>")) {
            return;
        }
        String kind = variables.getOrDefault("<reason>", variables.getOrDefault("<interval>", ""));
        // Of no vertex where it is one of the job as a whole.
        Task task =
                new Task(
                        variables.get("<job_id>"),
                        variables.get("<task_id>"),
                        variables.get("<subtask_index>"));
        int attempt = Integer.parseInt(variables.getOrDefault("<task_attempt_num>", "0"));
        if (attempt > attempts.getOrDefault(task, 0)) {
            // Those of an attempt are removed after it has ended, and so perhaps after this.
            live.removeIf(reading -> reading.task().equals(task));
            ended.remove(task);
            attempts.put(task, attempt);
        }
        live.add(new Reading(task, new Key(variables.get("<job_name>"), name, kind), metric));
    }

    @Override
    public synchronized void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        live.removeIf(
                reading -> {
                    if (reading.metric() != metric) {
                        return false;
                    }
                    if (metric instanceof Counter counter) {
                        ended.computeIfAbsent(reading.task(), absent -> new HashMap<>())
                                .merge(reading.key(), counter.getCount(), Long::sum);
                    }
                    return true;
                });
    }

    @Override
    public void open(MetricConfig config) {}

    @Override
    public void close() {
        OPEN.values().remove(this);
    }
}
