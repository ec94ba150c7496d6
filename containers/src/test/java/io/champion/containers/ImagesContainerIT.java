package io.champion.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.ProjectFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The project's own images, made by its script of its own jars. The bases that they have in earnest
 * cannot be pulled here: the tests' image stands in, with what of Flink's image they rely on.
 */
@RequiresEngine
@Timeout(300)
final class ImagesContainerIT {

    private static final String FLINK = "champion-test/flink:1";

    @TempDir private static Path context;

    @BeforeAll
    static void makeABaseLikeFlinks() throws Exception {
        Files.createDirectories(context.resolve("opt"));
        try (Stream<Path> plugin = Files.list(Path.of("target", "plugins", "s3-fs-hadoop"))) {
            Files.copy(
                    plugin.findFirst().orElseThrow(),
                    context.resolve("opt/flink-s3-fs-hadoop-any.jar"));
        }
        Files.writeString(
                context.resolve("Dockerfile"),
                """
                FROM %s
                RUN groupadd --system --gid 9999 flink \\
                    && useradd --system --home-dir /opt/flink --uid 9999 --gid flink flink \\
                    && mkdir -p /opt/flink/plugins
                COPY opt /opt/flink/opt
                """
                        .formatted(ServerContainer.IMAGE));
        run(Map.of(), "docker", "build", "-q", "-t", FLINK, context.toString());
        run(
                Map.of(
                        "FLINK_IMAGE",
                        FLINK,
                        "JAVA_IMAGE",
                        ServerContainer.IMAGE,
                        "CHAMPION_IMAGES_BUILT",
                        "yes"),
                ProjectFiles.find(Path.of("deploy/images/build")).orElseThrow().toString(),
                "--prefix",
                "champion-test",
                "--tag",
                "1",
                "session",
                "tick-stream",
                "cli");
    }

    @Test
    void theCommandRunsAsNobodyInParticular() throws Exception {
        assertThat(docker("champion-test/cli:1", "--version")).startsWith("champion ");
        assertThat(
                        run(
                                Map.of(),
                                "docker",
                                "run",
                                "--rm",
                                "--entrypoint",
                                "id",
                                "champion-test/cli:1",
                                "-u"))
                .isEqualTo("9999");
    }

    @Test
    void aJobsImageIsFlinksWithTheJobAndThePlugin() throws Exception {
        assertThat(
                        docker(
                                "champion-test/tick-stream:1",
                                "sh",
                                "-c",
                                "id -u; ls /opt/flink/usrlib /opt/flink/plugins/s3-fs-hadoop; stat -c %U /data"))
                .isEqualTo(
                        """
                        9999
                        /opt/flink/plugins/s3-fs-hadoop:
                        flink-s3-fs-hadoop-any.jar

                        /opt/flink/usrlib:
                        tick-stream.jar
                        flink""");
        assertThat(docker("champion-test/session:1", "ls", "/opt/flink/usrlib")).isEmpty();
    }

    private static String docker(String image, String... command)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("docker", "run", "--rm", image));
        all.addAll(List.of(command));
        return run(Map.of(), all.toArray(String[]::new));
    }

    private static String run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
