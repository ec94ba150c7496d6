package io.champion.cli;

import io.champion.runtime.OptionsPage;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the options of the jobs. */
@Command(
        name = "options",
        description = "List what can be set in a job's configuration file.",
        footer = {
            "  champion options",
            "  champion options --markdown > docs/options.md",
            "      The reference page of the documentation."
        })
final class OptionsCommand implements Callable<Integer> {

    private final Context context;

    @Option(names = "--markdown", description = "As the page docs/options.md.")
    private boolean markdown;

    OptionsCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (markdown) {
            context.console().out().print(OptionsPage.markdown(Jobs.optionClasses()));
        } else {
            Jobs.optionClasses()
                    .forEach(
                            (title, owner) -> {
                                context.console().println(context.console().bold(title));
                                context.console().println("");
                                context.console().println(OptionsPage.text(owner));
                            });
        }
        return ExitCode.OK;
    }
}
