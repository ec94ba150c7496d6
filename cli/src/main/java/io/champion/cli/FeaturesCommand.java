package io.champion.cli;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureComputeOptions;
import io.champion.features.FeatureInputException;
import io.champion.features.FeatureReport;
import io.champion.indicators.Bar;
import io.champion.indicators.FeatureSet;
import io.champion.indicators.IndicatorInfo;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Technical indicators of the lake, and of files without a lake. */
@Command(
        name = "features",
        description =
                "Compute technical indicators, of the lake's bars or of a csv file; list those"
                        + " there are.",
        footer = {
            "  champion features update",
            "      From all daily bars of the lake, into lake and warehouse.",
            "  champion features compute --input bars.csv > features.csv",
            "  champion features compute --input bars.csv.gz --set mine.yaml",
            "      With indicators, windows and conventions of your own; docs/features.md tells how.",
            "  champion features list"
        })
final class FeaturesCommand implements Runnable {

    /** Beyond it, a double is no longer every whole number. */
    private static final double WHOLE = 1e15;

    private final Context context;

    @Spec private CommandSpec spec;

    FeaturesCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    @Command(
            description = {
                "Compute the features of the lake's bars, into lake and warehouse.",
                "Runs feature-compute on a Flink inside this process: reads all bars, so that"
                        + " windows are full, and replaces the features of the sessions from"
                        + " --from to --to."
            },
            footer = {
                "  champion adjust",
                "  champion features update",
                "  champion query \"SELECT trade_date, sma_20, rsi_14 FROM equity_indicators"
                        + " WHERE symbol = 'RELIANCE' ORDER BY trade_date\"",
                "  champion features update --raw --from 2025-06-01"
            })
    int update(
            @Option(
                            names = "--set",
                            paramLabel = "FILE",
                            description = "The feature set; without it, the standard set.")
                    Path set,
            @Option(
                            names = "--from",
                            paramLabel = "DATE",
                            description = "First session to write; default the lake's first.")
                    LocalDate from,
            @Option(
                            names = "--to",
                            paramLabel = "DATE",
                            description = "Last session to read; default the lake's last.")
                    LocalDate to,
            @Option(
                            names = "--raw",
                            description = "From prices as they were, not adjusted for actions.")
                    boolean raw,
            @Option(
                            names = "--flat-files",
                            description =
                                    "Of US equities, from the bars of flat files, with --interval"
                                            + " 1d or 1m.")
                    boolean flatFiles,
            @Option(
                            names = "--interval",
                            paramLabel = "LENGTH",
                            description = "Length of the bars: 1d, or 1m and so on of ticks' bars.")
                    String interval,
            @Option(
                            names = "--benchmark",
                            paramLabel = "INDEX",
                            description = "Index that beta compares with, such as 'NIFTY 50'.")
                    String benchmark,
            @Mixin IngestCommand.JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(warehouse.overrides());
        override(overrides, FeatureComputeOptions.SET, set);
        override(overrides, FeatureComputeOptions.FROM, from);
        override(overrides, FeatureComputeOptions.TO, to);
        if (raw && flatFiles) {
            throw new UserException(
                    ExitCode.USAGE, "Give --raw or --flat-files: flat files are raw as they are.");
        }
        String prices = flatFiles ? "flat_files" : raw ? "raw" : null;
        override(overrides, FeatureComputeOptions.PRICES, prices);
        override(overrides, FeatureComputeOptions.INTERVAL, interval);
        override(overrides, FeatureComputeOptions.BENCHMARK, benchmark);
        JobConfig config = context.config(FeatureComputeJob.OPTIONS, job.file(), overrides);
        try (LocalRun run = LocalRun.start(context, config)) {
            context.console().progress("Computing ...");
            FeatureReport report = run.features(job.file(), overrides);
            context.console().endProgress();
            context.console().out().print(report.summary());
            return ExitCode.OK;
        } catch (FeatureInputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        }
    }

    private static void override(List<String> overrides, ConfigOption<?> option, Object value) {
        if (value != null) {
            overrides.add(option.key() + "=" + value);
        }
    }

    @Command(
            description = {
                "Print the features of the bars in a csv file, as csv: the time as it is written,"
                        + " the symbol if there is one, and a column for each feature; empty where"
                        + " it is not known.",
                "The file has a header with date (or time, timestamp), open, high, low, close,"
                        + " volume, and may have symbol, turnover and benchmark, in any order and"
                        + " case; quotes have bid_price and ask_price. Plain or gzipped. Rows that cannot be are left out, counted and"
                        + " shown."
            },
            footer = {
                "  champion features compute --input bars.csv",
                "  champion features compute --input bars.csv --set mine.yaml"
            })
    int compute(
            @Option(
                            names = "--input",
                            required = true,
                            paramLabel = "FILE",
                            description = "The bars.")
                    Path input,
            @Option(
                            names = "--set",
                            paramLabel = "FILE",
                            description =
                                    "The feature set; without it, features_equity_indicators,"
                                            + " which the lake has too.")
                    Path set)
            throws IOException {
        FeatureSet features = set == null ? FeatureSet.standard() : FeatureSet.read(set);
        BarFile bars = BarFile.read(input);
        bars.tell(context.console());
        print(features, bars);
        if (bars.size() == 0) {
            throw new UserException(ExitCode.INPUT, "There are no bars in " + input + ".");
        }
        return bars.rejected() == 0 ? ExitCode.OK : ExitCode.INPUT;
    }

    private void print(FeatureSet features, BarFile bars) throws IOException {
        Map<String, double[]> states = new HashMap<>();
        double[] values = new double[features.columns().size()];
        Bar bar = new Bar();
        CsvWriter csv =
                CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(context.console().out());
        List<String> header = new ArrayList<>();
        header.add(bars.timeColumn());
        if (bars.hasSymbols()) {
            header.add("symbol");
        }
        header.addAll(features.columns());
        csv.writeRecord(header);
        String[] row = new String[header.size()];
        for (int i = 0; i < bars.size(); i++) {
            bars.fill(i, bar);
            double[] state = states.computeIfAbsent(bars.symbol(i), symbol -> features.newState());
            features.step(bar, state, values);
            int column = 0;
            row[column++] = bars.time(i);
            if (bars.hasSymbols()) {
                row[column++] = bars.symbol(i);
            }
            for (double value : values) {
                row[column++] = text(value);
            }
            csv.writeRecord(row);
        }
        csv.flush();
    }

    /** The digits that it takes to read the same number again. */
    private static String text(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < WHOLE
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Command(
            description =
                    "List the indicators: what each is, the parameters it takes with their"
                            + " defaults, and how many bars it takes until it is known; or what"
                            + " can be given to the parameters of one.",
            footer = {"  champion features list", "  champion features list stochastic"})
    int list(
            @Parameters(
                            paramLabel = "INDICATOR",
                            arity = "0..1",
                            description = "Tells what its parameters take.")
                    String name) {
        List<IndicatorInfo> indicators = IndicatorInfo.all();
        if (name == null) {
            listAll(indicators);
            return ExitCode.OK;
        }
        IndicatorInfo indicator =
                indicators.stream()
                        .filter(known -> known.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                ExitCode.USAGE,
                                                "There is no indicator '"
                                                        + name
                                                        + "'; 'champion features list' shows"
                                                        + " them."));
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {"parameter", "default", "takes"},
                        new String[] {"String", "String", "String"});
        indicator
                .parameters()
                .forEach(
                        parameter ->
                                table.add(
                                        parameter.name(),
                                        parameter.byDefault(),
                                        parameter.takes()));
        table.end();
        return ExitCode.OK;
    }

    private void listAll(List<IndicatorInfo> indicators) {
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {
                            "indicator", "what it is", "outputs", "warm-up", "parameters"
                        },
                        new String[] {"String", "String", "String", "Int32", "String"});
        for (IndicatorInfo indicator : indicators) {
            table.add(
                    indicator.name(),
                    indicator.description(),
                    indicator.outputs().stream()
                            .map(output -> output.isEmpty() ? "." : output)
                            .collect(Collectors.joining(", ")),
                    Integer.toString(indicator.warmUp()),
                    indicator.parameters().stream()
                            .map(parameter -> parameter.name() + ": " + parameter.byDefault())
                            .collect(Collectors.joining(", ")));
        }
        table.end();
    }
}
