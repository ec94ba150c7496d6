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
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * Completes a partition: {@code _metadata} with the row groups of all its files, {@code
 * _common_metadata} with their schema alone, and then the manifest {@code _SUCCESS}.
 */
final class PartitionSummary {
    private static final byte[] MAGIC = ParquetFiles.MAGIC.getBytes(StandardCharsets.US_ASCII);

    private static final String CREATOR = "champion";

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
        List<FileMetaData> footers = new ArrayList<>();
        for (String name : names) {
            Path path = new Path(partition, name);
            long bytes = fs.getFileStatus(path).getLen();
            FileMetaData footer = ParquetFiles.rawFooter(fs, path, bytes);
            for (RowGroup group : footer.getRow_groups()) {
                group.getColumns().forEach(column -> column.setFile_path(name));
            }
            footers.add(footer);
            files.add(new DataFile(name, footer.getNum_rows(), bytes));
        }
        FileMetaData common = common(footers);
        Put put = visible ? LakeFiles::put : LakeFiles::write;
        put.put(fs, new Path(partition, Layout.COMMON_METADATA), encode(common));
        short ordinal = 0;
        for (FileMetaData footer : footers) {
            for (RowGroup group : footer.getRow_groups()) {
                group.setOrdinal(ordinal++);
                common.addToRow_groups(group);
            }
        }
        common.setNum_rows(files.stream().mapToLong(DataFile::rows).sum());
        put.put(fs, new Path(partition, Layout.METADATA), encode(common));
        Manifest manifest = new Manifest(commit, files);
        put.put(fs, new Path(partition, Layout.SUCCESS), manifest.toJson());
        return manifest;
    }

    private interface Put {
        void put(FileSystem fs, Path path, byte[] content) throws IOException;
    }

    /**
     * What files have in common, without their rows. It is taken from them as it stands there:
     * parquet-java would make objects of all columns and their statistics, and write them again.
     */
    private static FileMetaData common(List<FileMetaData> files) throws IOException {
        FileMetaData first = files.get(0);
        FileMetaData common = new FileMetaData(first.getVersion(), first.getSchema(), 0, List.of());
        common.setRow_groups(new ArrayList<>());
        common.setCreated_by(CREATOR);
        common.setColumn_orders(first.getColumn_orders());
        Map<String, KeyValue> properties = new LinkedHashMap<>();
        for (FileMetaData file : files) {
            if (file.isSetKey_value_metadata()) {
                file.getKey_value_metadata().forEach(note -> properties.put(note.getKey(), note));
            }
            if (!file.getSchema().equals(first.getSchema())) {
                return union(files);
            }
        }
        common.setKey_value_metadata(new ArrayList<>(properties.values()));
        return common;
    }

    /** Files of before and after a contract gained a column have one schema between them. */
    private static FileMetaData union(List<FileMetaData> files) throws IOException {
        ParquetMetadataConverter converter = new ParquetMetadataConverter();
        MessageType schema = null;
        Map<String, String> properties = new LinkedHashMap<>();
        for (FileMetaData file : files) {
            FileMetaData empty = new FileMetaData(file);
            empty.setRow_groups(List.of());
            var metadata = converter.fromParquetMetadata(empty).getFileMetaData();
            schema =
                    schema == null
                            ? metadata.getSchema()
                            : schema.union(metadata.getSchema(), false);
            properties.putAll(metadata.getKeyValueMetaData());
        }
        FileMetaData union =
                converter.toParquetMetadata(
                        1,
                        new ParquetMetadata(
                                new org.apache.parquet.hadoop.metadata.FileMetaData(
                                        schema, properties, CREATOR),
                                List.of()));
        union.setRow_groups(new ArrayList<>());
        return union;
    }

    private static byte[] encode(FileMetaData file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 << 10);
        out.write(MAGIC);
        Util.writeFileMetaData(file, out);
        BytesUtils.writeIntLittleEndian(out, out.size() - MAGIC.length);
        out.write(MAGIC);
        return out.toByteArray();
    }
}
