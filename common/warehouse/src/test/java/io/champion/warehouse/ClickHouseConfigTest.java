package io.champion.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.warehouse.ClickHouseConfig.Credentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickHouseConfigTest {

    @Test
    void refusesCredentialsInTheUrlWithoutRepeatingThem() {
        assertThatThrownBy(() -> ClickHouseConfig.of("http://me:hunter2@db:8123"))
                .hasMessageContaining("CLICKHOUSE_PASSWORD")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void refusesWhatIsNoHttpUrl() {
        assertThatThrownBy(() -> ClickHouseConfig.of("localhost:9000"))
                .hasMessageContaining("'localhost:9000' is no ClickHouse URL");
        assertThatThrownBy(() -> ClickHouseConfig.of("http://bad host"))
                .hasMessageContaining("is no URL");
    }

    @Test
    void readsCredentialsFromTheEnvironment() {
        Credentials none = Credentials.from(Map.of());
        assertThat(none.user).isEqualTo("default");
        assertThat(none.password).isEmpty();
        Credentials some =
                Credentials.from(
                        Map.of("CLICKHOUSE_USER", "sink", "CLICKHOUSE_PASSWORD", "hunter2"));
        assertThat(some.user).isEqualTo("sink");
        assertThat(some.password).isEqualTo("hunter2");
    }

    @Test
    void readsThePasswordFromAFile(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("password"), "hunter2\n");
        assertThat(Credentials.from(Map.of("CLICKHOUSE_PASSWORD_FILE", file.toString())).password)
                .isEqualTo("hunter2");
        assertThatThrownBy(
                        () ->
                                Credentials.from(
                                        Map.of(
                                                "CLICKHOUSE_PASSWORD_FILE",
                                                dir.resolve("none").toString())))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void quotesNamesAndLiterals() {
        assertThat(ClickHouse.literal("it's \\ this")).isEqualTo("'it\\'s \\\\ this'");
        assertThat(ClickHouse.identifier("trade_date")).isEqualTo("`trade_date`");
        assertThatThrownBy(() -> ClickHouse.identifier("x`; DROP TABLE y"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
