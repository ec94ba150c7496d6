package io.champion.cli;

import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.ClickHouse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs SQL over warehouse and lake. */
@Command(
        name = "query",
        description = {
            "Run SQL over the warehouse's tables and the lake's files.",
            "Tables of the warehouse need no prefix; 'lake.' before a table's name reads the"
                    + " Parquet files of the same dataset instead."
        },
        footer = {
            "  champion query \"SELECT symbol, close, volume FROM normalized_equity_ohlc LIMIT 5\"",
            "  champion query \"SELECT count() FROM lake.normalized_equity_ohlc\"",
            "  champion query --format csv \"SELECT * FROM symbol_master\" > symbols.csv",
            "  champion query \"SHOW TABLES\""
        })
final class QueryCommand implements Callable<Integer> {

    /** What the answer looks like. */
    enum Format {
        TABLE(TableOutput.FORMAT),
        CSV("CSVWithNames"),
        JSON("JSONEachRow");

        private final String clickHouse;

        Format(String clickHouse) {
            this.clickHouse = clickHouse;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern OWN_FORMAT =
            Pattern.compile(
                    "\\bFORMAT\\s+\\w+\\s*(?:\\bSETTINGS\\b[^;]*)?[\\s;]*\\z",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern ANSWERS_ROWS =
            Pattern.compile(
                    "\\s*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN|FROM|\\()\\b?.*",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Context context;

    @Option(
            names = "--format",
            defaultValue = "table",
            description =
                    "table, csv (with a header line) or json (one object a line); default"
                            + " ${DEFAULT-VALUE}. A FORMAT clause in the statement wins.")
    private Format format;

    @Mixin private WarehouseMixin warehouse;

    @Parameters(paramLabel = "SQL", description = "One statement in ClickHouse's SQL.")
    private String sql;

    QueryCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        JobConfig config = context.config(warehouse.overrides());
        try (Warehouse open = Warehouse.open(config)) {
            prepare(open, config);
            long start = System.nanoTime();
            if (OWN_FORMAT.matcher(sql).find() || !ANSWERS_ROWS.matcher(sql).matches()) {
                open.clickHouse().query(sql, "TabSeparated", context.console().rawOut());
            } else if (format == Format.TABLE) {
                printTable(open.clickHouse(), start);
            } else {
                open.clickHouse().query(sql, format.clickHouse, context.console().rawOut());
            }
            context.console().rawOut().flush();
        }
        return ExitCode.OK;
    }

    private void prepare(Warehouse open, JobConfig config) {
        if (open.isEmbedded()) {
            ClickHouse clickHouse = open.clickHouse();
            String lake = Home.of(config).lake();
            if (lake.contains("://")) {
                context.console()
                        .err()
                        .println(
                                "The lake is at "
                                        + lake
                                        + ", where the embedded engine cannot read it.");
            } else {
                LakeViews.refresh(clickHouse, Path.of(lake));
            }
        }
    }

    private void printTable(ClickHouse clickHouse, long start) throws IOException {
        try (TableOutput table = new TableOutput(context.console())) {
            clickHouse.query(sql, format.clickHouse, table);
            long rows = table.end();
            context.console()
                    .err()
                    .println(
                            context.console()
                                    .dim(
                                            Text.count(rows, "row")
                                                    + " in "
                                                    + Text.seconds(System.nanoTime() - start)));
        }
    }
}
