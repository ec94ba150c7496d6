package io.champion.cli;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.avro.Schema;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a dataset's contract. */
@Command(
        name = "describe",
        description = "Show a dataset's contract: columns, types, units, and where its rows lie.",
        footer = {
            "  champion describe normalized.equity_ohlc",
            "  champion describe normalized_equity_ohlc     (its table means the same)"
        })
final class DescribeCommand implements Callable<Integer> {

    private final Context context;

    @Parameters(
            paramLabel = "DATASET",
            completionCandidates = DatasetNames.class,
            description = "A dataset, or its table.")
    private String name;

    DescribeCommand(Context context) {
        this.context = context;
    }

    /** For shell completion. */
    static final class DatasetNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Datasets.sorted().stream().map(Dataset::id).iterator();
        }
    }

    @Override
    public Integer call() {
        Dataset dataset = Datasets.find(name);
        Console console = context.console();
        console.println(console.bold(dataset.id()) + "  " + dataset.schema().getDoc());
        console.println("");
        console.println("lake       " + Datasets.glob(dataset));
        console.println(
                "warehouse  "
                        + dataset.table()
                        + (dataset.tablePartition().equals("none")
                                ? ""
                                : ", partitioned by " + dataset.tablePartition()));
        console.println("record     " + dataset.schema().getFullName());
        console.println("");

        List<Column> columns = TypeMapping.columns(dataset.schema());
        MessageType parquet = TypeMapping.parquet(dataset.schema());
        String text = "String";
        TablePrinter table =
                new TablePrinter(
                        console,
                        new String[] {
                            "column", "null", "Avro", "Parquet", "ClickHouse", "what it is"
                        },
                        new String[] {text, text, text, text, text, text});
        for (Column column : columns) {
            Schema.Field field = dataset.schema().getField(column.name());
            table.add(
                    column.name(),
                    column.type().nullable() ? "yes" : "no",
                    avro(field.schema()),
                    parquet(parquet.getType(column.name())),
                    TypeMapping.clickHouse(notNull(column.type())),
                    field.doc() == null ? "" : field.doc());
        }
        table.end();
        return ExitCode.OK;
    }

    private static ColumnType notNull(ColumnType type) {
        return new ColumnType(
                type.kind(), false, type.size(), type.precision(), type.scale(), type.children());
    }

    private static String avro(Schema schema) {
        if (schema.getType() == Schema.Type.UNION) {
            return schema.getTypes().stream()
                    .filter(branch -> branch.getType() != Schema.Type.NULL)
                    .map(DescribeCommand::avro)
                    .findFirst()
                    .orElse("null");
        }
        String logical = schema.getProp("logicalType");
        return switch (schema.getType()) {
            case MAP -> "map of " + avro(schema.getValueType());
            case ARRAY -> "array of " + avro(schema.getElementType());
            case RECORD, ENUM, FIXED -> schema.getName();
            default -> logical == null ? schema.getType().getName() : logical;
        };
    }

    private static String parquet(Type type) {
        String logical =
                type.getLogicalTypeAnnotation() == null
                        ? ""
                        : " " + type.getLogicalTypeAnnotation();
        return type.isPrimitive()
                ? type.asPrimitiveType().getPrimitiveTypeName() + logical
                : "group" + logical;
    }
}
