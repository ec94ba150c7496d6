package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.ProjectFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What jars bring to a cluster, and what they must not. */
final class JobJarsIT {
    static final List<String> JOBS = JobJars.JOBS;

    /** Parts of Flink that are not in its distribution: whoever needs them brings them. */
    private static final List<String> OF_FLINK =
            List.of(
                    "org/apache/flink/formats/",
                    "org/apache/flink/connector/jdbc/",
                    "org/apache/flink/connector/kafka/",
                    "org/apache/flink/streaming/connectors/kafka/",
                    "org/apache/flink/streaming/util/serialization/",
                    "org/apache/flink/state/api/",
                    "org/apache/flink/state/table/");

    @Test
    void allJobsAreLookedAt() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(System.getProperty("job.jars")))) {
            assertThat(
                            modules.filter(module -> Files.exists(module.resolve("pom.xml")))
                                    .map(module -> module.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(JOBS);
        }
    }

    @ParameterizedTest
    @FieldSource("JOBS")
    void theJarHoldsNothingOfFlinksCoreNorOfLogging(String job) throws IOException {
        try (JarFile jar = new JarFile(JobJars.of(job).toFile())) {
            List<String> entries =
                    jar.stream().filter(e -> !e.isDirectory()).map(JarEntry::getName).toList();
            assertThat(entries)
                    .doesNotHaveDuplicates()
                    .contains("io/champion/lake/LakeSink.class")
                    .filteredOn(name -> name.startsWith("org/apache/flink/"))
                    .allMatch(name -> OF_FLINK.stream().anyMatch(name::startsWith));
            assertThat(entries)
                    .noneMatch(name -> name.startsWith("org/slf4j/"))
                    .noneMatch(name -> name.startsWith("org/apache/logging/"))
                    .noneMatch(name -> name.startsWith("org/apache/log4j/"))
                    .noneMatch(name -> name.startsWith("ch/qos/logback/"))
                    .noneMatch(name -> name.startsWith("io/champion/local/"))
                    .noneMatch(name -> name.startsWith("io/champion/cli/"));
            String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
            assertThat(entries).contains(main.replace('.', '/') + ".class");
        }
    }

    /** So that it makes no difference which of two is loaded first. */
    @ParameterizedTest
    @FieldSource("JOBS")
    void aClassThatFlinkHasTooIsTheSame(String job) throws IOException {
        Map<String, Long> flink = flink();
        assertThat(flink).containsKey("org/apache/flink/api/common/JobID.class");
        List<String> others = new ArrayList<>();
        try (JarFile jar = new JarFile(JobJars.of(job).toFile())) {
            for (JarEntry entry : jar.stream().filter(JobJarsIT::isCode).toList()) {
                Long there = flink.get(entry.getName());
                if (there != null && there != checksum(jar, entry)) {
                    others.add(entry.getName());
                }
            }
        }
        assertThat(others).isEmpty();
    }

    private static Map<String, Long> flink() throws IOException {
        Map<String, Long> classes = new HashMap<>();
        Path lib = ProjectFiles.find(Path.of("local", "target", "flink", "lib")).orElseThrow();
        try (Stream<Path> jars = Files.list(lib)) {
            for (Path file : jars.toList()) {
                try (JarFile jar = new JarFile(file.toFile())) {
                    for (JarEntry entry : jar.stream().filter(JobJarsIT::isCode).toList()) {
                        classes.put(entry.getName(), checksum(jar, entry));
                    }
                }
            }
        }
        return classes;
    }

    private static boolean isCode(JarEntry entry) {
        return entry.getName().endsWith(".class")
                && !entry.getName().startsWith("META-INF/")
                && !entry.getName().equals("module-info.class");
    }

    private static long checksum(JarFile jar, JarEntry entry) throws IOException {
        if (entry.getCrc() >= 0) {
            return entry.getCrc();
        }
        CRC32 crc = new CRC32();
        try (InputStream in = jar.getInputStream(entry)) {
            crc.update(in.readAllBytes());
        }
        return crc.getValue();
    }
}
