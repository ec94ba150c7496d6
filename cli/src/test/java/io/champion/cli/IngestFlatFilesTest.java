package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code champion ingest flatfiles}, as typed. */
class IngestFlatFilesTest {

    private static final String TRADES =
            """
            ticker,conditions,exchange,id,price,sequence_number,sip_timestamp,size
            A,"12,37",11,1,129.79,7,1772461800000000001,100
            A,,11,2,129.80,8,1772461800000000002,10.500000
            A,,11,2,129.80,8,1772461800000000002,10.500000
            A,,11,3,-1,9,1772461800000000003,1
            """;

    @TempDir Path home;
    @TempDir Path input;

    private void write(String name, String text) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(input.resolve(name)))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void ingestsSaysWhatIsBrokenAndGoesOn() throws Exception {
        write("2026-03-02.csv.gz", TRADES);
        write("2026-03-03.csv.gz", TRADES.replace("17724618", "17725482"));
        Path broken = input.resolve("2026-03-03.csv.gz");
        byte[] whole = Files.readAllBytes(broken);
        Files.write(broken, java.util.Arrays.copyOf(whole, whole.length - 9));

        Run first = Run.in(home, "ingest", "flatfiles", "--input", input.toString());

        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.INPUT);
        assertThat(first.out())
                .contains("rejected, price_not_positive", "1 file could not be read.", "truncated");

        Files.write(broken, whole);
        Run second = Run.in(home, "ingest", "flatfiles", "--input", input.toString());

        assertThat(second.exitCode()).as(second.err()).isEqualTo(ExitCode.OK);
        assertThat(second.out()).contains("files ingested before and not changed");
        String sum = "SELECT concat(toString(count()), ' ', toString(sum(size))) FROM ";
        for (String table : new String[] {"trades", "lake.trades"}) {
            Run query = Run.in(home, "query", "--format", "csv", sum + table);
            assertThat(query.out()).as(table).contains("4 221");
        }
    }

    @Test
    void namesWhatIsMissing() {
        assertThat(Run.in(home, "ingest", "flatfiles").exitCode()).isEqualTo(ExitCode.USAGE);
        Run absent = Run.in(home, "ingest", "flatfiles", "--input", input.resolve("no").toString());
        assertThat(absent.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(absent.err()).contains("There is no file or folder");
    }
}
