package io.champion.cli;

import io.champion.indicators.FeatureSetException;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Secrets;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.migration.MigrationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The {@code champion} command. */
@Command(
        name = "champion",
        description =
                "Market data from exchange files into a Parquet lake and a ClickHouse warehouse,"
                        + " every row once.",
        versionProvider = Champion.Version.class,
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "%nExamples:%n",
        footer = {
            "  champion demo",
            "      A generated exchange month, ingested, with a tour of what came out.",
            "  champion fetch bhavcopy --from 2025-06-02",
            "      The exchanges' daily files, into the raw tier of the home.",
            "  champion ingest bhavcopy --input ~/Downloads/bhavcopy",
            "      Your own files: a file, a folder or a glob.",
            "  champion query \"SELECT * FROM normalized_equity_ohlc LIMIT 5\"",
            "      What is in the warehouse.",
            "",
            ExitCode.HELP
        })
public final class Champion implements Runnable {

    /** All but those that are about the others, in the order of the help. */
    private static final Map<String, Function<Context, Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("demo", DemoCommand::new);
        COMMANDS.put("fetch", FetchCommand::new);
        COMMANDS.put("ingest", IngestCommand::new);
        COMMANDS.put("adjust", AdjustCommand::new);
        COMMANDS.put("daily", DailyCommand::new);
        COMMANDS.put("produce", ProduceCommand::new);
        COMMANDS.put("replay", ReplayCommand::new);
        COMMANDS.put("deadletters", DeadLettersCommand::new);
        COMMANDS.put("reprocess", ReprocessCommand::new);
        COMMANDS.put("features", FeaturesCommand::new);
        COMMANDS.put("plot", PlotCommand::new);
        COMMANDS.put("bootstrap", BootstrapCommand::new);
        COMMANDS.put("rebuild", RebuildCommand::new);
        COMMANDS.put("cache", CacheCommand::new);
        COMMANDS.put("export", ExportCommand::new);
        COMMANDS.put("import", ImportCommand::new);
        COMMANDS.put("query", QueryCommand::new);
        COMMANDS.put("tables", TablesCommand::new);
        COMMANDS.put("describe", DescribeCommand::new);
        COMMANDS.put("status", StatusCommand::new);
        COMMANDS.put("retention", RetentionCommand::new);
        COMMANDS.put("runs", RunsCommand::new);
        COMMANDS.put("validate", ValidateCommand::new);
        COMMANDS.put("ddl", DdlCommand::new);
        COMMANDS.put("job", JobCommand::new);
        COMMANDS.put("deploy", DeployCommand::new);
        COMMANDS.put("options", OptionsCommand::new);
        COMMANDS.put("up", UpCommand::new);
        COMMANDS.put("down", DownCommand::new);
        COMMANDS.put("logs", LogsCommand::new);
        COMMANDS.put("serve", ServeCommand::new);
    }

    @Spec private CommandSpec spec;

    private final Context context;

    private Champion(Context context) {
        this.context = context;
    }

    @Option(
            names = "--home",
            paramLabel = "DIR",
            scope = CommandLine.ScopeType.INHERIT,
            description =
                    "Holds all that runs make; default $CHAMPION_HOME, else .champion in the"
                            + " working directory.")
    void home(String home) {
        context.home(home);
    }

    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show the stack trace of a failure.")
    void verbose(boolean verbose) {
        context.verbose(verbose);
    }

    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        System.exit(run(Console.ofProcess(environment), environment, arguments));
    }

    /** Runs one command and returns its exit code. */
    static int run(Console console, Map<String, String> environment, String... arguments) {
        int exitCode = commandLine(console, environment, arguments).execute(arguments);
        console.flush();
        return exitCode;
    }

    /**
     * The command line with all commands; or with one alone, if the arguments begin with it: to
     * read the annotations of all takes longer than to run most of them.
     */
    static CommandLine commandLine(
            Console console, Map<String, String> environment, String... arguments) {
        Context context = new Context(console, environment);
        CommandLine line = new CommandLine(new Champion(context));
        boolean one = arguments.length > 0 && COMMANDS.containsKey(arguments[0]);
        for (String name : one ? Set.of(arguments[0]) : COMMANDS.keySet()) {
            line.addSubcommand(COMMANDS.get(name).apply(context));
        }
        line.addSubcommand(new CompletionCommand(context));
        line.addSubcommand(new HelpCommand());
        line.setOut(console.out());
        line.setErr(console.err());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(
                CommandLine.Help.defaultColorScheme(
                        console.decorated()
                                ? CommandLine.Help.Ansi.ON
                                : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler(Champion::explainUsage);
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> explain(context, failure, parsed));
        return line;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    private static int explainUsage(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println("champion: " + asSentence(failure.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr())) {
            command.getErr()
                    .println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        return ExitCode.USAGE;
    }

    private static int explain(Context context, Exception failure, ParseResult parsed) {
        Console console = context.console();
        console.endProgress();
        console.flush();
        Logging.failure(
                parsed.originalArgs().stream().map(Secrets::hide).collect(Collectors.joining(" ")),
                failure);
        int exitCode = ExitCode.FAILED;
        if (failure instanceof ConfigException config) {
            config.problems().forEach(problem -> complain(console, problem));
            exitCode = ExitCode.USAGE;
        } else if (failure instanceof FeatureSetException set) {
            set.problems().forEach(problem -> complain(console, problem));
            exitCode = ExitCode.USAGE;
        } else if (failure instanceof UserException user) {
            complain(console, user.getMessage());
            exitCode = user.exitCode();
        } else if (failure instanceof MigrationException migration) {
            migration.problems().forEach(problem -> complain(console, problem));
            exitCode = ExitCode.UNAVAILABLE;
        } else if (failure instanceof WarehouseException warehouse) {
            complain(console, Failures.plain(warehouse.getMessage()));
            exitCode =
                    warehouse.kind() == WarehouseException.Kind.TRANSIENT
                            ? ExitCode.UNAVAILABLE
                            : ExitCode.FAILED;
        } else {
            complain(console, Failures.explain(failure));
        }
        if (context.verbose()) {
            failure.printStackTrace(console.err());
        } else if (exitCode == ExitCode.FAILED && Logging.file() != null) {
            console.err().println("The stack trace is in " + Logging.file() + ".");
        }
        return exitCode;
    }

    private static void complain(Console console, String sentence) {
        console.err().println(console.red("champion: ") + sentence);
    }

    private static String asSentence(String message) {
        return message.endsWith(".") ? message : message + ".";
    }

    /** The version of the build. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Champion.class.getPackage().getImplementationVersion();
            return new String[] {"champion " + (version == null ? "from classes" : version)};
        }
    }
}
