package io.champion.cli;

import io.champion.fetch.Bhavcopies;
import io.champion.fetch.BhavcopyKind;
import io.champion.fetch.FetchException;
import io.champion.fetch.FetchReport;
import io.champion.fetch.FlatFileKind;
import io.champion.fetch.FlatFileLayout;
import io.champion.fetch.FlatFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Gets files from where they are published. */
@Command(
        name = "fetch",
        description = {
            "Fetch files from where they are published.",
            "They go into the raw tier of the home, under their published names. What is there is"
                    + " not fetched again, unless it was published again; what broke off is taken up"
                    + " where it ended."
        },
        footer = {
            "  champion fetch bhavcopy --from 2025-06-02",
            "      Later runs need no date: they fetch what is new, and tell what is missing.",
            "  champion fetch flatfiles --kinds day,minute --from 2025-06-02 --dry-run",
            "      How much it would be."
        })
final class FetchCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    FetchCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** What all fetches are told. */
    static final class What {

        @Option(
                names = "--from",
                paramLabel = "DATE",
                description =
                        "First day, as 2025-06-18; default the first that was fetched before.")
        private LocalDate from;

        @Option(names = "--to", paramLabel = "DATE", description = "Last day; default today.")
        private LocalDate to;

        @Option(
                names = "--again",
                description =
                        "Fetch again what 'champion retention' purged, and ask again for days that"
                                + " were found to be holidays.")
        private boolean again;

        @Option(names = "--dry-run", description = "Only say what would be fetched.")
        private boolean dryRun;

        @Option(
                names = "--format",
                defaultValue = "text",
                description = "text or json; default ${DEFAULT-VALUE}.")
        private FetchSummary.Format format;

        private LocalDate last(LocalDate today) {
            return to == null || to.isAfter(today) ? today : to;
        }
    }

    private interface Fetch {
        FetchReport run(Path home) throws IOException;
    }

    private int fetch(String tier, What what, Fetch fetch) throws IOException {
        Path home = Context.localHome(context.config(List.of()));
        Console console = context.console();
        console.progress("Looking for what is new ...");
        long start = System.nanoTime();
        FetchReport report;
        try {
            report = fetch.run(home);
        } catch (FetchException e) {
            throw FetchSummary.userException(e);
        } finally {
            console.endProgress();
        }
        FetchSummary summary =
                new FetchSummary(
                        home.resolve("raw").resolve(tier), report, System.nanoTime() - start);
        summary.print(console, what.format);
        return summary.exitCode();
    }

    @Command(
            description = {
                "Fetch flat files of US equities from an object store.",
                "Massive (Polygon) publishes trades, quotes and bars by minute and day, one file a"
                        + " day each, until 11:00 in New York on the day after; any store of S3's"
                        + " protocol that has the same keys will do.",
                "The keys of the store come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and"
                        + " AWS_SESSION_TOKEN), else from a profile in ~/.aws/credentials."
            },
            footer = {
                "  champion fetch flatfiles --kinds day,minute --from 2025-06-02",
                "  champion fetch flatfiles",
                "      What is new or was published again since.",
                "  champion fetch flatfiles --endpoint http://127.0.0.1:9000 --bucket market"
                        + " --layout ticker --symbols AAPL,MSFT --from 2024-01-01"
            })
    int flatfiles(
            @Option(
                            names = "--kinds",
                            paramLabel = "KIND",
                            split = ",",
                            description =
                                    "trades, quotes, minute, day; default those that were fetched"
                                            + " before.")
                    Set<FlatFileKind> kinds,
            @Mixin What what,
            @Option(
                            names = "--endpoint",
                            paramLabel = "URL",
                            defaultValue = "https://files.massive.com",
                            description = "The object store; default ${DEFAULT-VALUE}.")
                    URI endpoint,
            @Option(
                            names = "--bucket",
                            paramLabel = "NAME",
                            defaultValue = "flatfiles",
                            description = "Its bucket; default ${DEFAULT-VALUE}.")
                    String bucket,
            @Option(
                            names = "--prefix",
                            paramLabel = "PREFIX",
                            defaultValue = "us_stocks_sip",
                            description = "What all keys begin with; default ${DEFAULT-VALUE}.")
                    String prefix,
            @Option(
                            names = "--region",
                            paramLabel = "NAME",
                            defaultValue = "us-east-1",
                            description = "Its region; default ${DEFAULT-VALUE}.")
                    String region,
            @Option(
                            names = "--profile",
                            paramLabel = "NAME",
                            description =
                                    "Profile of the credentials file, in place of the environment.")
                    String profile,
            @Option(
                            names = "--layout",
                            defaultValue = "daily",
                            description =
                                    "daily: one file a day (PREFIX/trades_v1/2024/01/2024-01-02.csv.gz)."
                                            + " ticker: one per ticker and day"
                                            + " (PREFIX/trades/2024/01/02/AAPL.csv.gz). Default"
                                            + " ${DEFAULT-VALUE}.")
                    FlatFileLayout layout,
            @Option(
                            names = "--symbols",
                            paramLabel = "TICKER",
                            split = ",",
                            description = "With --layout ticker: these tickers alone.")
                    Set<String> symbols,
            @Option(
                            names = "--parallel",
                            paramLabel = "N",
                            defaultValue = "10",
                            description = "Files at a time; default ${DEFAULT-VALUE}.")
                    int parallel)
            throws IOException {
        http("--endpoint", endpoint);
        if (parallel < 1 || parallel > 100) {
            throw usage("--parallel is " + parallel + ", but has to be from 1 to 100.");
        }
        if (symbols != null && layout != FlatFileLayout.TICKER) {
            throw usage("--symbols needs --layout ticker: a file a day has all tickers.");
        }
        String plainPrefix = prefix.replaceAll("^/+|/+$", "");
        if (!plainPrefix.matches("[A-Za-z0-9][A-Za-z0-9._/-]*") || plainPrefix.contains("..")) {
            throw usage("--prefix is '" + prefix + "', which cannot be the folder of a key.");
        }
        Clock clock = Clock.systemUTC();
        FlatFiles.Wanted wanted =
                new FlatFiles.Wanted(
                        kinds == null ? Set.of() : kinds,
                        layout,
                        symbols == null ? Set.of() : symbols,
                        what.from,
                        what.last(FlatFiles.today(clock)),
                        what.again,
                        what.dryRun);
        FlatFiles.Source source =
                new FlatFiles.Source(
                        endpoint,
                        region,
                        bucket,
                        plainPrefix,
                        S3Credentials.of(context.environment(), profile));
        FlatFiles.Manners manners =
                new FlatFiles.Manners(
                        parallel,
                        FlatFiles.Manners.DEFAULT.retries(),
                        FlatFiles.Manners.DEFAULT.timeout());
        return fetch(
                FlatFiles.TIER,
                what,
                home ->
                        FlatFiles.fetch(
                                home,
                                source,
                                wanted,
                                manners,
                                clock,
                                new FetchMeter(context.console())));
    }

    @Command(
            description = {
                "Fetch the daily files of NSE and BSE.",
                "One request at a time, a second apart. Weekends and the holidays that have a fixed"
                        + " date are not asked for; other holidays are told by the answer. Files of"
                        + " the last week are asked for again, in case they were published again."
            },
            footer = {
                "  champion fetch bhavcopy --from 2025-06-02",
                "  champion fetch bhavcopy --kinds nse-cm,nse-sec",
                "  champion fetch bhavcopy --from 2025-02-01 --to 2025-02-01 --all-days",
                "      A session on a Saturday."
            })
    int bhavcopy(
            @Option(
                            names = "--kinds",
                            paramLabel = "KIND",
                            split = ",",
                            converter = KindConverter.class,
                            defaultValue = "nse-cm,nse-fo,nse-sec,bse-cm,bse-fo",
                            description =
                                    "nse-cm, nse-fo, bse-cm, bse-fo: UDiFF, cash and derivatives;"
                                            + " nse-sec: sec_bhavdata_full. Default all.")
                    List<BhavcopyKind> kinds,
            @Mixin What what,
            @Option(names = "--all-days", description = "Ask for weekends and holidays too.")
                    boolean allDays,
            @Option(
                            names = "--recheck",
                            paramLabel = "DAYS",
                            defaultValue = "7",
                            description =
                                    "Ask again for files of this many last days; default"
                                            + " ${DEFAULT-VALUE}.")
                    int recheck,
            @Option(
                            names = "--nse",
                            paramLabel = "URL",
                            description = "Where NSE publishes; default " + NSE + ".")
                    URI nse,
            @Option(
                            names = "--bse",
                            paramLabel = "URL",
                            description = "Where BSE publishes; default " + BSE + ".")
                    URI bse,
            @Option(
                            names = "--user-agent",
                            paramLabel = "TEXT",
                            description =
                                    "What to introduce ourselves as; both exchanges refuse what does"
                                            + " not begin like a browser.")
                    String userAgent,
            @Option(
                            names = "--interval",
                            paramLabel = "SECONDS",
                            defaultValue = "1",
                            description = "From one request to the next; default ${DEFAULT-VALUE}.")
                    double interval)
            throws IOException {
        if (!(interval >= 0 && interval <= 3600)) {
            throw usage("--interval is " + interval + ", but has to be from 0 to 3600.");
        }
        if (recheck < 0) {
            throw usage("--recheck is " + recheck + ", but has to be 0 or more.");
        }
        Bhavcopies.Manners usual = Bhavcopies.Manners.DEFAULT;
        Map<String, URI> bases = new HashMap<>(usual.bases());
        if (nse != null) {
            bases.put("NSE", http("--nse", nse));
        }
        if (bse != null) {
            bases.put("BSE", http("--bse", bse));
        }
        Bhavcopies.Manners manners =
                new Bhavcopies.Manners(
                        bases,
                        userAgent == null ? usual.userAgent() : userAgent,
                        Duration.ofMillis(Math.round(interval * 1000)),
                        usual.retries(),
                        usual.timeout(),
                        usual.maxBytes());
        Clock clock = Clock.systemUTC();
        Bhavcopies.Wanted wanted =
                new Bhavcopies.Wanted(
                        EnumSet.copyOf(new LinkedHashSet<>(kinds)),
                        what.from,
                        what.last(Bhavcopies.today(clock)),
                        allDays,
                        recheck,
                        what.again,
                        what.dryRun);
        return fetch(
                Bhavcopies.TIER,
                what,
                home ->
                        Bhavcopies.fetch(
                                home,
                                wanted,
                                manners,
                                new BhavcopyInspector(),
                                clock,
                                new FetchMeter(context.console())));
    }

    private static final String NSE = "https://nsearchives.nseindia.com";
    private static final String BSE = "https://www.bseindia.com";

    /** The URL, with a slash at its end. */
    private static URI http(String option, URI uri) {
        boolean sound =
                uri.getHost() != null
                        && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                        && uri.getUserInfo() == null
                        && uri.getQuery() == null;
        if (!sound) {
            throw usage(
                    option
                            + " is no URL such as https://files.example.com, or has more in it than"
                            + " a server and a path.");
        }
        return uri.getPath().endsWith("/") ? uri : URI.create(uri + "/");
    }

    private static UserException usage(String message) {
        return new UserException(ExitCode.USAGE, message);
    }

    /** {@code nse-cm} to its constant. */
    static final class KindConverter implements ITypeConverter<BhavcopyKind> {

        @Override
        public BhavcopyKind convert(String text) {
            return Arrays.stream(BhavcopyKind.values())
                    .filter(kind -> kind.id().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "'"
                                                    + text
                                                    + "' is none of "
                                                    + Arrays.stream(BhavcopyKind.values())
                                                            .map(BhavcopyKind::id)
                                                            .collect(Collectors.joining(", "))));
        }
    }
}
