package io.champion.local;

import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The process of {@link EmbeddedKafka}: one node that is controller and broker. Its storage is
 * formatted before the first start.
 */
final class KafkaMain {

    private KafkaMain() {}

    /** Arguments: the broker's properties file, and the file to write its process id to. */
    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(reader);
        }
        KafkaConfig config = KafkaConfig.fromProps(properties);
        lock(Path.of(args[0] + ".lock"));
        if (!Files.exists(Path.of(config.metadataLogDir(), "meta.properties"))) {
            format(config);
        }
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        Exit.addShutdownHook("kafka-shutdown", server::shutdown);
        // Returns when the broker has caught up and takes clients.
        server.startup();
        announce(Path.of(args[1]));
        server.awaitShutdown();
    }

    /** Waits until the broker of a parent that died is gone: two would write into one log. */
    private static void lock(Path file) throws IOException {
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).lock();
    }

    private static void format(KafkaConfig config) throws Exception {
        new Formatter()
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(config.nodeId())
                .setControllerListenerName(config.controllerListenerNames().get(0))
                .setDirectories(config.logDirs())
                .setMetadataLogDirectory(config.metadataLogDir())
                .run();
    }

    private static void announce(Path file) throws IOException {
        Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
    }
}
