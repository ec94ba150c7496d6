package io.champion.lake;

import io.champion.lake.Manifest.DataFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * Completes a partition: {@code _metadata} with the row groups of all its files, {@code
 * _common_metadata} with their schema alone, and then the manifest {@code _SUCCESS}.
 */
final class PartitionSummary {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    private PartitionSummary() {}

    /**
     * Writes the three files.
     *
     * @param names the partition's data files
     * @param visible whether readers may look at the folder meanwhile
     * @return the manifest
     */
    static Manifest write(
            FileSystem fs, Path partition, String commit, List<String> names, boolean visible)
            throws IOException {
        List<DataFile> files = new ArrayList<>();
        List<BlockMetaData> blocks = new ArrayList<>();
        Map<String, String> properties = new LinkedHashMap<>();
        MessageType schema = null;
        for (String name : names) {
            Path path = new Path(partition, name);
            long bytes = fs.getFileStatus(path).getLen();
            ParquetMetadata footer = ParquetFiles.footer(fs, path, bytes);
            FileMetaData file = footer.getFileMetaData();
            // Files of before and after a contract gained a column have one schema between them.
            if (schema == null) {
                schema = file.getSchema();
            } else if (!schema.equals(file.getSchema())) {
                schema = schema.union(file.getSchema(), false);
            }
            properties.putAll(file.getKeyValueMetaData());
            long rows = 0;
            for (BlockMetaData block : footer.getBlocks()) {
                block.setPath(name);
                blocks.add(block);
                rows += block.getRowCount();
            }
            files.add(new DataFile(name, rows, bytes));
        }
        FileMetaData common = new FileMetaData(schema, properties, "champion");
        Put put = visible ? LakeFiles::put : LakeFiles::write;
        put.put(fs, new Path(partition, Layout.METADATA), encode(common, blocks));
        put.put(fs, new Path(partition, Layout.COMMON_METADATA), encode(common, List.of()));
        Manifest manifest = new Manifest(commit, files);
        put.put(fs, new Path(partition, Layout.SUCCESS), manifest.toJson());
        return manifest;
    }

    private interface Put {
        void put(FileSystem fs, Path path, byte[] content) throws IOException;
    }

    private static byte[] encode(FileMetaData file, List<BlockMetaData> blocks) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(MAGIC);
        Util.writeFileMetaData(
                new ParquetMetadataConverter()
                        .toParquetMetadata(1, new ParquetMetadata(file, blocks)),
                out);
        BytesUtils.writeIntLittleEndian(out, out.size() - MAGIC.length);
        out.write(MAGIC);
        return out.toByteArray();
    }
}
