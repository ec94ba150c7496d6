package io.champion.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.fetch.Retention.FileVerdict;
import io.champion.fetch.Retention.Result;
import io.champion.fetch.Retention.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RetentionTest {

    private static final Instant NOW = Instant.parse("2025-06-30T00:00:00Z");
    private static final Duration KEEP = Duration.ofDays(30);

    @TempDir Path home;

    private Path fetched(String key, Duration age) throws IOException {
        try (RawTier tier = RawTier.open(home, "t")) {
            tier.publish(Files.writeString(tier.part(key, ""), "0123456789"), key);
            tier.manifest()
                    .put(
                            new ManifestEntry(
                                    key,
                                    "day",
                                    LocalDate.of(2024, 1, 2),
                                    ManifestEntry.State.FETCHED,
                                    10,
                                    null,
                                    null,
                                    NOW.minus(age),
                                    Checked.SIZE,
                                    1));
            return tier.file(key);
        }
    }

    private Result purge(boolean ingested, boolean dryRun) throws IOException {
        return Retention.purge(home, "t", KEEP, (file, since) -> ingested, NOW, dryRun);
    }

    @Test
    void deletesWhatIsOlderAndIngestedAndRemembersIt() throws Exception {
        Path old = fetched("a/2024/old.gz", Duration.ofDays(31));
        Path young = fetched("a/2025/young.gz", Duration.ofDays(29));
        Result dry = purge(true, true);
        assertThat(dry.files(Verdict.PURGED))
                .extracting(FileVerdict::key)
                .containsExactly("a/2024/old.gz");
        assertThat(dry.freed()).isEqualTo(10);
        assertThat(old).exists();

        Result result = purge(true, false);
        assertThat(result.freed()).isEqualTo(10);
        assertThat(result.kept()).isEqualTo(1);
        assertThat(old.getParent()).doesNotExist();
        assertThat(young).exists();
        try (RawTier tier = RawTier.open(home, "t")) {
            assertThat(tier.manifest().get("a/2024/old.gz").state())
                    .isEqualTo(ManifestEntry.State.PURGED);
        }
        assertThat(purge(true, false).files()).isEmpty();
    }

    @Test
    void keepsWhatWasNotIngested() throws Exception {
        Path old = fetched("old.gz", Duration.ofDays(31));
        assertThat(purge(false, false).files(Verdict.NOT_INGESTED)).hasSize(1);
        assertThat(old).exists();
    }

    @Test
    void leavesAloneWhatNoFetchPutThere() throws Exception {
        fetched("a/old.gz", Duration.ofDays(31));
        Path own = home.resolve("raw/t/a/own.txt");
        Files.writeString(own, "mine");
        Files.setLastModifiedTime(own, FileTime.from(Instant.EPOCH));
        Path changed = fetched("a/changed.gz", Duration.ofDays(31));
        Files.writeString(changed, "somebody wrote into it");

        Result result = purge(true, false);
        assertThat(result.files(Verdict.PURGED)).hasSize(1);
        assertThat(result.files(Verdict.CHANGED)).hasSize(1);
        assertThat(result.foreign()).isEqualTo(1);
        assertThat(own).exists();
        assertThat(changed).exists();
    }

    @Test
    void deletesNothingBeyondLinks() throws Exception {
        Path old = fetched("a/b/old.gz", Duration.ofDays(31));
        Path elsewhere = home.resolve("elsewhere");
        Files.move(old.getParent(), elsewhere);
        Files.createSymbolicLink(old.getParent(), elsewhere);
        Path link = fetched("a/link.gz", Duration.ofDays(31));
        Path target = home.resolve("target");
        Files.move(link, target);
        Files.createSymbolicLink(link, target);

        Result result = purge(true, false);
        assertThat(result.files(Verdict.CHANGED)).hasSize(2);
        assertThat(elsewhere.resolve("old.gz")).exists();
        assertThat(target).exists();
        assertThat(link).isSymbolicLink();
    }

    @Test
    void aManifestThatNamesFilesElsewhereHarmsNothing() throws Exception {
        fetched("a.gz", Duration.ofDays(31));
        Path victim = Files.writeString(home.resolve("victim"), "0123456789");
        Path manifest = home.resolve("raw/.fetch/t/manifest.jsonl");
        Files.writeString(
                manifest, Files.readString(manifest).replace("\"a.gz\"", "\"../../victim\""));
        assertThat(purge(true, false).files()).isEmpty();
        assertThat(victim).exists();
    }

    @Test
    void removesWhatWasBegunLongAgo() throws Exception {
        fetched("a.gz", Duration.ofDays(1));
        Path part = home.resolve("raw/.fetch/t/parts/x.part");
        Files.writeString(part, "12345");
        assertThat(purge(true, false).unfinished()).isZero();
        Files.setLastModifiedTime(part, FileTime.from(NOW.minus(Duration.ofDays(40))));
        assertThat(purge(true, false).unfinished()).isEqualTo(5);
        assertThat(part).doesNotExist();
    }
}
