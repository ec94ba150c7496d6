package io.champion.cli;

import io.champion.runtime.CommonOptions;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;

/** What all commands share: the person's console, the environment, and where the home is. */
final class Context {

    private final Console console;
    private final Map<String, String> environment;
    private String home;
    private boolean verbose;

    Context(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = environment;
    }

    Console console() {
        return console;
    }

    Map<String, String> environment() {
        return environment;
    }

    boolean verbose() {
        return verbose;
    }

    void home(String home) {
        this.home = home;
    }

    void verbose(boolean verbose) {
        this.verbose = verbose;
    }

    /** The configuration of a command that runs no job. */
    JobConfig config(List<String> overrides) {
        return config(OptionSet.of(CommonOptions.class), null, overrides);
    }

    /**
     * A job's configuration, with what the command line says of it last.
     *
     * @param file YAML file, or null
     * @param overrides {@code key=value}
     * @param required options without which there is nothing to do
     * @throws io.champion.runtime.ConfigException if anything is wrong with it
     */
    JobConfig config(
            OptionSet options, Path file, List<String> overrides, ConfigOption<?>... required) {
        // Before anything is logged; a home that only the file names moves it afterwards.
        Logging.to(logFile(presumedHome()));
        List<String> arguments = new ArrayList<>(overrides);
        if (home != null) {
            arguments.add(CommonOptions.HOME.key() + "=" + home);
        }
        JobConfig config =
                JobConfig.of(options)
                        .file(file)
                        .environment(environment)
                        .arguments(arguments)
                        .require(required)
                        .load();
        Logging.to(logFile(localHome(config)));
        return config;
    }

    private Path presumedHome() {
        String named =
                home != null
                        ? home
                        : environment.getOrDefault(
                                "CHAMPION_HOME", CommonOptions.HOME.defaultValue());
        return Path.of(named.contains("://") ? CommonOptions.HOME.defaultValue() : named)
                .toAbsolutePath();
    }

    private static Path logFile(Path home) {
        return home.resolve("logs/champion.log");
    }

    /** The home's folder; the command keeps its log, its engine and its runs on this machine. */
    static Path localHome(JobConfig config) {
        String root = Home.of(config).root();
        if (root.contains("://")) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The home is '"
                            + root
                            + "', but this command needs one on this machine; set --home to a"
                            + " folder, and lake.path to where the lake should be.");
        }
        return Path.of(root);
    }
}
