package io.champion.runtime.exactlyonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.TypeMapping;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.CloseableIterator;

/** Holds lake and warehouse against what {@link KnownRows} says, row for row. */
final class Equality {
    private final ClickHouse clickHouse;
    private final ExactlyOnceJob.Options options;

    private Equality(ClickHouse clickHouse, ExactlyOnceJob.Options options) {
        this.clickHouse = clickHouse;
        this.options = options;
    }

    /** Asserts that the run has written every row of its stream once, and nothing else. */
    static void assertEachRowOnce(ExactlyOnceJob.Options options, ClickHouseConfig direct)
            throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(direct)) {
            Equality equality = new Equality(clickHouse, options);
            for (Dataset dataset : KnownRows.DATASETS) {
                // Read as a user reads it: without FINAL.
                equality.check("warehouse", dataset, clickHouse.table(dataset.table()));
                equality.check(
                        "lake",
                        dataset,
                        "file("
                                + ClickHouse.literal(
                                        options.lake()
                                                + "/"
                                                + dataset.layer().folder()
                                                + "/"
                                                + dataset.name()
                                                + "/**/*.parquet")
                                + ", Parquet)");
                equality.checkGaps(dataset);
            }
            assertThat(equality.rows("SELECT * FROM " + clickHouse.table("rejects")))
                    .as("rejects")
                    .isEmpty();
        }
        checkReader(options);
    }

    private void check(String where, Dataset dataset, String table) {
        String columns =
                TypeMapping.columns(dataset.schema()).stream()
                        .map(
                                column ->
                                        "CAST("
                                                + column.name()
                                                + " AS "
                                                + TypeMapping.clickHouse(column.type())
                                                + ") AS "
                                                + column.name())
                        .collect(Collectors.joining(", "));
        String actual = "SELECT " + columns + " FROM " + table + " AS stored";
        String expected =
                "SELECT "
                        + columns
                        + " FROM ("
                        + KnownRows.sql(dataset, options.rows())
                        + ") AS known";
        String what = dataset + " in the " + where;
        assertThat(
                        rows(
                                "SELECT event_id, count() AS times FROM ("
                                        + actual
                                        + ") GROUP BY event_id HAVING times > 1"))
                .as("rows of %s that were written more than once", what)
                .isEmpty();
        assertThat(rows(expected + " EXCEPT " + actual)).as("rows that %s lacks", what).isEmpty();
        assertThat(rows(actual + " EXCEPT " + expected))
                .as("rows that %s should not have", what)
                .isEmpty();
        assertThat(rows(fingerprint(actual)))
                .as("fingerprint of %s", what)
                .isEqualTo(rows(fingerprint(expected)));
    }

    /** Counts and hashes all rows and all their columns, in whatever order and with duplicates. */
    private static String fingerprint(String query) {
        return "SELECT count() AS rows, sum(cityHash64(toString(tuple(*)))) AS hash FROM ("
                + query
                + ")";
    }

    private void checkGaps(Dataset dataset) {
        String number = dataset == KnownRows.BARS ? "toInt64(trade_date)" : "sequence_number";
        assertThat(
                        rows(
                                "SELECT symbol, min("
                                        + number
                                        + ") AS first, max("
                                        + number
                                        + ") AS last, count() AS rows FROM "
                                        + clickHouse.table(dataset.table())
                                        + " GROUP BY symbol HAVING rows != last - first + 1"))
                .as("symbols of %s with gaps", dataset)
                .isEmpty();
    }

    /** Up to a few rows, to be read by a person. */
    private String rows(String query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        clickHouse.query("SELECT * FROM (" + query + ") LIMIT 5", "JSONEachRow", out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void checkReader(ExactlyOnceJob.Options options) throws Exception {
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(options.lake().toUri()));
        BitSet seen = new BitSet();
        for (PartitionKey partition : KnownRows.partitions(options.rows())) {
            long rows = 0;
            try (CloseableIterator<SpecificRecordBase> read = reader.read(partition)) {
                while (read.hasNext()) {
                    SpecificRecordBase row = read.next();
                    long index = KnownRows.index(row);
                    assertThat(row).isEqualTo(KnownRows.row(index));
                    assertThat(seen.get((int) index)).as("row %s came before", index).isFalse();
                    seen.set((int) index);
                    rows++;
                }
            }
            assertThat(reader.rows(partition)).as("rows in %s", partition).isEqualTo(rows);
        }
        assertThat(seen.cardinality()).as("rows in the lake").isEqualTo((int) options.rows());
    }
}
