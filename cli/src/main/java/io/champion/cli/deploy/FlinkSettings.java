package io.champion.cli.deploy;

import io.champion.model.EditDistance;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.flink.autoscaler.config.AutoScalerOptions;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CleanupOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.configuration.KubernetesHighAvailabilityOptions;

/**
 * The settings of a Flink cluster that a manifest may have: Flink's own, the operator's and its
 * autoscaler's, those of the S3 file system and of reporters. A key that none of them has is most
 * likely misspelt, and Flink would say nothing.
 */
final class FlinkSettings {

    private static final List<Class<?>> OPTIONS =
            List.of(
                    AutoScalerOptions.class,
                    BatchExecutionOptions.class,
                    BlobServerOptions.class,
                    CheckpointingOptions.class,
                    CleanupOptions.class,
                    ClusterOptions.class,
                    CoreOptions.class,
                    DeploymentOptions.class,
                    ExecutionOptions.class,
                    HeartbeatManagerOptions.class,
                    HighAvailabilityOptions.class,
                    JobManagerOptions.class,
                    KubernetesConfigOptions.class,
                    KubernetesHighAvailabilityOptions.class,
                    MetricOptions.class,
                    NettyShuffleEnvironmentOptions.class,
                    PipelineOptions.class,
                    ResourceManagerOptions.class,
                    RestOptions.class,
                    RestartStrategyOptions.class,
                    SecurityOptions.class,
                    StateBackendOptions.class,
                    StateRecoveryOptions.class,
                    TaskManagerOptions.class,
                    WebOptions.class);

    private static final String OPERATOR = "kubernetes.operator.";

    /** The operator's settings of one deployment, which are in no artifact that has its options. */
    private static final List<ConfigOption<?>> OPERATORS =
            List.of(
                    flag("cluster.health-check.checkpoint-progress.enabled"),
                    duration("cluster.health-check.checkpoint-progress.window"),
                    flag("cluster.health-check.enabled"),
                    number("cluster.health-check.restarts.threshold"),
                    duration("cluster.health-check.restarts.window"),
                    duration("deployment.readiness.timeout"),
                    flag("deployment.rollback.enabled"),
                    flag("jm-deployment-recovery.enabled"),
                    duration("jm-deployment.shutdown-ttl"),
                    flag("jm-deployment.startup.probe.enabled"),
                    flag("job.restart.failed"),
                    flag("job.upgrade.ignore-pending-savepoint"),
                    flag("job.upgrade.inplace-scaling.enabled"),
                    flag("job.upgrade.last-state-fallback.enabled"),
                    duration("job.upgrade.last-state.max.allowed.checkpoint.age"),
                    duration("periodic.checkpoint.interval"),
                    duration("periodic.savepoint.interval"),
                    flag("pod-template.merge-arrays-by-name"),
                    flag("savepoint.cleanup.enabled"),
                    flag("savepoint.dispose-on-delete"),
                    ConfigOptions.key(OPERATOR + "savepoint.format.type")
                            .enumType(Format.class)
                            .noDefaultValue(),
                    duration("savepoint.history.max.age"),
                    number("savepoint.history.max.count"),
                    duration("savepoint.trigger.grace-period"),
                    flag("snapshot.resource.enabled"));

    private enum Format {
        CANONICAL,
        NATIVE
    }

    /** Of Flink's S3 file system and of Hadoop's under it. */
    private static final List<ConfigOption<?>> S3 =
            List.of(
                    text("s3.endpoint"),
                    text("s3.endpoint.region"),
                    ConfigOptions.key("s3.path.style.access").booleanType().noDefaultValue(),
                    text("s3.aws.credentials.provider"),
                    ConfigOptions.key("s3.connection.maximum").intType().noDefaultValue(),
                    ConfigOptions.key("s3.upload.min.part.size").longType().noDefaultValue(),
                    ConfigOptions.key("s3.upload.max.concurrent.uploads")
                            .intType()
                            .noDefaultValue());

    /** Keys with a name in them, and RocksDB's, whose options come with its native library. */
    private static final Pattern UNCHECKED =
            Pattern.compile(
                    "state\\.backend\\.rocksdb\\.[a-z.-]+|metrics\\.reporter\\.[a-z0-9]+\\."
                            + "(factory\\.class|interval|port|filter\\.includes|filter\\.excludes"
                            + "|filterLabelValueCharacters|scope\\.delimiter)");

    private static final Pattern SECRET =
            Pattern.compile("(?i).*(password|secret|token|access[-.]?key).*");

    private static final Map<String, ConfigOption<?>> KNOWN = new TreeMap<>();
    private static final Map<String, String> RENAMED = new HashMap<>();

    static {
        OPTIONS.forEach(FlinkSettings::learn);
        OPERATORS.forEach(option -> KNOWN.put(option.key(), option));
        S3.forEach(option -> KNOWN.put(option.key(), option));
    }

    private FlinkSettings() {}

    private static ConfigOption<?> flag(String key) {
        return ConfigOptions.key(OPERATOR + key).booleanType().noDefaultValue();
    }

    private static ConfigOption<?> duration(String key) {
        return ConfigOptions.key(OPERATOR + key).durationType().noDefaultValue();
    }

    private static ConfigOption<?> number(String key) {
        return ConfigOptions.key(OPERATOR + key).intType().noDefaultValue();
    }

    private static ConfigOption<?> text(String key) {
        return ConfigOptions.key(key).stringType().noDefaultValue();
    }

    private static void learn(Class<?> options) {
        for (Field field : options.getDeclaredFields()) {
            if (field.getType() == ConfigOption.class && Modifier.isPublic(field.getModifiers())) {
                try {
                    ConfigOption<?> option = (ConfigOption<?>) field.get(null);
                    KNOWN.put(option.key(), option);
                    for (FallbackKey old : option.fallbackKeys()) {
                        RENAMED.put(old.getKey(), option.key());
                    }
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(field + " cannot be read.", e);
                }
            }
        }
    }

    /**
     * What is wrong with settings, a sentence each.
     *
     * @param where what to call them
     */
    static List<String> problems(String where, Map<String, String> settings) {
        List<String> problems = new ArrayList<>();
        settings.forEach(
                (key, value) ->
                        problem(key, value)
                                .ifPresent(problem -> problems.add(where + ": " + problem)));
        return problems;
    }

    private static Optional<String> problem(String key, String value) {
        if (SECRET.matcher(key).matches()) {
            return Optional.of(
                    "'"
                            + key
                            + "' is a secret; give it to the pods by reference to a Secret, as"
                            + " an environment variable or a file.");
        }
        if (UNCHECKED.matcher(key).matches()) {
            return Optional.empty();
        }
        ConfigOption<?> option = KNOWN.get(key);
        if (option == null) {
            String meant = RENAMED.containsKey(key) ? RENAMED.get(key) : nearest(key);
            return Optional.of(
                    "neither Flink nor its operator has a setting '"
                            + key
                            + "'"
                            + (meant == null ? "." : "; did you mean '" + meant + "'?"));
        }
        try {
            Configuration.fromMap(Map.of(key, value)).get(option);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("'" + key + "' cannot be '" + value + "'.");
        }
    }

    private static String nearest(String key) {
        String nearest = null;
        // A third of it wrong is another word.
        int least = key.length() / 3;
        for (String known : KNOWN.keySet()) {
            int distance = EditDistance.between(key, known);
            if (distance < least) {
                least = distance;
                nearest = known;
            }
        }
        return nearest;
    }
}
