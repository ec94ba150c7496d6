package io.champion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Shows what a home holds. */
@Command(
        name = "status",
        description =
                "Show the home: what it holds, whether its warehouse answers, and how its last runs"
                        + " ended.",
        footer = "  champion status --home /data/champion")
final class StatusCommand implements Callable<Integer> {

    private static final int RUNS_SHOWN = 10;

    private final Context context;

    StatusCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        JobConfig config = context.config(List.of());
        Home home = Home.of(config);
        Console console = context.console();
        Path lake = Path.of(home.lake());
        LakeFiles.Size size = new LakeFiles.Size(0, 0, 0);
        for (Dataset dataset : Datasets.sorted()) {
            size = size.plus(LakeFiles.sizeOf(lake, dataset));
        }
        console.println("home       " + home.root());
        console.println(
                "lake       "
                        + home.lake()
                        + ": "
                        + Text.count(size.partitions(), "partition")
                        + ", "
                        + Text.count(size.rows(), "row")
                        + ", "
                        + Text.bytes(size.bytes()));
        int exitCode = printWarehouse(config);
        console.println(
                "broker     "
                        + Broker.running(Context.localHome(config))
                                .orElse("not running; commands that need it start it"));
        List<JsonNode> runs = Runs.latest(Path.of(home.runs()), RUNS_SHOWN);
        console.println("runs       " + home.runs() + (runs.isEmpty() ? ": none yet" : ""));
        if (!runs.isEmpty()) {
            console.println("");
            print(runs);
        }
        return exitCode;
    }

    /** The server that is configured, or else the embedded engine; starts neither. */
    private int printWarehouse(JobConfig config) throws IOException {
        Console console = context.console();
        if (config.getOptional(CommonOptions.WAREHOUSE_URL).isPresent()) {
            int exitCode = ExitCode.OK;
            ClickHouseConfig server = CommonOptions.warehouse(config);
            for (String url : server.urls()) {
                String problem = problem(server.withUrls(List.of(url)));
                console.println(
                        "warehouse  "
                                + url
                                + (problem == null
                                        ? ": answers"
                                        : ": does not answer: " + problem));
                exitCode = problem == null ? exitCode : ExitCode.UNAVAILABLE;
            }
            return exitCode;
        }
        Path store = Warehouse.store(config);
        console.println("warehouse  " + store + ": " + Text.bytes(sizeOf(store)));
        console.println(
                "engine     "
                        + EmbeddedClickHouse.running(store)
                                .map(
                                        engine ->
                                                engine.url()
                                                        + ", process "
                                                        + engine.pid()
                                                        + ", since "
                                                        + engine.since()
                                                                .truncatedTo(ChronoUnit.SECONDS))
                                .orElse("not running; commands that need it start it"));
        return ExitCode.OK;
    }

    /** Why a server does not answer, or null where it does. */
    private static String problem(ClickHouseConfig server) {
        try (ClickHouse clickHouse =
                ClickHouse.connect(
                        server.withDatabase("default")
                                .withTimeouts(server.connectTimeout(), server.connectTimeout()))) {
            clickHouse.queryLong("SELECT 1");
            return null;
        } catch (WarehouseException e) {
            return Failures.plain(e.getMessage());
        }
    }

    private void print(List<JsonNode> runs) {
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {
                            "run",
                            "status",
                            "sessions",
                            "rows read",
                            "rejected",
                            "duplicates",
                            "seconds"
                        },
                        new String[] {
                            "String", "String", "Int64", "Int64", "Int64", "Int64", "Float64"
                        });
        for (JsonNode run : runs) {
            table.add(
                    run.path("run_id").asText(),
                    run.path("status").asText(),
                    Text.number(run.path("sessions").asLong()),
                    Text.number(run.path("rows_read").asLong()),
                    Text.number(run.path("rows_rejected").asLong()),
                    Text.number(run.path("rows_duplicate").asLong()),
                    run.path("seconds").asText());
        }
        table.end();
    }

    private static long sizeOf(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            // Files of a running engine come and go.
            return files.map(Path::toFile).mapToLong(f -> f.isFile() ? f.length() : 0).sum();
        }
    }
}
