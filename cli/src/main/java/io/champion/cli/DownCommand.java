package io.champion.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends the stack of docker-compose.yml. */
@Command(
        name = "down",
        description =
                "Stop the stack of docker-compose.yml and remove its containers. Its data stay, and"
                        + " its passwords.",
        footer = {"  champion down", "  champion down --volumes"})
final class DownCommand implements Callable<Integer> {

    private final Context context;

    @Option(
            names = "--volumes",
            description =
                    "Remove the data, too: topics, tables, runs, checkpoints, dashboards; and the"
                            + " passwords.")
    private boolean volumes;

    DownCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        Compose compose = Compose.find(context);
        // Those of the profile, too.
        List<String> arguments = new ArrayList<>(List.of("--profile", "tools", "down"));
        if (volumes) {
            arguments.add("--volumes");
        }
        if (compose.run(arguments) != 0) {
            throw new UserException(ExitCode.UNAVAILABLE, "The stack was not stopped.");
        }
        if (volumes) {
            compose.secrets().delete();
        }
        return ExitCode.OK;
    }
}
