package io.champion.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh.",
        footer = {
            "  source <(champion completion)",
            "      In ~/.bashrc or ~/.zshrc, with champion on the PATH."
        })
final class CompletionCommand implements Callable<Integer> {

    private final Context context;

    @Spec private CommandSpec spec;

    CompletionCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.console().out().print(AutoComplete.bash("champion", spec.root().commandLine()));
        return ExitCode.OK;
    }
}
