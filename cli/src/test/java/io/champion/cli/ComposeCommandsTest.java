package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the compose tool is asked, written down by one that does nothing else. */
final class ComposeCommandsTest {

    @TempDir Path folder;

    private Map<String, String> tool(String name, String version) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path program =
                Files.writeString(
                        bin.resolve(name),
                        """
                        #!/bin/sh
                        case "$*" in *"version --short") echo %2$s; exit 0 ;; esac
                        echo "$@" >> %1$s/asked
                        env >> %1$s/environment
                        [ ! -e %1$s/fails ]
                        """
                                .formatted(folder, version));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Map.of("PATH", bin.toString());
    }

    private Run champion(Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--home", home().toString()));
        all.addAll(List.of(arguments));
        return Run.of(environment, all.toArray(String[]::new));
    }

    private Path home() {
        return folder.resolve("home");
    }

    private Path secrets() {
        return home().resolve("stack/secrets.env");
    }

    private List<String> passwords() throws IOException {
        return Files.readAllLines(secrets()).stream()
                .map(line -> line.substring(line.indexOf('=') + 1))
                .toList();
    }

    private String asked() throws IOException {
        return Files.readString(folder.resolve("asked"));
    }

    @Test
    void upMakesPasswordsOnceAndTellsThemToNobody() throws Exception {
        Map<String, String> tool = tool("docker", "2.39.4");
        Run first = champion(tool, "up");
        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.OK);
        assertThat(first.out()).contains("http://localhost:3000").contains(secrets().toString());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets())))
                .isEqualTo("rw-------");
        List<String> passwords = passwords();
        assertThat(passwords)
                .hasSameSizeAs(StackSecrets.NAMES)
                .allMatch(password -> password.matches("p[A-Za-z0-9_-]{32}"));
        assertThat(new HashSet<>(passwords)).hasSameSizeAs(passwords);

        Run second = champion(tool, "up");
        assertThat(passwords()).isEqualTo(passwords);
        assertThat(asked().lines())
                .hasSize(2)
                .allMatch(
                        line ->
                                line.matches(
                                        "compose --file \\S+/docker-compose.yml --env-file "
                                                + secrets()
                                                + " up --build --detach --wait --wait-timeout"
                                                + " \\d+"));
        String environment = Files.readString(folder.resolve("environment"));
        for (String password : passwords) {
            assertThat(first.out() + first.err() + second.out() + second.err() + asked())
                    .doesNotContain(password);
            assertThat(environment).doesNotContain(password);
        }
    }

    @Test
    void aReleaseThatNeedsOneMorePasswordKeepsTheOthers() throws Exception {
        Map<String, String> tool = tool("docker-compose", "v2.20.0");
        Files.createDirectories(secrets().getParent());
        Files.writeString(secrets(), "CLICKHOUSE_PASSWORD=mine\n");
        assertThat(champion(tool, "up").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(Files.readAllLines(secrets()))
                .hasSameSizeAs(StackSecrets.NAMES)
                .startsWith("CLICKHOUSE_PASSWORD=mine");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets())))
                .isEqualTo("rw-------");
    }

    @Test
    void downKeepsTheDataUnlessItIsTold() throws Exception {
        Map<String, String> tool = tool("docker-compose", "2.39.4");
        assertThat(champion(tool, "down").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(asked()).endsWith(" --profile tools down\n");
        assertThat(secrets()).exists();

        assertThat(champion(tool, "down", "--volumes").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(asked()).endsWith(" --profile tools down --volumes\n");
        assertThat(secrets()).doesNotExist();
    }

    @Test
    void passwordsOutliveADownThatFails() throws Exception {
        Map<String, String> tool = tool("docker-compose", "2.39.4");
        Files.writeString(folder.resolve("fails"), "");
        Run run = champion(tool, "down", "--volumes");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).isEqualTo("champion: The stack was not stopped.\n");
        assertThat(secrets()).exists();
    }

    @Test
    void logsAreOfTheServicesThatAreNamed() throws Exception {
        Map<String, String> tool = tool("docker", "2.39.4");
        champion(tool, "logs", "-f", "--tail", "20", "kafka", "taskmanager");
        assertThat(asked()).endsWith(" logs --follow --tail 20 -- kafka taskmanager\n");
    }

    @Test
    void theDemoRunsAmongTheServers() throws Exception {
        Map<String, String> tool = tool("docker", "2.39.4");
        Run run = champion(tool, "demo", "--target", "compose");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(asked().lines())
                .hasSize(2)
                .satisfies(
                        lines -> {
                            assertThat(lines.get(0)).endsWith(" --profile tools build");
                            assertThat(lines.get(1))
                                    .endsWith(" run --rm -T champion demo --target cluster");
                        });

        Run withFiles = champion(tool, "demo", "--target", "compose", "--input", "files");
        assertThat(withFiles.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(withFiles.err()).contains("do not see files of this machine");
    }

    @Test
    void aClusterNeedsItsServers() {
        Run run = champion(Map.of(), "demo", "--target", "cluster");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("CHAMPION_WAREHOUSE_URL");
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Run none = champion(Map.of("PATH", folder.toString()), "up");
        assertThat(none.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(none.err())
                .contains("No compose tool was found")
                .contains("Install Docker with Compose 2.20 or newer");

        Run old = champion(tool("docker-compose", "1.29.2"), "up");
        assertThat(old.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(old.err()).contains("Docker Compose 1.29.2 is too old");
    }
}
