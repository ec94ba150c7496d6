package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.IngestReport;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the whole platform in one go. */
@Command(
        name = "demo",
        description = {
            "Ingest a generated exchange month, or files of your own, and look around.",
            "Everything runs on this machine: Flink inside this process, ClickHouse beside it."
        },
        footer = {
            "  champion demo",
            "  champion demo --input ~/Downloads/bhavcopy",
            "  champion demo --home /tmp/demo"
        })
final class DemoCommand implements Callable<Integer> {

    private static final YearMonth MONTH = YearMonth.of(2025, 9);
    private static final int COMPANIES = 2200;
    private static final long SEED = 2025;

    private final Context context;

    @Mixin private InputMixin input;

    @Mixin private WarehouseMixin warehouse;

    DemoCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        List<String> overrides = new ArrayList<>(input.overrides());
        overrides.addAll(warehouse.overrides());
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, null, overrides);
        Console console = context.console();
        Path home = Context.localHome(config);
        if (!input.isGiven()) {
            overrides.add(InputMixin.override(List.of(generate(home).toString())));
        }
        try (LocalRun run = LocalRun.start(context, config)) {
            IngestReport report = run.bhavcopy(null, overrides);
            console.println(console.bold("What happened"));
            console.out().print(report.summary());
            double seconds = report.took().toMillis() / 1000.0;
            console.println(
                    "%-46s %,14.0f"
                            .formatted("rows a second", report.accounting().rowsRead() / seconds));
            Tour.show(console, run.warehouse(), Home.of(config));
            return ExitCode.OK;
        }
    }

    private Path generate(Path home) throws IOException {
        Path folder = home.resolve("demo-input");
        if (!Files.exists(folder) && Files.exists(home.resolve("lake"))) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The home "
                            + home
                            + " holds data of yours, which generated data should not mix with;"
                            + " give the demo a home of its own: champion demo --home"
                            + " .champion-demo.");
        }
        ExchangeMonth.Month month = ExchangeMonth.write(folder, MONTH, COMPANIES, SEED);
        Console console = context.console();
        console.println(
                "Made up an exchange: %s, %s, %s in %s below %s,"
                        .formatted(
                                Text.number(month.securities()) + " securities",
                                Text.count(month.sessions().size(), "session"),
                                Text.count(month.rows(), "row"),
                                Text.count(month.files().size() + 1, "file"),
                                folder));
        console.println(
                "with "
                        + Text.count(month.spoilt().size(), "row")
                        + " that cannot be right, a file twice, a stale one, and one published"
                        + " again with corrections.");
        console.println("");
        console.flush();
        return folder;
    }
}
