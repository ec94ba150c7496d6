package io.champion.cli;

import io.champion.cli.deploy.Tool;
import io.champion.local.ProjectFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The stack of docker-compose.yml, by the compose tool of this machine. The tool is told where the
 * passwords are, never what they are.
 */
final class Compose {

    /** The first that waits for servers that end, as those that make tables and buckets do. */
    private static final int MAJOR = 2;

    private static final int MINOR = 20;

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.");

    private final Tool tool;
    private final StackSecrets secrets;

    private Compose(Tool tool, StackSecrets secrets) {
        this.tool = tool;
        this.secrets = secrets;
    }

    /**
     * Finds the tool, and the stack's passwords, which are made where there are none.
     *
     * @throws UserException if there is no tool, or one that is too old, or no docker-compose.yml
     */
    static Compose find(Context context) throws IOException, InterruptedException {
        Path file =
                ProjectFiles.find(Path.of("docker-compose.yml"))
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                ExitCode.USAGE,
                                                "There is no docker-compose.yml here; run this in"
                                                        + " a clone of the project."));
        Tool tool = tool(context);
        StackSecrets secrets =
                StackSecrets.of(
                        Context.localHome(context.config(List.of()))
                                .toAbsolutePath()
                                .resolve("stack"));
        return new Compose(
                tool.with("--file", file.toString(), "--env-file", secrets.file().toString()),
                secrets);
    }

    private static Tool tool(Context context) throws IOException, InterruptedException {
        List<Tool> candidates = new ArrayList<>();
        Tool.find("docker", context.environment())
                .ifPresent(docker -> candidates.add(docker.with("compose")));
        Tool.find("docker-compose", context.environment()).ifPresent(candidates::add);
        String old = null;
        for (Tool candidate : candidates) {
            Tool.Result version = candidate.with("version", "--short").run("");
            Matcher matcher = VERSION.matcher(version.out());
            // A docker without the plugin fails.
            if (version.exitCode() != 0 || !matcher.find()) {
                continue;
            }
            int major = Integer.parseInt(matcher.group(1));
            int minor = Integer.parseInt(matcher.group(2));
            if (major > MAJOR || major == MAJOR && minor >= MINOR) {
                return candidate;
            }
            old = version.out().strip();
        }
        throw new UserException(
                ExitCode.UNAVAILABLE,
                (old == null
                                ? "No compose tool was found: neither 'docker compose' nor"
                                        + " 'docker-compose' works."
                                : "Docker Compose " + old + " is too old.")
                        + " Install Docker with Compose "
                        + MAJOR
                        + "."
                        + MINOR
                        + " or newer. 'champion demo' needs none of it.");
    }

    StackSecrets secrets() {
        return secrets;
    }

    /**
     * Runs the tool with this terminal.
     *
     * @return its exit code
     */
    int run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(tool.program().toString());
        command.addAll(tool.arguments());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        // A password of another server in this environment would win over the stack's own.
        builder.environment().keySet().removeAll(StackSecrets.NAMES);
        return builder.start().waitFor();
    }

    /** Where the servers are for programs of this machine. */
    void tellAddresses(Console console) {
        console.println("Flink        http://localhost:8081");
        console.println("Grafana      http://localhost:3000  (user champion)");
        console.println("MLflow       http://localhost:5000");
        console.println("Prometheus   http://localhost:9090");
        console.println("ClickHouse   http://localhost:8123  (user champion)");
        console.println("Kafka        localhost:9092");
        console.println("Registry     http://localhost:8082/apis/ccompat/v7");
        console.println("S3           http://localhost:9100  (access key champion)");
        console.println("Passwords    " + secrets.file());
    }
}
