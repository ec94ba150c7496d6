package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.Reject;
import io.champion.quality.FileReport;
import io.champion.runtime.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to a file, it is refused as a whole or every one of its rows is accounted for.
 */
class MutationTest {

    private static final int ROUNDS = 400;
    private static final String PIECES = ",\"\n\r\t -.0123456789EQabc\u00e9\u0000";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv",
                "BhavCopy_NSE_FO_0_0_0_20300107_F_0000.csv",
                "BhavCopy_BSE_FO_0_0_0_20300107_F_0000.CSV",
                "sec_bhavdata_full_07012030.csv",
                "sec_bhavdata_full_quoted.csv",
                "cm07JAN2030bhav.csv",
                "cm12columns.csv",
                "cm16columns.csv",
                "EQ070130.CSV",
                "pd07012030.csv",
                "EQUITY_L.csv"
            })
    void noRowIsLostOrInvented(String name) throws IOException {
        Random random = new Random(name.hashCode());
        String good = text(name);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder(good);
            for (int change = 0; change <= random.nextInt(4); change++) {
                mutate(text, random);
            }
            Path file = folder.resolve(name);
            Files.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            Ingested ingested;
            try {
                ingested = Ingested.of(file);
            } catch (InputException e) {
                assertThat(e).hasMessageContaining(name).hasMessageEndingWith(".");
                continue;
            }
            accepted++;
            FileReport report = ingested.accounting().files().get(0);
            // Every row starts on a line of its own, and no line goes missing.
            assertThat(report.rowsRead())
                    .isLessThanOrEqualTo(
                            text.chars().filter(c -> c == '\n' || c == '\r').count() + 1);
            assertThat(ingested.rejects()).hasSize((int) report.rowsRejected());
            for (Reject reject : ingested.rejects()) {
                assertThat(text.toString()).contains(reject.getRecord());
                assertThat(reject.getMessage()).endsWith(".");
            }
        }
        assertThat(accepted).as("files that were still recognized").isGreaterThan(ROUNDS / 10);
    }

    private static void mutate(StringBuilder text, Random random) {
        // The header is left alone most of the time: without it there is no file.
        int from = random.nextInt(10) == 0 ? 0 : text.indexOf("\n") + 1;
        int at = from + random.nextInt(text.length() - from);
        switch (random.nextInt(4)) {
            case 0 -> text.deleteCharAt(at);
            case 1 -> text.insert(at, PIECES.charAt(random.nextInt(PIECES.length())));
            case 2 -> text.setCharAt(at, PIECES.charAt(random.nextInt(PIECES.length())));
            default -> {
                int end = Math.min(text.length(), at + random.nextInt(200));
                text.insert(at, text.substring(at, end));
            }
        }
    }
}
