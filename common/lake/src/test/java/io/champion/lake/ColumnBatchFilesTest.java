package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.lake.test.EveryColumn;
import io.champion.model.ColumnBatch;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches make the files that their rows make one by one. */
class ColumnBatchFilesTest {
    private static final Dataset EVERY = Batches.EVERY_COLUMN;

    @TempDir Path folder;

    /**
     * Byte by byte the same, statistics and bloom filters included, where pages end by their rows.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theSameFile(int seed) throws Exception {
        Random random = new Random(seed);
        List<SpecificRecordBase> rows = Batches.rows(random, 20_900);
        ParquetOptions options =
                new ParquetOptions(
                        ParquetOptions.Codec.values()[seed % 3],
                        ParquetOptions.DEFAULT_ROW_GROUP_BYTES,
                        4 << 20,
                        seed != 3,
                        true,
                        Set.of());
        Path byRow = writeRows(options, rows);
        Path byBatch = write(options, Batches.of(EVERY, Batches.PARTITION, rows, random, 9_000));
        assertThat(Files.readAllBytes(byBatch)).isEqualTo(Files.readAllBytes(byRow));
        assertThat(read(byBatch)).isEqualTo(rows);
    }

    @Test
    void theSameBloomFilters() throws Exception {
        LocalDate day = LocalDate.of(2025, 6, 18);
        Dataset bars = Dataset.of("normalized.equity_ohlc");
        List<SpecificRecordBase> rows = new ArrayList<>();
        for (int i = 0; i < 22_000; i++) {
            rows.add(Rows.bar(day, i % 9_000));
        }
        ParquetOptions options =
                ParquetOptions.defaults()
                        .withPageBytes(4 << 20)
                        .withBloomFilterColumns(
                                Set.of("isin", "symbol", "exchange", "event_id", "volume", "open"));
        Path byRow = file();
        try (FSDataOutputStream out = create(byRow);
                PageMaker maker = new PageMaker(options);
                ContractFileWriter writer =
                        ParquetFiles.writer(out, bars.schema(), options, maker)) {
            for (SpecificRecordBase row : rows) {
                writer.write(row);
            }
        }
        Path byBatch =
                write(options, Batches.of(bars, bars.partitionOf(day), rows, new Random(1), 9_000));
        assertThat(Files.readAllBytes(byBatch)).isEqualTo(Files.readAllBytes(byRow));
    }

    /** Pages and row groups end elsewhere, and the contents are the same. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void theSameRowsFromSmallPagesAndRowGroups(int seed) throws Exception {
        Random random = new Random(seed);
        List<SpecificRecordBase> rows = Batches.rows(random, 6_000);
        ParquetOptions options =
                ParquetOptions.defaults()
                        .withPageBytes(1024)
                        .withRowGroupBytes(64 << 10)
                        .withDictionaries(seed != 3);
        Path byBatch = write(options, Batches.of(EVERY, Batches.PARTITION, rows, random, 2_500));
        assertThat(read(byBatch)).isEqualTo(rows);

        List<BlockMetaData> groups =
                ParquetFiles.footer(
                                FileSystem.getLocalFileSystem(), path(byBatch), Files.size(byBatch))
                        .getBlocks();
        assertThat(groups).hasSizeGreaterThan(1);
        assertThat(groups.stream().mapToLong(BlockMetaData::getRowCount).sum())
                .isEqualTo(rows.size());
        int from = 0;
        for (BlockMetaData group : groups) {
            int to = from + (int) group.getRowCount();
            assertStatistics(group, writeRows(ParquetOptions.defaults(), rows.subList(from, to)));
            from = to;
        }
    }

    private static void assertStatistics(BlockMetaData group, Path expected) throws IOException {
        List<ColumnChunkMetaData> chunks =
                ParquetFiles.footer(
                                FileSystem.getLocalFileSystem(),
                                path(expected),
                                Files.size(expected))
                        .getBlocks()
                        .get(0)
                        .getColumns();
        for (int i = 0; i < chunks.size(); i++) {
            assertThat(group.getColumns().get(i).getStatistics())
                    .as(chunks.get(i).getPath().toString())
                    .isEqualTo(chunks.get(i).getStatistics());
        }
    }

    /** One writer takes both, though no sink does so. */
    @Test
    void rowsAndBatchesMixed() throws Exception {
        Random random = new Random(21);
        List<SpecificRecordBase> rows = Batches.rows(random, 5_000);
        Path file = file();
        ParquetOptions options = ParquetOptions.defaults();
        try (FSDataOutputStream out = create(file);
                PageMaker maker = new PageMaker(options);
                ContractFileWriter writer =
                        ParquetFiles.writer(out, EVERY.schema(), options, maker)) {
            int written = 0;
            for (ColumnBatch batch : Batches.of(EVERY, Batches.PARTITION, rows, random, 1_000)) {
                if (random.nextBoolean()) {
                    writer.write(batch, 0, batch.rows());
                } else {
                    for (int i = 0; i < batch.rows(); i++) {
                        writer.write(rows.get(written + i));
                    }
                }
                written += batch.rows();
            }
        }
        assertThat(read(file)).isEqualTo(rows);
    }

    /** Partitions come in turn, more than may be open, and files are finished by size. */
    @Test
    void theWriterRollsFilesAndKeepsPartitionsApart() throws Exception {
        Dataset bars = Dataset.of("normalized.equity_ohlc");
        LocalDate day = LocalDate.of(2025, 6, 18);
        org.apache.flink.core.fs.Path lake = path(folder);
        List<List<SpecificRecordBase>> expected = new ArrayList<>();
        List<ColumnBatch> batches = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<SpecificRecordBase> rows = new ArrayList<>();
            for (int k = 0; k < 12_000; k++) {
                rows.add(Rows.bar(day.plusDays(i), k));
            }
            expected.add(rows);
            batches.addAll(
                    Batches.of(
                            bars, bars.partitionOf(day.plusDays(i)), rows, new Random(i), 5_000));
        }
        Collections.shuffle(batches, new Random(5));
        List<PendingFile> files;
        try (LakeBatchWriter writer =
                new LakeBatchWriter(
                        new LakeWriter.Config(
                                new PartNames("test", "0"),
                                ParquetOptions.defaults().withPageBytes(4096),
                                100_000,
                                2,
                                null),
                        lake,
                        partition -> Layout.partition(lake, partition),
                        true,
                        0,
                        UnregisteredMetricsGroup.createSinkWriterMetricGroup())) {
            for (ColumnBatch batch : batches) {
                writer.write(batch, null);
            }
            writer.flush(true);
            files = writer.prepareCommit().iterator().next().files();
        }
        assertThat(files.stream().mapToLong(PendingFile::rows).sum()).isEqualTo(48_000);
        assertThat(files).hasSizeGreaterThan(8);
        assertThat(files).allSatisfy(file -> assertThat(file.bytes()).isLessThan(400_000));
        for (int i = 0; i < 4; i++) {
            PartitionKey partition = bars.partitionOf(day.plusDays(i));
            List<SpecificRecordBase> read = new ArrayList<>();
            for (PendingFile file : files) {
                if (file.partition().equals(partition)) {
                    read.addAll(
                            read(
                                    Path.of(
                                            Layout.partition(lake, partition).getPath(),
                                            file.name()),
                                    bars.schema()));
                }
            }
            assertThat(Set.copyOf(read)).isEqualTo(Set.copyOf(expected.get(i)));
            assertThat(read).hasSameSizeAs(expected.get(i));
        }
    }

    private Path file() throws IOException {
        return Files.createTempFile(folder, "file", ".parquet");
    }

    private static org.apache.flink.core.fs.Path path(Path file) {
        return new org.apache.flink.core.fs.Path(file.toUri());
    }

    private static FSDataOutputStream create(Path file) throws IOException {
        return FileSystem.getLocalFileSystem().create(path(file), WriteMode.OVERWRITE);
    }

    private Path writeRows(ParquetOptions options, List<SpecificRecordBase> rows)
            throws IOException {
        Path file = file();
        try (FSDataOutputStream out = create(file);
                PageMaker maker = new PageMaker(options);
                ContractFileWriter writer =
                        ParquetFiles.writer(out, EVERY.schema(), options, maker)) {
            for (SpecificRecordBase row : rows) {
                writer.write(row);
            }
        }
        return file;
    }

    private Path write(ParquetOptions options, List<ColumnBatch> batches) throws IOException {
        Path file = file();
        try (FSDataOutputStream out = create(file);
                PageMaker maker = new PageMaker(options);
                ContractFileWriter writer =
                        ParquetFiles.writer(
                                out, batches.get(0).dataset().schema(), options, maker)) {
            for (ColumnBatch batch : batches) {
                writer.write(batch, 0, batch.rows());
            }
        }
        return file;
    }

    private static List<SpecificRecordBase> read(Path file) throws IOException {
        return read(file, EveryColumn.getClassSchema());
    }

    private static List<SpecificRecordBase> read(Path file, org.apache.avro.Schema schema)
            throws IOException {
        List<SpecificRecordBase> rows = new ArrayList<>();
        FileSystem fs = FileSystem.getLocalFileSystem();
        try (ParquetReader<SpecificRecordBase> reader =
                new ParquetReader.Builder<SpecificRecordBase>(
                        new ParquetFiles.OpenInputFile(fs.open(path(file)), Files.size(file)),
                        new PlainParquetConfiguration()) {
                    @Override
                    protected ReadSupport<SpecificRecordBase> getReadSupport() {
                        return new ContractReadSupport(
                                schema,
                                ContractReadSupport.model(EveryColumn.class.getClassLoader()));
                    }
                }.build()) {
            for (SpecificRecordBase row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }
}
