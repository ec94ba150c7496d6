package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.EquityOhlc;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.flink.core.fs.FileSystem;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a partition's summary says of its files. */
final class PartitionSummaryTest {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final Schema SCHEMA = EquityOhlc.getClassSchema();

    @TempDir Path folder;

    private org.apache.flink.core.fs.Path path(String name) {
        return new org.apache.flink.core.fs.Path(folder.resolve(name).toUri());
    }

    private void write(String name, Schema schema, int from, int to) throws Exception {
        try (ContractFile.Maker maker = new ContractFile.Maker(ParquetOptions.defaults());
                ContractFile file = maker.create(path(name), schema)) {
            for (int i = from; i < to; i++) {
                file.write(Rows.bar(DAY, i));
            }
            file.note("note", name);
        }
    }

    private ParquetMetadata footer(String name) throws Exception {
        FileSystem fs = FileSystem.getLocalFileSystem();
        org.apache.flink.core.fs.Path path = path(name);
        return ParquetFiles.footer(fs, path, fs.getFileStatus(path).getLen());
    }

    @Test
    void rowGroupsOfAllFilesAreInIt() throws Exception {
        write("a.parquet", SCHEMA, 0, 10);
        write("b.parquet", SCHEMA, 10, 30);
        Manifest manifest = summarize();
        assertThat(manifest.rows()).isEqualTo(30);
        assertThat(manifest.files()).extracting(Manifest.DataFile::rows).containsExactly(10L, 20L);

        ParquetMetadata all = footer("_metadata");
        assertThat(all.getBlocks())
                .extracting(BlockMetaData::getPath)
                .containsExactly("a.parquet", "b.parquet");
        for (BlockMetaData block : all.getBlocks()) {
            ParquetMetadata own = footer(block.getPath());
            assertThat(block.getRowCount()).isEqualTo(own.getBlocks().get(0).getRowCount());
            assertThat(block.getColumns())
                    .hasToString(own.getBlocks().get(0).getColumns().toString());
            assertThat(all.getFileMetaData().getSchema())
                    .isEqualTo(own.getFileMetaData().getSchema());
        }
        assertThat(all.getFileMetaData().getKeyValueMetaData()).containsEntry("note", "b.parquet");
        assertThat(footer("_common_metadata").getBlocks()).isEmpty();
        assertThat(footer("_common_metadata").getFileMetaData().getSchema())
                .isEqualTo(all.getFileMetaData().getSchema());
    }

    @Test
    void filesOfBeforeAndAfterANewColumnHaveOneSchema() throws Exception {
        List<Schema.Field> fields = SCHEMA.getFields();
        Schema before =
                Schema.createRecord(
                        SCHEMA.getName(),
                        null,
                        SCHEMA.getNamespace(),
                        false,
                        fields.subList(0, fields.size() - 1).stream()
                                .map(field -> new Schema.Field(field, field.schema()))
                                .toList());
        write("a.parquet", before, 0, 10);
        write("b.parquet", SCHEMA, 10, 30);
        assertThat(summarize().rows()).isEqualTo(30);
        ParquetMetadata all = footer("_metadata");
        assertThat(all.getBlocks())
                .extracting(BlockMetaData::getPath)
                .containsExactly("a.parquet", "b.parquet");
        assertThat(all.getFileMetaData().getSchema())
                .isEqualTo(footer("b.parquet").getFileMetaData().getSchema());
        assertThat(footer("_common_metadata").getFileMetaData().getSchema())
                .isEqualTo(all.getFileMetaData().getSchema());
    }

    private Manifest summarize() throws Exception {
        return PartitionSummary.write(
                FileSystem.getLocalFileSystem(),
                new org.apache.flink.core.fs.Path(folder.toUri()),
                "commit",
                List.of("a.parquet", "b.parquet"),
                true);
    }
}
