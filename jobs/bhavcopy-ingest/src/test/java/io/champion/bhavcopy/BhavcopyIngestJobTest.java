package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, configured as it is on a command line. */
class BhavcopyIngestJobTest {

    @TempDir Path home;

    private IngestReport run(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("home=" + home));
        arguments.addAll(List.of(options));
        JobConfig config = JobConfig.of(BhavcopyIngestJob.OPTIONS).arguments(arguments).load();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return BhavcopyIngestJob.run(env, config, progress -> {});
    }

    @Test
    void theReportIsReturnedAndStored() throws Exception {
        IngestReport report = run("bhavcopy.input=" + fixture("pd07012030.csv"));
        assertThat(report.problem()).isNull();
        assertThat(report.accounting().rowsRead()).isEqualTo(6);
        assertThat(report.summary())
                .containsPattern("rows read +6\\R")
                .containsPattern("rejected, layout_row +2\\R")
                .containsPattern("normalized.index_ohlc +2\\R")
                .contains("All sums hold.");

        JsonNode stored =
                new ObjectMapper()
                        .readTree(
                                Files.readString(
                                        home.resolve("runs")
                                                .resolve(report.runId())
                                                .resolve("report.json")));
        assertThat(stored.path("status").asText()).isEqualTo("ok");
        assertThat(stored.path("rows_read").asLong()).isEqualTo(6);
        assertThat(stored.path("written").path("normalized.equity_ohlc").asLong()).isEqualTo(2);
        assertThat(stored.path("files").get(0).path("session").asText()).isEqualTo("2030-01-07");
        assertThat(stored.path("files").get(0).path("rejected").path("layout_row").asLong())
                .isEqualTo(2);
    }

    @Test
    void datesBoundTheRun() throws Exception {
        IngestReport report =
                run(
                        "bhavcopy.input=" + fixture(""),
                        "bhavcopy.from=1994-01-01",
                        "bhavcopy.to=2017-12-31");
        assertThat(report.plan().sessions()).hasSize(3);
        assertThat(report.summary())
                .containsPattern("files left alone +10\\R")
                .contains("outside the dates asked for");
    }

    @Test
    void whatCannotBeUsedIsSaidBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> run("bhavcopy.input=" + home.resolve("absent")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("There is no file or folder");
        assertThatThrownBy(() -> run("bhavcopy.input=" + fixture(""), "bhavcopy.from=yesterday"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'bhavcopy.from' is 'yesterday', which is no date");
        assertThat(home).isEmptyDirectory();
    }
}
