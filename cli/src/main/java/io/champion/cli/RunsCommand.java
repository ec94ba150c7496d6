package io.champion.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingException;
import io.champion.tracking.TrackingOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the runs on record, and sends those that a tracking server has not got. */
@Command(
        name = "runs",
        description = {
            "Runs on record: what they were told and what they measured.",
            "They are those of the MLflow server, if there is one, else those below the home. 'mlflow"
                    + " ui' shows more of them, with their artifacts."
        },
        footer = {
            "  champion runs list --experiment feature-engineering",
            "  champion runs list --tracking-url http://localhost:5000 --format json",
            "  champion runs send"
        })
final class RunsCommand implements Runnable {
    private static final OptionSet OPTIONS =
            OptionSet.of(CommonOptions.class, TrackingOptions.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** More are in the JSON form and in MLflow. */
    private static final int METRICS_SHOWN = 4;

    private final Context context;

    @Spec private CommandSpec spec;

    RunsCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name what to do: list or send.");
    }

    /** What a list looks like. */
    enum Format {
        TABLE,
        JSON
    }

    /** Which server. */
    static final class ServerMixin {
        @Option(
                names = "--tracking-url",
                paramLabel = "URL",
                description = "MLflow server; default tracking.url, $MLFLOW_TRACKING_URI, or none.")
        private String url;

        private JobConfig config(Context context) {
            List<String> overrides = new ArrayList<>();
            if (url != null) {
                overrides.add(TrackingOptions.URL.key() + "=" + url);
            }
            return context.config(OPTIONS, null, overrides);
        }
    }

    @Command(description = "List runs, the latest first.")
    int list(
            @Mixin ServerMixin server,
            @Option(
                            names = "--experiment",
                            paramLabel = "NAME",
                            description = "Only of this experiment; may be repeated.")
                    List<String> experiments,
            @Option(
                            names = "--last",
                            paramLabel = "N",
                            defaultValue = "20",
                            description = "How many; default ${DEFAULT-VALUE}.")
                    int last,
            @Option(
                            names = "--format",
                            defaultValue = "table",
                            description = "table or json; default ${DEFAULT-VALUE}.")
                    Format format)
            throws IOException {
        List<TrackedRun> runs;
        try {
            runs =
                    Tracker.runs(
                            server.config(context),
                            experiments == null ? Experiments.ALL : experiments,
                            last);
        } catch (TrackingException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
        List<TrackedRun> shown = runs.subList(0, Math.min(last, runs.size()));
        if (format == Format.JSON) {
            for (TrackedRun run : shown) {
                context.console().println(toJson(run));
            }
        } else if (shown.isEmpty()) {
            context.console().println("There are no runs on record.");
        } else {
            print(shown);
        }
        return ExitCode.OK;
    }

    private void print(List<TrackedRun> runs) {
        Map<String, String> names =
                runs.stream().collect(Collectors.toMap(TrackedRun::id, TrackedRun::name));
        String text = "String";
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {
                            "started", "experiment", "run", "part of", "status", "took", "metrics"
                        },
                        new String[] {text, text, text, text, text, "Float64", text});
        for (TrackedRun run : runs) {
            table.add(
                    run.start().truncatedTo(ChronoUnit.SECONDS).toString(),
                    Text.printable(run.experiment()),
                    Text.printable(run.name()),
                    run.parent() == null
                            ? ""
                            : Text.printable(names.getOrDefault(run.parent(), run.parent())),
                    run.status().name().toLowerCase(Locale.ROOT),
                    run.end() == null
                            ? ""
                            : Text.seconds(Duration.between(run.start(), run.end()).toNanos()),
                    metrics(run));
        }
        table.end();
    }

    private static String metrics(TrackedRun run) {
        return run.metrics().entrySet().stream()
                .limit(METRICS_SHOWN)
                .map(metric -> Text.printable(metric.getKey()) + " " + number(metric.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? Text.number((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    private static String toJson(TrackedRun run) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", run.id());
        node.put("parent", run.parent());
        node.put("experiment", run.experiment());
        node.put("name", run.name());
        node.put("status", run.status().name());
        node.put("start", run.start().toString());
        node.put("end", run.end() == null ? null : run.end().toString());
        run.params().forEach(node.putObject("params")::put);
        run.metrics().forEach(node.putObject("metrics")::put);
        run.tags().forEach(node.putObject("tags")::put);
        return node.toString();
    }

    @Command(description = "Send the runs that the MLflow server has not got yet.")
    int send(@Mixin ServerMixin server) throws IOException {
        try {
            Tracker.SendResult result = Tracker.sendAll(server.config(context));
            context.console().println("Sent " + Text.count(result.sent(), "run") + ".");
            result.refused().forEach(context.console().err()::println);
            return result.refused().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        } catch (TrackingException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
    }
}
