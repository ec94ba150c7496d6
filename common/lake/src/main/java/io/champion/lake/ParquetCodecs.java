package io.champion.lake;

import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.util.ReflectionUtils;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * The codecs of one reader of Parquet files, which serve one thread alone. parquet-java keeps its
 * own for the whole process, with the class loader of the Flink job that first read a file: once
 * that job has ended they may fail in the next.
 */
public final class ParquetCodecs extends CodecFactory {

    /** Without Hadoop's defaults, which would be parsed from XML, file by file, for nothing. */
    private static final Configuration NO_DEFAULTS = new Configuration(false);

    static {
        NO_DEFAULTS.setClassLoader(ParquetCodecs.class.getClassLoader());
    }

    private final Map<CompressionCodecName, CompressionCodec> codecs =
            new EnumMap<>(CompressionCodecName.class);

    ParquetCodecs() {
        super(NO_DEFAULTS, /* pageSize= */ 0);
    }

    /** Options of one reader, with codecs of its own. */
    public static ParquetReadOptions readOptions() {
        return ParquetReadOptions.builder(new PlainParquetConfiguration())
                .withCodecFactory(new ParquetCodecs())
                .build();
    }

    @Override
    protected CompressionCodec getCodec(CompressionCodecName name) {
        String codec = name.getHadoopCompressionCodecClassName();
        return codec == null ? null : codecs.computeIfAbsent(name, key -> make(codec));
    }

    private static CompressionCodec make(String codec) {
        try {
            return (CompressionCodec)
                    ReflectionUtils.newInstance(NO_DEFAULTS.getClassByName(codec), NO_DEFAULTS);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("There is no codec " + codec + ".", e);
        }
    }
}
