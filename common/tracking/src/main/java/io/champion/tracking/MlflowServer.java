package io.champion.tracking;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.champion.runtime.Secrets;
import io.champion.tracking.TrackedRun.Status;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.mlflow.api.proto.Service;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * A tracking server, through MLflow's Java client. Artifacts go through the server's own proxy,
 * because that client would start a Python program for each.
 *
 * <p>Sending a run again changes the run that is there: it is found by a tag that holds our id.
 */
final class MlflowServer implements AutoCloseable {
    /** Holds the id that the run has here; the server gives its runs ids of its own. */
    static final String RUN_ID = "champion.run_id";

    private static final String PARENT = "mlflow.parentRunId";
    private static final String PROXIED = "mlflow-artifacts";

    /** What one call of the server's interface takes. */
    private static final int MAX_PARAMS = 100;

    private static final int MAX_METRICS = 1_000;

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;

    /**
     * What is said of the run itself: bad, too large, not to be processed. All else, such as 401 or
     * 404, may be of the login, the address or a proxy, which somebody can put right.
     */
    private static final Set<Integer> REFUSALS = Set.of(400, 413, 422);

    private final String url;
    private final Login login;
    private final MlflowClient client;
    private final HttpClient http;
    private final RetryPolicy<Object> retries;

    /** Who logs in; not a record, so that no generated toString can spell it. */
    private static final class Login {
        final String user;
        final String password;
        final String token;

        Login(Map<String, String> environment) {
            this.user = secret(environment, "MLFLOW_TRACKING_USERNAME");
            this.password = secret(environment, "MLFLOW_TRACKING_PASSWORD");
            this.token = secret(environment, "MLFLOW_TRACKING_TOKEN");
        }

        private static String secret(Map<String, String> environment, String name) {
            String file = environment.get(name + "_FILE");
            if (file == null) {
                return environment.get(name);
            }
            try {
                return Files.readString(Path.of(file)).strip();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        name
                                + "_FILE names the file "
                                + file
                                + ", which cannot be read: make it readable, or unset the"
                                + " variable.",
                        e);
            }
        }

        BasicMlflowHostCreds at(String url) {
            if (token != null) {
                return new BasicMlflowHostCreds(url, token);
            }
            return user == null
                    ? new BasicMlflowHostCreds(url)
                    : new BasicMlflowHostCreds(url, user, password == null ? "" : password);
        }

        Optional<String> header() {
            if (token != null) {
                return Optional.of("Bearer " + token);
            }
            if (user == null) {
                return Optional.empty();
            }
            String both = user + ":" + (password == null ? "" : password);
            return Optional.of(
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(both.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * A server; it is not asked for anything yet.
     *
     * @param environment with the credentials, see {@link TrackingOptions#URL}
     * @throws IllegalArgumentException if the address cannot be one, or credentials cannot be read
     */
    MlflowServer(String url, Map<String, String> environment) {
        check(url);
        this.url = url.replaceAll("/+$", "");
        this.login = new Login(environment);
        this.client = new MlflowClient(login.at(this.url));
        this.http = HttpClient.newBuilder().connectTimeout(CALL_TIMEOUT).build();
        this.retries =
                RetryPolicy.builder()
                        .handleIf(MlflowServer::mayPass)
                        .withBackoff(Duration.ofMillis(200), Duration.ofSeconds(5))
                        .withJitter(0.2)
                        .withMaxRetries(4)
                        .build();
    }

    private static void check(String url) {
        try {
            URI uri = new URI(url);
            if (uri.getUserInfo() != null) {
                throw new IllegalArgumentException(
                        "The address of the tracking server on "
                                + uri.getHost()
                                + " carries credentials. Leave them out and set"
                                + " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD in the"
                                + " environment.");
            }
            if (uri.getHost() == null
                    || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new IllegalArgumentException(
                        "'"
                                + Secrets.hide(url)
                                + "' is no address of a tracking server: it must read"
                                + " http://host:port or https://host:port.");
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + Secrets.hide(url) + "' is no address of a tracking server.", e);
        }
    }

    String url() {
        return url;
    }

    /**
     * Sends a run with its artifacts. The run that it is part of has to be in the store.
     *
     * @return the id that the run has on the server
     * @throws TrackingException if the server cannot be reached or does not take it
     */
    String send(FileStore store, TrackedRun run) throws TrackingException, IOException {
        String experiment = experiment(run.experiment());
        String parent = run.parent() == null ? null : parent(store, run);
        String id = runId(experiment, run, parent);
        log(id, run);
        for (Map.Entry<String, org.apache.flink.core.fs.Path> artifact :
                store.artifacts(run).entrySet()) {
            upload(id, artifact.getKey(), store.bytes(artifact.getValue()));
        }
        if (run.status() != Status.RUNNING) {
            RunStatus status =
                    run.status() == Status.FINISHED ? RunStatus.FINISHED : RunStatus.FAILED;
            call(
                    () -> {
                        client.setTerminated(id, status, run.end().toEpochMilli());
                        return null;
                    });
        }
        return id;
    }

    private String parent(FileStore store, TrackedRun run) throws TrackingException, IOException {
        TrackedRun whole =
                store.find(run.parent())
                        .orElseThrow(
                                () ->
                                        new TrackingException(
                                                "The run '"
                                                        + run.name()
                                                        + "' is part of "
                                                        + run.parent()
                                                        + ", which is not below "
                                                        + store.root()
                                                        + ".",
                                                true,
                                                null));
        return runId(experiment(whole.experiment()), whole, null);
    }

    private String experiment(String name) throws TrackingException {
        return call(
                () -> {
                    Optional<Service.Experiment> experiment = client.getExperimentByName(name);
                    if (experiment.isPresent()) {
                        return experiment.get().getExperimentId();
                    }
                    try {
                        return client.createExperiment(name);
                    } catch (MlflowHttpException e) {
                        // Somebody else may have been quicker.
                        return client.getExperimentByName(name)
                                .orElseThrow(() -> e)
                                .getExperimentId();
                    }
                });
    }

    /** The run's id on the server, where it is made if it is not there. */
    private String runId(String experiment, TrackedRun run, String parent)
            throws TrackingException {
        return call(
                () -> {
                    List<String> found = runIds(experiment, run);
                    if (!found.isEmpty()) {
                        return found.get(0);
                    }
                    CreateRun.Builder create =
                            CreateRun.newBuilder()
                                    .setExperimentId(experiment)
                                    .setRunName(run.name())
                                    .setStartTime(run.start().toEpochMilli())
                                    .addTags(tag(RUN_ID, run.id()));
                    if (parent != null) {
                        create.addTags(tag(PARENT, parent));
                    }
                    String made = client.createRun(create.build()).getRunId();
                    // Steps of a day may make the day's run at the same time: all keep the same.
                    String kept = runIds(experiment, run).stream().findFirst().orElse(made);
                    if (!kept.equals(made)) {
                        client.deleteRun(made);
                    }
                    return kept;
                });
    }

    /** The ids of the runs there that are this one, in an order that all see. */
    private List<String> runIds(String experiment, TrackedRun run) {
        return client
                .searchRuns(
                        List.of(experiment),
                        "tags.`" + RUN_ID + "` = '" + run.id() + "'",
                        ViewType.ACTIVE_ONLY)
                .stream()
                .map(RunInfo::getRunId)
                .sorted()
                .toList();
    }

    private static RunTag tag(String key, String value) {
        return RunTag.newBuilder().setKey(key).setValue(value).build();
    }

    private void log(String id, TrackedRun run) throws TrackingException {
        long time = (run.end() == null ? Instant.now() : run.end()).toEpochMilli();
        List<Param> params = new ArrayList<>();
        run.params()
                .forEach(
                        (key, value) ->
                                params.add(Param.newBuilder().setKey(key).setValue(value).build()));
        List<Metric> metrics = new ArrayList<>();
        run.metrics()
                .forEach(
                        (key, value) ->
                                metrics.add(
                                        Metric.newBuilder()
                                                .setKey(key)
                                                .setValue(value)
                                                .setTimestamp(time)
                                                .setStep(0)
                                                .build()));
        List<RunTag> tags = new ArrayList<>();
        run.tags().forEach((key, value) -> tags.add(tag(key, value)));
        for (List<Param> some : pieces(params, MAX_PARAMS)) {
            batch(id, List.of(), some, List.of());
        }
        for (List<Metric> some : pieces(metrics, MAX_METRICS)) {
            batch(id, some, List.of(), List.of());
        }
        for (List<RunTag> some : pieces(tags, MAX_PARAMS)) {
            batch(id, List.of(), List.of(), some);
        }
    }

    private void batch(String id, List<Metric> metrics, List<Param> params, List<RunTag> tags)
            throws TrackingException {
        call(
                () -> {
                    client.logBatch(id, metrics, params, tags);
                    return null;
                });
    }

    private static <T> List<List<T>> pieces(List<T> all, int size) {
        List<List<T>> pieces = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            pieces.add(all.subList(from, Math.min(all.size(), from + size)));
        }
        return pieces;
    }

    private void upload(String id, String path, byte[] bytes) throws TrackingException {
        URI artifacts = artifacts(id);
        if (!PROXIED.equals(artifacts.getScheme())) {
            throw new TrackingException(
                    "The server at "
                            + url
                            + " keeps artifacts at "
                            + artifacts
                            + " and does not take them itself; start it with --serve-artifacts and"
                            + " --artifacts-destination.",
                    true,
                    null);
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(artifact(artifacts, path))
                        .timeout(CALL_TIMEOUT)
                        .PUT(BodyPublishers.ofByteArray(bytes));
        login.header().ifPresent(header -> request.header("Authorization", header));
        call(
                () -> {
                    HttpResponse<String> answer =
                            http.send(request.build(), BodyHandlers.ofString());
                    if (answer.statusCode() / 100 != 2) {
                        throw new MlflowHttpException(
                                answer.statusCode(), "uploading " + path, answer.body());
                    }
                    return null;
                });
    }

    private URI artifacts(String id) throws TrackingException {
        return URI.create(call(() -> client.getRun(id).getInfo().getArtifactUri()));
    }

    private URI artifact(URI artifacts, String path) {
        String below = artifacts.getPath() + "/" + path;
        try {
            // The constructor quotes what may not stand in a path.
            String quoted = new URI(null, null, below, null).getRawPath();
            return URI.create(url + "/api/2.0/mlflow-artifacts/artifacts" + quoted);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(below + " is no path of an artifact.", e);
        }
    }

    /**
     * The latest runs of an experiment, whoever logged them; none where there is no such
     * experiment.
     */
    List<TrackedRun> runs(String experiment, int most) throws TrackingException {
        Optional<Service.Experiment> found = call(() -> client.getExperimentByName(experiment));
        if (found.isEmpty()) {
            return List.of();
        }
        return call(
                        () ->
                                client.searchRuns(
                                                List.of(found.get().getExperimentId()),
                                                "",
                                                ViewType.ACTIVE_ONLY,
                                                most,
                                                List.of("attributes.start_time DESC"))
                                        .getItems())
                .stream()
                .map(run -> run(experiment, run))
                .toList();
    }

    private static TrackedRun run(String experiment, Service.Run run) {
        RunInfo info = run.getInfo();
        Status status =
                switch (info.getStatus()) {
                    case FINISHED -> Status.FINISHED;
                    case FAILED, KILLED -> Status.FAILED;
                    default -> Status.RUNNING;
                };
        SortedMap<String, String> params = new TreeMap<>();
        SortedMap<String, Double> metrics = new TreeMap<>();
        SortedMap<String, String> tags = new TreeMap<>();
        Service.RunData data = run.getData();
        data.getParamsList().forEach(param -> params.put(param.getKey(), param.getValue()));
        data.getMetricsList().forEach(metric -> metrics.put(metric.getKey(), metric.getValue()));
        data.getTagsList().forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        return new TrackedRun(
                info.getRunId(),
                tags.get(PARENT),
                experiment,
                info.getRunName(),
                status,
                Instant.ofEpochMilli(info.getStartTime()),
                status == Status.RUNNING ? null : Instant.ofEpochMilli(info.getEndTime()),
                params,
                metrics,
                tags);
    }

    private interface Call<T> {
        T get() throws Exception;
    }

    /** Calls the server, again where that may help. */
    private <T> T call(Call<T> call) throws TrackingException {
        try {
            return Failsafe.with(retries).get(call::get);
        } catch (FailsafeException e) {
            throw problem(e.getCause());
        } catch (RuntimeException e) {
            throw problem(e);
        }
    }

    private TrackingException problem(Throwable cause) {
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        boolean refused =
                cause instanceof MlflowHttpException answer
                        && REFUSALS.contains(answer.getStatusCode());
        String what =
                cause instanceof MlflowHttpException answer
                        ? "answered " + answer.getStatusCode() + ": " + firstLine(answer)
                        : "cannot be reached: " + firstLine(cause);
        return new TrackingException("The tracking server at " + url + " " + what, refused, cause);
    }

    private static String firstLine(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text =
                cause instanceof MlflowHttpException answer && answer.getBodyMessage() != null
                        ? answer.getBodyMessage()
                        : String.valueOf(root.getMessage());
        return text.lines().findFirst().orElse(root.getClass().getSimpleName());
    }

    /** Whether the same may succeed a little later. */
    private static boolean mayPass(Throwable failure) {
        if (failure instanceof MlflowHttpException answer) {
            int status = answer.getStatusCode();
            return status >= 500 || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT;
        }
        return failure instanceof IOException || failure instanceof MlflowClientException;
    }

    @Override
    public void close() {
        client.close();
    }
}
