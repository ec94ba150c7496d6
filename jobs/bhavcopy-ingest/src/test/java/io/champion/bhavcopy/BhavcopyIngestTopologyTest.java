package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.START;
import static io.champion.bhavcopy.Ingested.fixture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.local.Occurrences;
import io.champion.model.PartitionKey;
import io.champion.quality.Accounting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The graph on Flink, into a real lake. */
class BhavcopyIngestTopologyTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";
    private static final String UDIFF = "BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv";

    @TempDir Path folder;

    private Accounting ingest(Path lake, Path... inputs) throws Exception {
        return ingest(lake, START, inputs);
    }

    private Accounting ingest(Path lake, Instant start, Path... inputs) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        IngestPlan plan =
                IngestPlan.of(Stream.of(inputs).map(Path::toString).toList(), null, null, start);
        BhavcopyIngestTopology.build(
                env,
                plan.sessions(),
                new LakeEarlierRuns(lake.toString()),
                start,
                Map.of(
                        "lake",
                        LakeSink.builder(new org.apache.flink.core.fs.Path(lake.toString()))
                                .replacing(plan.partitions())
                                .build()));
        Accounting books = env.execute().getAccumulatorResult(SessionFunction.ACCOUNTING);
        books.verify(Session.REJECTS);
        books.verifyStored("lake", rows(lake, plan.partitions()));
        return books;
    }

    private static Map<PartitionKey, Long> rows(Path lake, List<PartitionKey> partitions)
            throws IOException {
        LakeReader reader = new LakeReader(new org.apache.flink.core.fs.Path(lake.toString()));
        Map<PartitionKey, Long> rows = new HashMap<>();
        for (PartitionKey partition : partitions) {
            rows.put(partition, reader.rows(partition));
        }
        return rows;
    }

    /** All records of the lake that are of these inputs' partitions, by dataset and event. */
    private static Map<String, SpecificRecordBase> content(Path lake, Path... inputs)
            throws Exception {
        LakeReader reader = new LakeReader(new org.apache.flink.core.fs.Path(lake.toString()));
        Map<String, SpecificRecordBase> content = new TreeMap<>();
        IngestPlan plan =
                IngestPlan.of(Stream.of(inputs).map(Path::toString).toList(), null, null, START);
        for (PartitionKey partition : plan.partitions()) {
            try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
                while (rows.hasNext()) {
                    SpecificRecordBase row = rows.next();
                    String id = partition.dataset() + " " + row.get(0);
                    assertThat(content.put(id, row)).as(id).isNull();
                }
            }
        }
        return content;
    }

    @Test
    void everythingGoesIntoTheLakeOnce() throws Exception {
        Path lake = folder.resolve("lake");
        Accounting books = ingest(lake, fixture(""));
        Ingested expected = Ingested.of(fixture(""));
        assertThat(books.emitted()).isEqualTo(expected.accounting().emitted());
        assertThat(Occurrences.of(content(lake, fixture("")).values()))
                .containsExactlyInAnyOrderEntriesOf(Occurrences.of(expected.records()));

        Map<String, SpecificRecordBase> before = content(lake, fixture(""));
        ingest(lake, START.plusSeconds(60), fixture(""));
        assertThat(content(lake, fixture(""))).isEqualTo(before);
    }

    @Test
    void theOrderAndGroupingOfRunsDoesNotMatter() throws Exception {
        Path together = folder.resolve("together");
        Path oneWay = folder.resolve("one-way");
        Path otherWay = folder.resolve("other-way");
        Path[] inputs = {fixture(SEC), fixture(UDIFF), fixture("pd07012030.csv")};
        ingest(together, inputs);
        ingest(oneWay, inputs[0]);
        ingest(oneWay, inputs[1]);
        Accounting last = ingest(oneWay, inputs[2]);
        assertThat(last.carried()).containsOnly(Map.entry("raw.equity_ohlc", 9L));
        ingest(otherWay, inputs[2], inputs[1]);
        Accounting rejectsToo = ingest(otherWay, inputs[0]);
        assertThat(rejectsToo.carried())
                .containsOnly(
                        Map.entry("raw.equity_ohlc", 7L),
                        Map.entry("raw.index_ohlc", 2L),
                        Map.entry("quarantine.rejects", 2L));
        assertThat(content(oneWay, inputs)).isEqualTo(content(together, inputs));
        assertThat(content(otherWay, inputs)).isEqualTo(content(together, inputs));
    }

    @Test
    void aRepublishedFileReplacesItsDay() throws Exception {
        Path lake = folder.resolve("lake");
        Path file = folder.resolve(SEC);
        Files.writeString(file, Ingested.text(SEC) + "DELTB, EQ\n");
        ingest(lake, file);
        assertThat(content(lake, file)).hasSize(9);

        String corrected = Ingested.text(SEC).replace("105.25", "105.50");
        Files.writeString(file, corrected.replaceAll("DELTA.*\n", ""));
        Instant later = START.plusSeconds(60);
        ingest(lake, later, file);
        Map<String, SpecificRecordBase> content = content(lake, file);
        assertThat(content).hasSize(6);
        assertThat(content.get("normalized.equity_ohlc NSE:ALPHA:EQ:2030-01-07").toString())
                .contains("\"close\": 105.5,", "\"ingest_time\": \"" + later);
        assertThat(content.get("normalized.equity_ohlc NSE:GAMMA-X:BE:2030-01-07").toString())
                .as("as it was")
                .contains("\"ingest_time\": \"" + START);
    }

    @Test
    void aFileThatCannotBeReadToItsEndPublishesNothing() throws Exception {
        Path lake = folder.resolve("lake");
        ingest(lake, fixture(SEC));
        Map<String, SpecificRecordBase> before = content(lake, fixture(SEC));

        StringBuilder rows = new StringBuilder(Ingested.text(UDIFF));
        String row = rows.substring(rows.indexOf("\n") + 1);
        for (int i = 0; i < 5_000; i++) {
            rows.append(row.replace("ALPHA", "S" + i * 7919L % 100_003));
        }
        byte[] gzip =
                ContainersTest.gzip(
                        rows.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path cut = folder.resolve("cut.csv.gz");
        Files.write(cut, java.util.Arrays.copyOf(gzip, gzip.length - 50));
        assertThatThrownBy(() -> ingest(lake, cut, fixture("pd07012030.csv")))
                .hasStackTraceContaining("cut.csv.gz is a damaged or truncated gzip file");
        assertThat(content(lake, fixture(SEC))).isEqualTo(before);
    }
}
