package io.champion.cli;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.ClickHouse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists datasets and how much of each there is. */
@Command(
        name = "tables",
        description = "List the datasets with what the lake and the warehouse hold of each.",
        footer = {
            "  champion tables",
            "  champion tables --all                 (those without rows as well)"
        })
final class TablesCommand implements Callable<Integer> {

    private final Context context;

    @Mixin private WarehouseMixin warehouse;

    @Option(names = "--all", description = "List datasets without rows, too.")
    private boolean all;

    TablesCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        JobConfig config = context.config(warehouse.overrides());
        Map<String, Long> rows;
        try (Warehouse open = Warehouse.open(config)) {
            rows = rows(open.clickHouse());
        }
        TablePrinter table =
                new TablePrinter(
                        context.console(),
                        new String[] {
                            "dataset", "partitions", "rows", "size", "table", "rows in warehouse"
                        },
                        new String[] {"String", "Int64", "Int64", "Int64", "String", "Int64"});
        Path lake = Path.of(Home.of(config).lake());
        int shown = 0;
        for (Dataset dataset : Datasets.sorted()) {
            LakeFiles.Size size = LakeFiles.sizeOf(lake, dataset);
            Long stored = rows.get(dataset.table());
            if (all || size.partitions() > 0 || (stored != null && stored > 0)) {
                shown++;
                table.add(
                        dataset.id(),
                        Text.number(size.partitions()),
                        Text.number(size.rows()),
                        Text.bytes(size.bytes()),
                        dataset.table(),
                        stored == null ? null : Text.number(stored));
            }
        }
        if (shown == 0) {
            context.console()
                    .err()
                    .println(
                            "Nothing has been ingested into "
                                    + Home.of(config).root()
                                    + " yet. Try 'champion demo', or list all datasets with"
                                    + " --all.");
        } else {
            table.end();
        }
        return ExitCode.OK;
    }

    /** Rows of every table of the database; tables that do not exist are missing. */
    static Map<String, Long> rows(ClickHouse clickHouse) {
        Map<String, Long> rows = new HashMap<>();
        String sql =
                "SELECT name, toInt64(ifNull(total_rows, 0)) AS n FROM system.tables WHERE"
                        + " database = "
                        + ClickHouse.literal(clickHouse.config().database());
        for (GenericRecord row : clickHouse.query(sql)) {
            rows.put(row.getString("name"), row.getLong("n"));
        }
        return rows;
    }
}
