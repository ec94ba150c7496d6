package io.champion.cli;

import io.champion.reader.CacheBuild;
import io.champion.reader.CacheBuild.Report;
import io.champion.reader.CacheBuild.State;
import io.champion.reader.DataType;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The cache of the lake that backtests read from. */
@Command(
        name = "cache",
        description = "Keep the lake's trades, quotes and bars by symbol and month, for backtests.",
        footer = {
            "  champion cache build",
            "      What the lake has, below the home: cache/trades/AAPL/2025_06.parquet, ...",
            "  champion cache build --type trades,bars_1m --symbol AAPL,BRK.B --month 2025-06"
        })
final class CacheCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    CacheCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    @Command(
            description = {
                "Bring the cache up to date with the lake.",
                "Builds the months of which a day has come, changed or gone since they were built,"
                        + " and removes what the lake no longer has. Readers take each day from the"
                        + " cache only while it is current."
            },
            footer = {
                "  champion cache build",
                "  champion cache build --type bars_1d",
                "  champion cache build --symbol AAPL,BRK.B --month 2025-05,2025-06"
            })
    int build(
            @Option(
                            names = "--type",
                            paramLabel = "TYPE",
                            split = ",",
                            description =
                                    "Data types: trades, quotes, bars_1m, bars_1d; default all.")
                    List<String> types,
            @Option(
                            names = "--symbol",
                            paramLabel = "SYMBOL",
                            split = ",",
                            description = "Symbols as the lake has them; default all.")
                    List<String> symbols,
            @Option(
                            names = "--month",
                            paramLabel = "MONTH",
                            converter = MonthConverter.class,
                            split = ",",
                            description = "Months, such as 2025-06; default all.")
                    List<YearMonth> months)
            throws IOException {
        Set<DataType> wanted = types(types);
        JobConfig config = context.config(List.of());
        Path cache = Context.localHome(config).resolve("cache");
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {
                            "data",
                            "month",
                            "what was done",
                            "days",
                            "built",
                            "unchanged",
                            "removed",
                            "rows built",
                            "size built"
                        },
                        new String[] {
                            "String", "String", "String", "Int64", "Int64", "Int64", "Int64",
                            "Int64", "Int64"
                        });
        List<Report> reports;
        try {
            reports =
                    new CacheBuild(Home.of(config).lake(), cache)
                            .run(
                                    wanted,
                                    symbols == null ? Set.of() : new TreeSet<>(symbols),
                                    months == null ? Set.of() : new TreeSet<>(months),
                                    report -> {
                                        context.console()
                                                .progress(
                                                        report.type().folder()
                                                                + " "
                                                                + report.month());
                                        add(table, report);
                                    });
        } catch (IllegalStateException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
        context.console().endProgress();
        if (reports.isEmpty()) {
            context.console()
                    .err()
                    .println(
                            "The lake in "
                                    + Home.of(config).lake()
                                    + " has no "
                                    + wanted.stream()
                                            .map(DataType::folder)
                                            .collect(Collectors.joining(", "))
                                    + ", and the cache neither.");
            return ExitCode.OK;
        }
        table.end();
        int skipped = reports.stream().mapToInt(Report::skipped).sum();
        if (skipped > 0) {
            context.console()
                    .err()
                    .println(
                            Text.count(skipped, "symbol")
                                    + " with names too long for a file are read from the lake.");
        }
        return ExitCode.OK;
    }

    private static void add(TablePrinter table, Report report) {
        table.add(
                report.type().folder(),
                report.month().toString(),
                report.state() == State.UNCHANGED
                        ? "nothing"
                        : report.state().name().toLowerCase(Locale.ROOT),
                Text.number(report.days()),
                Text.number(report.built()),
                Text.number(report.unchanged()),
                Text.number(report.removed()),
                Text.number(report.rows()),
                Text.bytes(report.bytes()));
    }

    private static Set<DataType> types(List<String> names) {
        if (names == null) {
            return new LinkedHashSet<>(Arrays.asList(DataType.values()));
        }
        List<String> unknown = new ArrayList<>();
        Set<DataType> types = new LinkedHashSet<>();
        for (String name : names) {
            DataType.of(name).ifPresentOrElse(types::add, () -> unknown.add(name));
        }
        if (!unknown.isEmpty()) {
            throw new UserException(
                    ExitCode.USAGE,
                    "There is no data type "
                            + String.join(", ", unknown)
                            + ". Known: "
                            + Arrays.stream(DataType.values())
                                    .map(DataType::folder)
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        return types;
    }

    /** Reads a month, and says what one looks like. */
    static final class MonthConverter implements ITypeConverter<YearMonth> {
        @Override
        public YearMonth convert(String text) {
            try {
                return YearMonth.parse(text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no month; write it as 2025-06.");
            }
        }
    }
}
