package io.champion.jdbc;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/** Lets through the rows that the table takes, and counts the others by what is wrong. */
final class CheckRows extends RichFlatMapFunction<Row, Row> implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    /** What it counts: rows that come, and those let through. */
    static final String READ = "read";

    static final String WRITTEN = "written";

    /** Why a row is refused. */
    enum Reason {
        /** PostgreSQL's texts cannot hold the character of code 0. */
        NUL_CHARACTER,
        NULL_VALUE,
        TOO_LONG;

        /** Name of the counter and of the example. */
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }

        String counter() {
            return "rejected." + id();
        }

        String example() {
            return "example." + id();
        }
    }

    /**
     * What the table asks of a column's values.
     *
     * @param nullable whether null can be stored
     * @param maxLength of text, in characters; 0 without a bound
     */
    record Limit(boolean nullable, int maxLength) implements Serializable {}

    private final List<ExportColumn> columns;
    private final List<Limit> limits;
    private final int[] key;

    private transient Tally tally;

    /**
     * @param limits of each column
     * @param key positions of the columns that tell a person which row it is
     */
    CheckRows(List<ExportColumn> columns, List<Limit> limits, int[] key) {
        this.columns = List.copyOf(columns);
        this.limits = List.copyOf(limits);
        this.key = key.clone();
    }

    @Override
    public void open(OpenContext context) {
        for (Reason reason : Reason.values()) {
            getRuntimeContext().addAccumulator(reason.example(), new Example());
        }
    }

    @Override
    public void flatMap(Row row, Collector<Row> out) {
        tally.counter(READ).add(1L);
        for (int i = 0; i < limits.size(); i++) {
            Reason reason = problem(row.getField(i), columns.get(i).type(), limits.get(i));
            if (reason != null) {
                tally.counter(reason.counter()).add(1L);
                getRuntimeContext()
                        .<String, String>getAccumulator(reason.example())
                        .add(sentence(row, i, reason));
                return;
            }
        }
        tally.counter(WRITTEN).add(1L);
        out.collect(row);
    }

    private static Reason problem(Object value, PgType type, Limit limit) {
        if (value == null) {
            return limit.nullable ? null : Reason.NULL_VALUE;
        }
        if (value instanceof String text) {
            if (text.indexOf('\0') >= 0 || type == PgType.JSON && text.contains("\\u0000")) {
                return Reason.NUL_CHARACTER;
            }
            return limit.maxLength > 0 && text.codePointCount(0, text.length()) > limit.maxLength
                    ? Reason.TOO_LONG
                    : null;
        }
        if (value instanceof String[] texts) {
            for (String text : texts) {
                if (text.indexOf('\0') >= 0) {
                    return Reason.NUL_CHARACTER;
                }
            }
        }
        return null;
    }

    private String sentence(Row row, int column, Reason reason) {
        StringBuilder which = new StringBuilder();
        for (int position : key) {
            which.append(which.isEmpty() ? "" : ", ")
                    .append(columns.get(position).name())
                    .append(" '")
                    .append(row.getField(position))
                    .append('\'');
        }
        String what =
                switch (reason) {
                    case NUL_CHARACTER -> "holds the character of code 0";
                    case NULL_VALUE -> "is null, which the table does not take";
                    case TOO_LONG ->
                            "is '%s', longer than the %d characters that the table takes"
                                    .formatted(row.getField(column), limits.get(column).maxLength);
                };
        return "%s of the row %s %s."
                .formatted(columns.get(column).name(), which, what)
                .replace('\0', '?');
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        List<String> outcomes = new ArrayList<>(List.of(WRITTEN));
        for (Reason reason : Reason.values()) {
            outcomes.add(reason.counter());
        }
        List<String> all = new ArrayList<>(outcomes);
        all.add(READ);
        tally = new Tally(getRuntimeContext(), context, all);
        LongCounter read = tally.counter(READ);
        if (read.getLocalValuePrimitive() == 0) {
            // Earlier releases counted what is read elsewhere.
            outcomes.forEach(name -> read.add(tally.counter(name).getLocalValuePrimitive()));
        }
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        tally.snapshot();
    }
}
