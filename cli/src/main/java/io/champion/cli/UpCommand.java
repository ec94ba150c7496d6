package io.champion.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Starts the stack of docker-compose.yml. */
@Command(
        name = "up",
        description = {
            "Start the stack of docker-compose.yml, and wait until all of it is well: Kafka, a"
                    + " schema registry, ClickHouse, MLflow, Flink, Prometheus and Grafana, in"
                    + " containers.",
            "Makes the images that are the project's own, the tables, and on the first call the"
                    + " passwords, which stay in <home>/stack/secrets.env. Needs Docker with"
                    + " Compose 2.20 or newer."
        },
        footer = {
            "  champion up",
            "  champion demo --target compose",
            "  champion down",
        })
final class UpCommand implements Callable<Integer> {

    /** The first call fetches and builds images before it waits. */
    private static final int PATIENCE_SECONDS = 900;

    private final Context context;

    UpCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        Compose compose = Compose.find(context);
        int exitCode =
                compose.run(
                        List.of(
                                "up",
                                "--build",
                                "--detach",
                                "--wait",
                                "--wait-timeout",
                                Integer.toString(PATIENCE_SECONDS)));
        if (exitCode != 0) {
            throw new UserException(
                    ExitCode.UNAVAILABLE,
                    "Not all of the stack came up; 'champion logs SERVICE' says why.");
        }
        compose.tellAddresses(context.console());
        return ExitCode.OK;
    }
}
