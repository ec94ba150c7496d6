package io.champion.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what the servers of the stack say. */
@Command(
        name = "logs",
        description = "Show what the servers of docker-compose.yml have logged.",
        footer = {"  champion logs -f taskmanager", "  champion logs --tail 100"})
final class LogsCommand implements Callable<Integer> {

    private final Context context;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what they log, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--tail",
            paramLabel = "LINES",
            description = "The last lines of each alone; default all.")
    private Integer tail;

    @Parameters(
            paramLabel = "SERVICE",
            arity = "0..*",
            description = "Of docker-compose.yml, as kafka or taskmanager; default all.")
    private List<String> services = new ArrayList<>();

    LogsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        List<String> arguments = new ArrayList<>(List.of("logs"));
        if (follow) {
            arguments.add("--follow");
        }
        if (tail != null) {
            arguments.addAll(List.of("--tail", tail.toString()));
        }
        // What looks like an option is none.
        arguments.add("--");
        arguments.addAll(services);
        return Compose.find(context).run(arguments) == 0 ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }
}
