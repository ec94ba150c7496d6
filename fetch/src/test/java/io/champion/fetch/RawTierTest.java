package io.champion.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RawTierTest {

    @TempDir Path home;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/passwd",
                "..",
                "a/../../b",
                "a/./b",
                "a//b",
                "a/",
                "a/.hidden",
                "_a/b",
                "~/a",
                "-rf",
                "a b",
                "a\\b",
                "C:/a",
                "a\nb",
                "a\u0000b",
                "a/b\u202etxt",
                "a/b:c",
                "1/2/3/4/5/6/7/8/9/10/11"
            })
    void whatCannotBeAPathBelowTheRootIsNoKey(String key) throws Exception {
        assertThat(RawTier.isSafe(key)).isFalse();
        try (RawTier tier = RawTier.open(home, "t")) {
            assertThatThrownBy(() -> tier.file(key)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "us_stocks_sip/trades_v1/2024/01/2024-01-02.csv.gz",
                "us_stocks_sip/trades/2024/01/02/BRK.B.csv.gz",
                "us_stocks_sip/trades/2024/01/02/BCATrw.csv.gz"
            })
    void publishedKeysAreKeys(String key) {
        assertThat(RawTier.isSafe(key)).isTrue();
    }

    @Test
    void aLinkInTheTierLeadsNowhere() throws Exception {
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        try (RawTier tier = RawTier.open(home, "t")) {
            Files.createSymbolicLink(tier.root().resolve("a"), elsewhere);
            Path part = Files.writeString(tier.part("a/b", "1"), "text");
            assertThatThrownBy(() -> tier.publish(part, "a/b"))
                    .isInstanceOf(FileFailure.class)
                    .hasMessageContaining("link that leads out");
        }
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void oneProcessAtATime() throws Exception {
        try (RawTier tier = RawTier.open(home, "t")) {
            assertThatThrownBy(() -> RawTier.open(home, "t"))
                    .isInstanceOf(FetchException.class)
                    .hasMessageContaining("Another fetch");
            assertThat(tier.root()).isDirectory();
        }
        RawTier.open(home, "t").close();
    }

    private static ManifestEntry entry(String key, long size) {
        return new ManifestEntry(
                key,
                "day",
                LocalDate.of(2024, 1, 2),
                ManifestEntry.State.FETCHED,
                size,
                "e",
                Instant.EPOCH,
                Instant.EPOCH,
                Checked.SIZE,
                1);
    }

    @Test
    void theManifestSurvivesACrashAndForgetsWhatWasReplaced() throws Exception {
        Path file = home.resolve("manifest.jsonl");
        try (Manifest manifest = Manifest.open(file)) {
            manifest.put(entry("a", 1));
            manifest.put(entry("b", 2));
            manifest.put(entry("a", 3));
        }
        assertThat(Files.readAllLines(file)).hasSize(3);
        Files.writeString(
                file, Files.readString(file) + "{\"key\":\"c\",\"ki"); // killed while it wrote
        try (Manifest manifest = Manifest.open(file)) {
            assertThat(manifest.all()).containsExactly(entry("a", 3), entry("b", 2));
            assertThat(Files.readAllLines(file)).hasSize(2);
            manifest.put(entry("d", 4));
        }
        try (Manifest manifest = Manifest.open(file)) {
            assertThat(manifest.all()).hasSize(3);
        }
    }

    @Test
    void aDamagedManifestIsNamedWithItsLine() throws Exception {
        Path file = home.resolve("manifest.jsonl");
        try (Manifest manifest = Manifest.open(file)) {
            manifest.put(entry("a", 1));
        }
        Files.writeString(file, Files.readString(file) + "{\"key\":\"b\"}\n");
        assertThatThrownBy(() -> Manifest.open(file))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("Line 2");
    }
}
