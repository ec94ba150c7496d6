package io.champion.runtime.exactlyonce;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.TypeMapping;
import io.champion.runtime.exactlyonce.KnownRows.Part;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.CloseableIterator;
import org.assertj.core.api.SoftAssertions;

/** Holds lake and warehouse against what {@link KnownRows} says, row for row. */
final class Equality {
    private final ClickHouse clickHouse;
    private final ExactlyOnceJob.Options options;
    private final List<Part> parts;
    private final SoftAssertions findings;

    private Equality(
            ClickHouse clickHouse,
            ExactlyOnceJob.Options options,
            List<Part> parts,
            SoftAssertions findings) {
        this.clickHouse = clickHouse;
        this.options = options;
        this.parts = parts;
        this.findings = findings;
    }

    /**
     * Asserts that both stores hold every row of the parts once, and nothing else.
     *
     * @param direct the warehouse without faults
     * @throws AssertionError if they do not; it says all that was found
     */
    static void check(ExactlyOnceJob.Options options, ClickHouseConfig direct, List<Part> parts)
            throws Exception {
        SoftAssertions findings = new SoftAssertions();
        try (ClickHouse clickHouse = ClickHouse.connect(direct)) {
            Equality equality = new Equality(clickHouse, options, parts, findings);
            for (Dataset dataset : KnownRows.DATASETS) {
                // Read as a user reads it: without FINAL.
                equality.check("warehouse", dataset, clickHouse.table(dataset.table()));
                equality.check("lake", dataset, equality.lakeFiles(dataset));
                equality.checkGaps(dataset);
            }
            findings.assertThat(equality.rows("SELECT * FROM " + clickHouse.table("rejects")))
                    .as("rejects")
                    .isEmpty();
            equality.checkReader();
        }
        findings.assertAll();
    }

    private String lakeFiles(Dataset dataset) {
        return "file("
                + ClickHouse.literal(
                        options.lake()
                                + "/"
                                + dataset.layer().folder()
                                + "/"
                                + dataset.name()
                                + "/**/*.parquet")
                + ", Parquet)";
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
                "SELECT " + columns + " FROM (" + KnownRows.sql(dataset, parts) + ") AS known";
        String what = dataset.id() + " in the " + where;
        findings.assertThat(
                        rows(
                                "SELECT event_id, count() AS times FROM ("
                                        + actual
                                        + ") GROUP BY event_id HAVING times > 1"))
                .as("rows of %s that were written more than once", what)
                .isEmpty();
        findings.assertThat(rows(expected + " EXCEPT " + actual))
                .as("rows that %s lacks", what)
                .isEmpty();
        findings.assertThat(rows(actual + " EXCEPT " + expected))
                .as("rows that %s should not have", what)
                .isEmpty();
        findings.assertThat(rows(fingerprint(actual)))
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
        for (Part part : parts) {
            findings.assertThat(
                            rows(
                                    "SELECT symbol, min("
                                            + number
                                            + ") AS first, max("
                                            + number
                                            + ") AS last, count() AS rows FROM "
                                            + clickHouse.table(dataset.table())
                                            + " WHERE source = "
                                            + ClickHouse.literal(part.source())
                                            + " GROUP BY symbol HAVING rows != last - first + 1"))
                    .as("symbols of %s in the warehouse with gaps", dataset.id())
                    .isEmpty();
        }
    }

    /** Up to a few rows, to be read by a person. */
    private String rows(String query) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        clickHouse.query("SELECT * FROM (" + query + ") LIMIT 5", "JSONEachRow", out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private void checkReader() throws Exception {
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(options.lake().toUri()));
        for (Part part : parts) {
            BitSet seen = new BitSet();
            for (PartitionKey partition : part.partitions()) {
                try {
                    findings.assertThat(read(reader, partition, part, seen))
                            .as("rows that the manifest of %s counts", partition)
                            .isEqualTo(reader.rows(partition));
                } catch (IOException | UncheckedIOException e) {
                    findings.fail("The lake's reader cannot read " + partition + ".", e);
                }
            }
            findings.assertThat(seen.cardinality())
                    .as("different rows of '%s' that the lake's reader finds", part.source())
                    .isEqualTo((int) part.rows());
        }
    }

    private long read(LakeReader reader, PartitionKey partition, Part part, BitSet seen)
            throws Exception {
        long rows = 0;
        boolean wrong = false;
        try (CloseableIterator<SpecificRecordBase> read = reader.read(partition)) {
            while (read.hasNext()) {
                SpecificRecordBase row = read.next();
                long index = KnownRows.index(row);
                rows++;
                // One of each kind is enough for a person, and too many for an assertion.
                if (!wrong && !row.equals(part.row(index))) {
                    wrong = true;
                    findings.assertThat(row)
                            .as("row %s that the lake's reader finds in %s", index, partition)
                            .isEqualTo(part.row(index));
                }
                if (!wrong && seen.get((int) index)) {
                    wrong = true;
                    findings.fail("The lake's reader finds row %s of %s twice.", index, partition);
                }
                seen.set((int) index);
            }
        }
        return rows;
    }
}
