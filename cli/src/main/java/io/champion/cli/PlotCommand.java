package io.champion.cli;

import io.champion.cli.plot.Plot;
import io.champion.cli.plot.PlottedFeatures;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureComputeOptions;
import io.champion.features.FeatureInputException;
import io.champion.features.InstrumentBars;
import io.champion.indicators.Bar;
import io.champion.indicators.FeatureSet;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws bars and indicators. */
@Command(
        name = "plot",
        description = {
            "Draw candles, volume and indicators of a symbol, as an image (PNG) and as a page"
                    + " (HTML) that needs no network.",
            "The bars are the lake's, or those of a csv file; the indicators are computed of all"
                    + " bars up to --to, so that they are known from --from on."
        },
        footer = {
            "  champion plot RELIANCE",
            "      The last year in RELIANCE_1d_adjusted.png, all of it in the .html.",
            "  champion plot RELIANCE --from 2025-01-01 --indicators ema_21,bb,supertrend,rsi_7,adx",
            "      Features and groups of the set, and any indicator with windows of your own.",
            "  champion plot INFY --indicators bollinger_20_2.5,rsi:window=7:smoothing=sma"
                    + " --output infy.html",
            "  champion plot TCS --interval 1m --from 2025-06-18 --indicators vwap",
            "  champion plot --input bars.csv --indicators trend,macd"
        })
final class PlotCommand implements Callable<Integer> {

    /** Without those of volume, which have their names from the standard set alone. */
    private static final String USUAL = "sma_20,sma_50,sma:source=volume:window=20,rsi_14,macd";

    private static final Pattern SIZE = Pattern.compile("(\\d{3,4})x(\\d{3,4})");

    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long SECONDS_PER_DAY = 86_400;

    private final Context context;

    @Parameters(
            arity = "0..1",
            paramLabel = "SYMBOL",
            description =
                    "The symbol, or exchange:symbol:series where there are several; of a file with"
                            + " one symbol it need not be given.")
    private String symbol;

    @Option(names = "--from", paramLabel = "DATE", description = "First day to show.")
    private LocalDate from;

    @Option(names = "--to", paramLabel = "DATE", description = "Last day to show.")
    private LocalDate to;

    @Option(
            names = "--indicators",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Features or groups of the set, or indicators such as ema_50; default "
                            + USUAL
                            + ", or all of --set.")
    private List<String> indicators;

    @Option(names = "--set", paramLabel = "FILE", description = "A feature set of your own.")
    private Path set;

    @Option(
            names = "--interval",
            paramLabel = "LENGTH",
            description = "Length of the bars: 1d, or 1m and so on of ticks' bars.")
    private String interval;

    @Option(names = "--raw", description = "Prices as traded, not adjusted for actions.")
    private boolean raw;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "A csv file of bars, as 'features compute' takes it, and not the lake.")
    private Path input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Where to write, as .png or .html; may be given twice. Default: both, in the"
                            + " working directory, named after what is shown.")
    private List<Path> output;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            defaultValue = "1600x1000",
            description = "Pixels of the image; default ${DEFAULT-VALUE}.")
    private String size;

    @Mixin private IngestCommand.JobMixin job;

    PlotCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        Matcher pixels = SIZE.matcher(size);
        if (!pixels.matches()) {
            throw usage("--size is '" + size + "'; give it as 1600x1000, of 100 to 9999 each.");
        }
        if (from != null && to != null && from.isAfter(to)) {
            throw usage("--from " + from + " is after --to " + to + ".");
        }
        for (Path file : output == null ? List.<Path>of() : output) {
            if (!file.toString().toLowerCase(Locale.ROOT).matches(".+\\.(png|html?)")) {
                throw usage(
                        "--output is '" + file + "'; name a file that ends with .png or .html.");
            }
        }
        FeatureSet features = features();
        Plot plot;
        String stem;
        if (input != null) {
            BarFile bars = BarFile.read(input);
            bars.tell(context.console());
            String shown = symbolOf(bars);
            stem = shown.isEmpty() ? stem(input) : shown;
            plot = plot(bars, shown, features);
        } else {
            InstrumentBars bars = lakeBars();
            boolean daily = isDaily();
            stem = bars.symbol() + "_" + (daily ? "1d" : interval) + (daily ? suffix() : "");
            plot = plot(bars, features);
        }
        if (plot.size() == 0) {
            throw new UserException(
                    ExitCode.INPUT,
                    "There are no bars"
                            + (from == null ? "" : " from " + from)
                            + (to == null ? "" : " up to " + to)
                            + " of "
                            + Text.printable(stem)
                            + ".");
        }
        List<Path> files = output != null ? output : files(stem);
        write(plot, files, pixels);
        return ExitCode.OK;
    }

    private void write(Plot plot, List<Path> files, Matcher pixels) {
        try {
            plot.write(
                    files,
                    from != null,
                    Integer.parseInt(pixels.group(1)),
                    Integer.parseInt(pixels.group(2)));
        } catch (IOException e) {
            throw new UserException(
                    ExitCode.FAILED, "The chart cannot be written: " + Failures.explain(e), e);
        }
        files.forEach(file -> context.console().out().println(file));
    }

    private FeatureSet features() {
        FeatureSet named = set == null ? FeatureSet.standard() : FeatureSet.read(set);
        if (indicators == null && set != null) {
            return named;
        }
        return PlottedFeatures.of(
                indicators == null ? List.of(USUAL.split(",")) : indicators, named);
    }

    private InstrumentBars lakeBars() throws Exception {
        if (symbol == null) {
            throw usage("Name a symbol, such as 'champion plot RELIANCE', or a file with --input.");
        }
        List<String> overrides = new ArrayList<>(job.overrides());
        if (raw) {
            overrides.add(FeatureComputeOptions.PRICES.key() + "=raw");
        }
        if (interval != null) {
            overrides.add(FeatureComputeOptions.INTERVAL.key() + "=" + interval);
        }
        JobConfig config = context.config(FeatureComputeJob.OPTIONS, job.file(), overrides);
        List<InstrumentBars> found;
        try {
            found = InstrumentBars.read(config, symbol, to);
        } catch (FeatureInputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        }
        if (found.size() > 1) {
            context.console()
                    .err()
                    .println(
                            "Shown is "
                                    + found.get(0).instrument()
                                    + "; there are also "
                                    + found.stream()
                                            .skip(1)
                                            .map(InstrumentBars::instrument)
                                            .collect(Collectors.joining(", "))
                                    + ".");
        }
        return found.get(0);
    }

    private boolean isDaily() {
        return interval == null || interval.equals("1d");
    }

    private String suffix() {
        return raw ? "_raw" : "_adjusted";
    }

    private Plot plot(InstrumentBars bars, FeatureSet features) {
        boolean daily = isDaily();
        List<String> facts = new ArrayList<>();
        facts.add(bars.instrument());
        facts.add(daily ? "daily" : interval + " bars");
        if (daily) {
            facts.add(raw ? "prices as traded" : "adjusted for corporate actions");
        } else {
            facts.add("times of " + bars.zone().getId());
        }
        Plot plot = new Plot(bars.symbol(), facts, features);
        boolean seconds =
                bars.bars().stream().anyMatch(bar -> bar.time / NANOS_PER_SECOND % 60 != 0);
        for (Bar bar : bars.bars()) {
            long local = bar.session * SECONDS_PER_DAY;
            if (!daily) {
                Instant start = Instant.ofEpochSecond(0, bar.time);
                local =
                        start.getEpochSecond()
                                + bars.zone().getRules().getOffset(start).getTotalSeconds();
            }
            plot.add(bar, label(local, daily, seconds), local, isShown(bar.session));
        }
        return plot;
    }

    private Plot plot(BarFile bars, String shown, FeatureSet features) {
        String title = shown.isEmpty() ? input.getFileName().toString() : shown;
        List<String> facts = shown.isEmpty() ? List.of() : List.of(input.getFileName().toString());
        Plot plot = new Plot(title, facts, features);
        boolean daily = true;
        boolean seconds = false;
        for (int i = 0; i < bars.size(); i++) {
            daily &= bars.localSeconds(i) % SECONDS_PER_DAY == 0;
            seconds |= bars.localSeconds(i) % 60 != 0;
        }
        Bar bar = new Bar();
        for (int i = 0; i < bars.size(); i++) {
            if (bars.symbol(i).equalsIgnoreCase(shown)) {
                bars.fill(i, bar);
                long local = bars.localSeconds(i);
                if (to == null || bar.session <= to.toEpochDay()) {
                    plot.add(bar, label(local, daily, seconds), local, isShown(bar.session));
                }
            }
        }
        return plot;
    }

    private boolean isShown(int session) {
        return from == null || session >= from.toEpochDay();
    }

    private static String label(long local, boolean daily, boolean seconds) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC);
        return daily ? time.toLocalDate().toString() : time.format(seconds ? SECONDS : MINUTES);
    }

    /** The symbol to show of a file; empty where the file has none. */
    private String symbolOf(BarFile bars) {
        TreeSet<String> symbols = new TreeSet<>();
        for (int i = 0; i < bars.size(); i++) {
            symbols.add(bars.symbol(i));
        }
        if (symbols.isEmpty()) {
            throw new UserException(ExitCode.INPUT, "There are no bars in " + input + ".");
        }
        if (!bars.hasSymbols()) {
            if (symbol != null) {
                throw usage(input + " has no column 'symbol'; leave '" + symbol + "' away.");
            }
            return "";
        }
        if (symbol == null) {
            if (symbols.size() > 1) {
                throw usage(
                        input
                                + " has "
                                + symbols.size()
                                + " symbols; name one of them: "
                                + first(symbols)
                                + ".");
            }
            return symbols.first();
        }
        return symbols.stream()
                .filter(known -> known.equalsIgnoreCase(symbol))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UserException(
                                        ExitCode.INPUT,
                                        "There is no symbol '"
                                                + symbol
                                                + "' in "
                                                + input
                                                + "; there are "
                                                + first(symbols)
                                                + "."));
    }

    private static String first(TreeSet<String> symbols) {
        return symbols.stream().limit(10).map(Text::printable).collect(Collectors.joining(", "))
                + (symbols.size() > 10 ? ", ..." : "");
    }

    private static String stem(Path file) {
        return file.getFileName().toString().replaceFirst("(\\.csv)?(\\.gz)?$", "");
    }

    /** Files in the working directory, whatever signs the symbol has. */
    private static List<Path> files(String stem) {
        String safe = stem.replaceAll("[^A-Za-z0-9._&-]", "_").replaceFirst("^[.-]", "_");
        return List.of(Path.of(safe + ".png"), Path.of(safe + ".html"));
    }

    private static UserException usage(String problem) {
        return new UserException(ExitCode.USAGE, problem);
    }
}
