package io.champion.lake;

import io.champion.lake.test.Colour;
import io.champion.lake.test.EveryColumn;
import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.TestDataset;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;

/** Rows of all kinds of columns, and batches of the same rows. */
final class Batches {
    static final Dataset EVERY_COLUMN = TestDataset.of(EveryColumn.getClassSchema());
    static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    static final PartitionKey PARTITION = EVERY_COLUMN.partitionOf(DAY);

    private Batches() {}

    /** How often a column's values change, and how often there is none. */
    private enum Character {
        CONSTANT,
        RUNS,
        FEW,
        MANY
    }

    /** Values of one column, of a character of its own that may change on the way. */
    private static final class Column {
        private final Random random;
        private Character character;
        private double nulls;
        private int last;
        private boolean lastNull;

        Column(Random random) {
            this.random = random;
            change();
        }

        void change() {
            character = Character.values()[random.nextInt(Character.values().length)];
            nulls = new double[] {0, 0, 0.02, 0.5, 1}[random.nextInt(5)];
            next(1);
        }

        private void next(double chance) {
            if (random.nextDouble() < chance) {
                last = random.nextInt();
            }
            lastNull = random.nextDouble() < nulls;
        }

        void next() {
            switch (character) {
                case CONSTANT -> {}
                case RUNS -> {
                    if (random.nextInt(100) == 0) {
                        next(1);
                    }
                }
                case FEW -> {
                    next(1);
                    last = Math.floorMod(last, 20);
                }
                case MANY -> next(1);
            }
        }

        int value() {
            return last;
        }

        <V> V orNull(V value) {
            return lastNull ? null : value;
        }
    }

    /** Random rows; each call continues in new ways. */
    static List<SpecificRecordBase> rows(Random random, int count) {
        int fields = EVERY_COLUMN.schema().getFields().size();
        Column[] columns = new Column[fields];
        for (int i = 0; i < fields; i++) {
            columns[i] = new Column(random);
        }
        List<SpecificRecordBase> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            if (random.nextInt(3_000) == 0) {
                columns[random.nextInt(fields)].change();
            }
            for (Column column : columns) {
                column.next();
            }
            rows.add(row(columns));
        }
        return rows;
    }

    private static EveryColumn row(Column[] c) {
        return EveryColumn.newBuilder()
                .setABoolean(c[0].value() % 2 == 0)
                .setAnInt(c[1].value())
                .setALong(c[2].value() * 3_000_000_000L)
                .setAFloat(c[3].value() / 7f)
                .setADouble(c[4].value() % 1000 == 13 ? Double.NaN : c[4].value() / 100.0)
                .setAString(text(c[5].value()))
                .setAnEnum(colour(c[7].value()))
                .setDay(DAY)
                .setAMillis(Instant.ofEpochMilli(c[9].value() * 1_001L))
                .setAMicros(micros(c[10].value()))
                .setANanos(c[11].value() * 1_000_000_007L)
                .setMaybeBoolean(c[12].orNull(c[12].value() % 3 == 0))
                .setMaybeInt(c[13].orNull(c[13].value()))
                .setMaybeLong(c[14].orNull((long) c[14].value()))
                .setMaybeFloat(c[15].orNull(c[15].value() % 5 == 0 ? -0f : c[15].value()))
                .setMaybeDouble(c[16].orNull(c[16].value() % 5 == 0 ? -0.0 : c[16].value()))
                .setMaybeString(c[17].orNull(text(c[17].value())))
                .setMaybeEnum(c[18].orNull(colour(c[18].value())))
                .setMaybeDate(c[19].orNull(DAY.plusDays(c[19].value() % 10_000)))
                .setMaybeMillis(c[20].orNull(Instant.ofEpochMilli(c[20].value())))
                .setMaybeMicros(c[21].orNull(micros(c[21].value())))
                .setMaybeNanos(c[22].orNull((long) c[22].value()))
                .setInts(list(c[23].value(), 3).stream().map(Long::intValue).toList())
                .setDoubles(list(c[24].value(), 40).stream().map(n -> n / 8.0).toList())
                .setMaybeLongs(list(c[25].value(), 2))
                .build();
    }

    private static String text(int value) {
        return switch (Math.floorMod(value, 5)) {
            case 0 -> "";
            case 1 -> "\u20b9 " + value;
            default -> "text " + value;
        };
    }

    private static Colour colour(int value) {
        return Colour.values()[Math.floorMod(value, 3)];
    }

    private static Instant micros(int value) {
        return Instant.ofEpochSecond(value, Math.floorMod(value, 1_000_000) * 1_000L);
    }

    private static List<Long> list(int value, int longest) {
        List<Long> list = new ArrayList<>();
        for (int i = Math.floorMod(value, longest + 1); i > 0; i--) {
            list.add((long) value % 100 + i);
        }
        return list;
    }

    /** The same rows in batches of random sizes; columns of one value may be constants. */
    static List<ColumnBatch> of(
            Dataset dataset,
            PartitionKey partition,
            List<? extends SpecificRecordBase> rows,
            Random random,
            int largest) {
        List<ColumnBatch> batches = new ArrayList<>();
        for (int from = 0; from < rows.size(); ) {
            int to = Math.min(rows.size(), from + random.nextInt(largest + 1));
            batches.add(of(dataset, partition, rows.subList(from, to), random));
            from = to;
        }
        return batches;
    }

    private static ColumnBatch of(
            Dataset dataset,
            PartitionKey partition,
            List<? extends SpecificRecordBase> rows,
            Random random) {
        ColumnBatchBuilder builder = new ColumnBatchBuilder(dataset, rows.size() / 2);
        rows.forEach(builder::row);
        ColumnBatch batch = builder.build(partition);
        if (rows.isEmpty()) {
            return batch;
        }
        builder.row(rows.get(0));
        ColumnBatch first = builder.build(partition);
        Values[] columns = new Values[dataset.columns().size()];
        for (int i = 0; i < columns.length; i++) {
            int position = dataset.columns().get(i).position();
            Set<Object> distinct = new HashSet<>();
            rows.forEach(row -> distinct.add(row.get(position)));
            columns[i] =
                    distinct.size() == 1 && random.nextInt(4) > 0
                            ? new Constant(first.column(i))
                            : batch.column(i);
        }
        return new ColumnBatch(dataset, partition, rows.size(), columns);
    }
}
