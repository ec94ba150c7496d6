package io.champion.tracking;

import io.champion.lake.LakeFiles;
import io.champion.tracking.TrackedRun.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Runs in the layout of MLflow's file store, on any of Flink's file systems: {@code mlflow ui
 * --backend-store-uri} opens it, and {@code mlflow migrate-filestore} moves it into a database.
 *
 * <p>A run's {@code meta.yaml} is written last: without it there is no run. Nor is there one where
 * a file cannot be understood: one run that is damaged must not stand for all.
 */
final class FileStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);

    private static final String META = "meta.yaml";
    private static final String PARENT = "mlflow.parentRunId";
    private static final String NAME = "mlflow.runName";

    private final Path root;
    private final FileSystem files;

    FileStore(Path root) throws IOException {
        this.root = root;
        this.files = root.getFileSystem();
    }

    Path root() {
        return root;
    }

    /**
     * Writes a run, in place of the same run as it was before.
     *
     * @param artifacts by path below the run's artifacts
     */
    void write(TrackedRun run, Map<String, byte[]> artifacts) throws IOException {
        String experiment = experimentId(run.experiment());
        Path folder = new Path(new Path(root, experiment), run.id());
        writeExperiment(experiment, run.experiment());
        for (Map.Entry<String, byte[]> artifact : artifacts.entrySet()) {
            write(folder, "artifacts/" + artifact.getKey(), artifact.getValue());
        }
        for (Map.Entry<String, String> param : run.params().entrySet()) {
            write(folder, "params/" + param.getKey(), oneLine(param.getValue()));
        }
        long time = (run.end() == null ? run.start() : run.end()).toEpochMilli();
        for (Map.Entry<String, Double> metric : run.metrics().entrySet()) {
            write(folder, "metrics/" + metric.getKey(), time + " " + metric.getValue() + " 0\n");
        }
        SortedMap<String, String> tags = new TreeMap<>(run.tags());
        tags.put(NAME, run.name());
        if (run.parent() != null) {
            tags.put(PARENT, run.parent());
        }
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            write(folder, "tags/" + tag.getKey(), tag.getValue());
        }
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("artifact_uri", uri(new Path(folder, "artifacts")));
        meta.put("end_time", run.end() == null ? null : run.end().toEpochMilli());
        meta.put("entry_point_name", "");
        meta.put("experiment_id", experiment);
        meta.put("lifecycle_stage", "active");
        meta.put("run_id", run.id());
        meta.put("run_name", run.name());
        meta.put("run_uuid", run.id());
        meta.put("source_name", "");
        meta.put("source_type", 4);
        meta.put("source_version", "");
        meta.put("start_time", run.start().toEpochMilli());
        meta.put("status", number(run.status()));
        meta.put("tags", List.of());
        meta.put("user_id", "champion");
        write(folder, META, yaml(meta));
    }

    private void writeExperiment(String id, String name) throws IOException {
        Path folder = new Path(root, id);
        if (meta(folder).isPresent()) {
            return;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        long now = System.currentTimeMillis();
        values.put("artifact_location", uri(folder));
        values.put("creation_time", now);
        values.put("experiment_id", id);
        values.put("last_update_time", now);
        values.put("lifecycle_stage", "active");
        values.put("name", name);
        write(folder, META, yaml(values));
    }

    /** MLflow's are numbers of 18 digits; the same name always gets the same here. */
    private static String experimentId(String name) {
        UUID uuid = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        return Long.toString(
                100_000_000_000_000_000L
                        + Math.floorMod(uuid.getMostSignificantBits(), 900_000_000_000_000_000L));
    }

    private static String uri(Path path) {
        String text = path.toUri().toString();
        return text.startsWith("/") ? "file://" + text : text;
    }

    /** As MLflow numbers them. */
    private static int number(Status status) {
        return switch (status) {
            case RUNNING -> 1;
            case FINISHED -> 3;
            case FAILED -> 4;
        };
    }

    private static Status status(int number) {
        return switch (number) {
            case 3 -> Status.FINISHED;
            case 4, 5 -> Status.FAILED;
            default -> Status.RUNNING;
        };
    }

    /** All runs, the latest first. */
    List<TrackedRun> runs() throws IOException {
        List<TrackedRun> runs = new ArrayList<>();
        for (FileStatus experiment : list(root)) {
            Optional<Map<?, ?>> meta = meta(experiment.getPath());
            if (experiment.isDir() && meta.isPresent()) {
                for (FileStatus run : list(experiment.getPath())) {
                    if (run.isDir()) {
                        read(run.getPath(), text(meta.get(), "name")).ifPresent(runs::add);
                    }
                }
            }
        }
        runs.sort(Comparator.comparing(TrackedRun::start).reversed());
        return runs;
    }

    /** A run; empty where there is none. */
    Optional<TrackedRun> find(String experiment, String id) throws IOException {
        return read(folder(experiment, id), experiment);
    }

    /** The run of an id, whatever its experiment; empty where there is none. */
    Optional<TrackedRun> find(String id) throws IOException {
        return runs().stream().filter(run -> run.id().equals(id)).findFirst();
    }

    private Path folder(String experiment, String id) {
        return new Path(new Path(root, experimentId(experiment)), id);
    }

    private Optional<TrackedRun> read(Path folder, String experiment) throws IOException {
        Optional<Map<?, ?>> found = meta(folder);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(folder, experiment, found.get()));
        } catch (RuntimeException e) {
            LOG.warn("The run in {} is taken for none, because it is damaged.", folder, e);
            return Optional.empty();
        }
    }

    /** Throws a runtime exception where a file is not what it has to be. */
    private TrackedRun read(Path folder, String experiment, Map<?, ?> meta) throws IOException {
        SortedMap<String, String> tags = values(new Path(folder, "tags"));
        SortedMap<String, Double> metrics = new TreeMap<>();
        values(new Path(folder, "metrics"))
                .forEach((key, line) -> metrics.put(key, lastValue(line)));
        String parent = tags.remove(PARENT);
        tags.remove(NAME);
        return new TrackedRun(
                text(meta, "run_id"),
                parent,
                experiment,
                text(meta, "run_name"),
                status(((Number) meta.get("status")).intValue()),
                Instant.ofEpochMilli(((Number) meta.get("start_time")).longValue()),
                meta.get("end_time") instanceof Number end
                        ? Instant.ofEpochMilli(end.longValue())
                        : null,
                values(new Path(folder, "params")),
                metrics,
                tags);
    }

    private static double lastValue(String lines) {
        String[] all = lines.strip().split("\n", -1);
        return Double.parseDouble(all[all.length - 1].split(" ", -1)[1]);
    }

    /** The artifacts of a run, by path below them. */
    SortedMap<String, Path> artifacts(TrackedRun run) throws IOException {
        SortedMap<String, Path> artifacts = new TreeMap<>();
        collect(new Path(folder(run.experiment(), run.id()), "artifacts"), "", artifacts);
        return artifacts;
    }

    private void collect(Path folder, String prefix, SortedMap<String, Path> into)
            throws IOException {
        for (FileStatus file : list(folder)) {
            String name = prefix + file.getPath().getName();
            if (file.isDir()) {
                collect(file.getPath(), name + "/", into);
            } else {
                into.put(name, file.getPath());
            }
        }
    }

    byte[] bytes(Path file) throws IOException {
        try (FSDataInputStream in = files.open(file)) {
            return in.readAllBytes();
        }
    }

    private SortedMap<String, String> values(Path folder) throws IOException {
        SortedMap<String, String> values = new TreeMap<>();
        for (FileStatus file : list(folder)) {
            values.put(
                    file.getPath().getName(),
                    new String(bytes(file.getPath()), StandardCharsets.UTF_8));
        }
        return values;
    }

    /** What a folder's {@link #META} says; empty if it has none that can be understood. */
    private Optional<Map<?, ?>> meta(Path folder) throws IOException {
        Path file = new Path(folder, META);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = files.open(file)) {
            Object values = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            if (values instanceof Map<?, ?> meta) {
                return Optional.of(meta);
            }
            LOG.warn("{} is taken for none, because it is empty or cut off.", file);
        } catch (YamlEngineException e) {
            LOG.warn("{} is taken for none, because it cannot be understood.", file, e);
        }
        return Optional.empty();
    }

    private static String text(Map<?, ?> meta, String key) {
        return String.valueOf(meta.get(key));
    }

    private FileStatus[] list(Path folder) throws IOException {
        try {
            FileStatus[] status = files.listStatus(folder);
            return status == null ? new FileStatus[0] : status;
        } catch (FileNotFoundException e) {
            return new FileStatus[0];
        }
    }

    /** MLflow reads the first line of a param's file alone. */
    private static String oneLine(String value) {
        return value.replaceAll("\\R", " ");
    }

    private static String yaml(Map<String, Object> values) {
        return new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
                .dumpToString(values);
    }

    private void write(Path folder, String name, String text) throws IOException {
        write(folder, name, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param folder of the run or experiment; MLflow takes every file in folders below it for one
     *     of its own, but none in the folder itself
     */
    private void write(Path folder, String name, byte[] bytes) throws IOException {
        Path file = new Path(folder, name);
        files.mkdirs(file.getParent());
        LakeFiles.put(files, file, folder, bytes);
    }
}
