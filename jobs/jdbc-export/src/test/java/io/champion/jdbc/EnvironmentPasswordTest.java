package io.champion.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.plugin.AuthenticationRequestType;

final class EnvironmentPasswordTest {

    @TempDir Path folder;

    private static String password(Map<String, String> environment) throws Exception {
        char[] password =
                new EnvironmentPassword(environment)
                        .getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD);
        return password == null ? null : new String(password);
    }

    @Test
    void aFileWinsOverTheVariable() throws Exception {
        Path file = Files.writeString(folder.resolve("password"), "of the file\n");
        assertThat(password(Map.of())).isNull();
        assertThat(password(Map.of("POSTGRES_PASSWORD", "a b"))).isEqualTo("a b");
        assertThat(
                        password(
                                Map.of(
                                        "POSTGRES_PASSWORD",
                                        "a",
                                        "POSTGRES_PASSWORD_FILE",
                                        file.toString())))
                .isEqualTo("of the file");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        String missing = folder.resolve("missing").toString();
        assertThatThrownBy(() -> password(Map.of("POSTGRES_PASSWORD_FILE", missing)))
                .hasMessageContaining(missing)
                .hasMessageContaining("make it readable");
    }
}
