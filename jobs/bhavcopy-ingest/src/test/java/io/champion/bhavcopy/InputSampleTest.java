package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.bhavcopy.InputSample.Refusal;
import io.champion.runtime.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sample of the input tells before a run. */
class InputSampleTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";

    @TempDir Path folder;

    private static InputSample sample(int rows, Object... inputs) throws IOException {
        List<String> names = Arrays.stream(inputs).map(Object::toString).toList();
        return InputSample.take(names, null, null, rows);
    }

    @Test
    void soundFilesOfAllFormatsHaveNoProblem() throws IOException {
        InputSample sample = sample(100, fixture(""));
        assertThat(sample.plan().files()).isEqualTo(13);
        assertThat(sample.rows()).isGreaterThan(26);
        assertThat(sample.failures()).isEmpty();
        assertThat(sample.refusals()).isEmpty();
    }

    @Test
    void refusedRowsAreGroupedByFieldAndReason() throws IOException {
        String good = text(SEC).lines().skip(1).findFirst().orElseThrow();
        String spoilt = (good + "\n").replace("450", "4 50").repeat(200);
        Path file = Files.writeString(folder.resolve("day.csv"), text(SEC) + spoilt);
        InputSample sample = sample(100, file);
        assertThat(sample.rows()).isEqualTo(100);
        assertThat(sample.failures()).isEmpty();
        assertThat(sample.refusals()).hasSize(1);
        Refusal refusal = sample.refusals().get(0);
        long sound = text(SEC).lines().count() - 1;
        assertThat(refusal.file()).endsWith("day.csv");
        assertThat(refusal.line()).isEqualTo(sound + 2);
        assertThat(refusal.violation().field()).isEqualTo("DELIV_QTY");
        assertThat(refusal.violation().value()).isEqualTo("4 50");
        assertThat(refusal.violation().reason()).isEqualTo("not_a_number");
        assertThat(refusal.rows()).isEqualTo((int) (100 - sound));
    }

    @Test
    void rowsBeyondTheSampleAreNotLookedAt() throws IOException {
        Path file = Files.writeString(folder.resolve("day.csv"), text(SEC) + "spoilt\n");
        int sound = (int) text(SEC).lines().count() - 1;
        assertThat(sample(sound, file).refusals()).isEmpty();
        assertThat(sample(sound + 1, file).refusals())
                .singleElement()
                .satisfies(
                        refusal ->
                                assertThat(refusal.violation().reason())
                                        .isEqualTo("wrong_field_count"));
    }

    @Test
    void allUnusableFilesAreNamedAtOnceBesideTheRowsOfTheOthers() throws IOException {
        Path unknown = Files.writeString(folder.resolve("readme.csv"), "hello,world\n1,2\n");
        Path cut = folder.resolve("cut.csv.gz");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            // More than the head that recognition reads, and not to be packed away.
            StringBuilder rows = new StringBuilder(text(SEC));
            for (int i = 0; i < 3_000; i++) {
                rows.append("S").append(Math.floorMod(i * 2_654_435_761L, 1L << 32));
                rows.append(", EQ, 07-Jan-2030, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1\n");
            }
            out.write(rows.toString().getBytes(StandardCharsets.UTF_8));
        }
        Files.write(cut, Arrays.copyOf(packed.toByteArray(), packed.size() - 10));
        Path bad = Files.writeString(folder.resolve("day.csv"), text(SEC) + "spoilt\n");

        InputSample sample = sample(100, unknown, cut, bad);
        assertThat(sample.failures())
                .hasSize(2)
                .anyMatch(failure -> failure.contains("readme.csv"))
                .anyMatch(failure -> failure.contains("cut.csv.gz"));
        assertThat(sample.refusals()).extracting(Refusal::file).allMatch(f -> f.contains("day"));
        assertThat(sample.refusals()).hasSize(1);

        assertThat(sample(100, unknown).failures()).hasSize(1);
        assertThatThrownBy(() -> sample(100, folder.resolve("absent")))
                .isInstanceOf(InputException.class);
    }

    @Test
    void everyRealFileHasASoundSample() throws IOException {
        InputSample sample = sample(100, RealData.folder());
        assertThat(sample.failures()).isEmpty();
        assertThat(sample.refusals()).isEmpty();
    }
}
