package io.champion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.champion.lake.ParquetOptions;
import io.champion.model.EditDistance;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JobConfigTest {

    /** Options of a job as a job would define them. */
    public static final class TestOptions {
        public static final ConfigOption<List<String>> INPUT =
                ConfigOptions.key("test.input").stringType().asList().noDefaultValue();
        public static final ConfigOption<Duration> WAIT =
                ConfigOptions.key("test.wait")
                        .durationType()
                        .defaultValue(Duration.ofSeconds(5))
                        .withDescription("How long.");
        public static final ConfigOption<MemorySize> SIZE =
                ConfigOptions.key("test.size")
                        .memoryType()
                        .defaultValue(MemorySize.ofMebiBytes(128));
        public static final ConfigOption<TimeUnit> UNIT =
                ConfigOptions.key("test.unit").enumType(TimeUnit.class).defaultValue(TimeUnit.DAYS);

        public static final ConfigOption<String> PASSWORD =
                ConfigOptions.key("test.password").stringType().noDefaultValue();

        private TestOptions() {}
    }

    private static final OptionSet OPTIONS = OptionSet.of(CommonOptions.class, TestOptions.class);

    @TempDir Path folder;

    private Path yaml(String text) throws IOException {
        return Files.writeString(folder.resolve("job.yaml"), text);
    }

    @Test
    void readsNestedDottedAndMixedKeys() throws IOException {
        JobConfig config =
                JobConfig.of(OPTIONS)
                        .file(
                                yaml(
                                        """
                                        # a comment
                                        test:
                                          wait: 30 s
                                          input: [a.csv, 'b;c, d.csv', "it's"]
                                        lake.path: /data/lake
                                        test.size: 64mb
                                        execution:
                                          checkpointing.interval: 1 min
                                        """))
                        .load();
        assertThat(config.get(TestOptions.WAIT)).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.get(TestOptions.INPUT)).containsExactly("a.csv", "b;c, d.csv", "it's");
        assertThat(config.get(CommonOptions.LAKE_PATH)).isEqualTo("/data/lake");
        assertThat(config.get(TestOptions.SIZE)).isEqualTo(MemorySize.ofMebiBytes(64));
        assertThat(config.get(CheckpointingOptions.CHECKPOINTING_INTERVAL))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(config.get(TestOptions.UNIT)).isEqualTo(TimeUnit.DAYS);
        assertThat(config.getOptional(TestOptions.UNIT)).isEmpty();
    }

    @Test
    void argumentsWinOverTheEnvironmentAndThatOverTheFile() throws IOException {
        JobConfig config =
                JobConfig.of(OPTIONS)
                        .file(yaml("test.wait: 1 s\nlake.path: /file\nwarehouse.database: file\n"))
                        .environment(
                                Map.of(
                                        "CHAMPION_TEST_WAIT", "2 s",
                                        "CHAMPION_LAKE_PATH", "/environment",
                                        "CHAMPION_REAL_DATA", "of no job"))
                        .arguments(List.of("test.wait=3 s"))
                        .load();
        assertThat(config.get(TestOptions.WAIT)).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.get(CommonOptions.LAKE_PATH)).isEqualTo("/environment");
        assertThat(config.get(CommonOptions.WAREHOUSE_DATABASE)).isEqualTo("file");
    }

    @Test
    void secretsAreNeverShown() {
        JobConfig config =
                JobConfig.of(OPTIONS)
                        .environment(Map.of("CHAMPION_TEST_PASSWORD", "swordfish"))
                        .load();
        assertThat(config.toString())
                .contains("test.password", "(hidden)")
                .doesNotContain("swordfish");
    }

    @Test
    void credentialsInAddressesAreRefusedUnseen() {
        for (String address :
                List.of(
                        "http://me:hunter2@db:8123",
                        "http://a:8123;http://me:hunter2@b:8123",
                        "http://me:p^%hunter2@db",
                        "http://me:slash/hunter2@db",
                        "me:hunter2@db:8123",
                        "http://hunter2@db",
                        "http://db/?user=me&Password=hunter2")) {
            assertThatThrownBy(
                            () ->
                                    JobConfig.of(OPTIONS)
                                            .arguments(List.of("warehouse.url=" + address))
                                            .load())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith(
                            "Argument -Dwarehouse.url: 'warehouse.url' carries credentials.")
                    .hasMessageNotContaining("hunter2");
            assertThat(Secrets.hide("-Dwarehouse.url=" + address))
                    .contains("(hidden)")
                    .doesNotContain("hunter2");
        }
        for (String path : List.of("s3://lake/part@1", "hdfs://nn:8020/part@1", "/data/a@b:c")) {
            JobConfig.of(OPTIONS).arguments(List.of("lake.path=" + path)).load();
            assertThat(Secrets.hide("-Dlake.path=" + path)).isEqualTo("-Dlake.path=" + path);
        }
    }

    @Test
    void optionsThatAreSecretsAreHidden() {
        assertThat(Secrets.hide("-Dwarehouse.password=hunter2"))
                .isEqualTo("-Dwarehouse.password=(hidden)");
        assertThat(Secrets.hide("-Ds3.secret-key=hunter2")).isEqualTo("-Ds3.secret-key=(hidden)");
    }

    @Test
    void reportsAllProblemsTogetherEachWithItsPlace() throws IOException {
        Path file =
                yaml(
                        """
                        lake.pth: /data
                        test:
                          wait: soon
                          unit: fortnights
                          input:
                        state.backend: rocksdb
                        test.wait: 1 s
                        """);
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class,
                        () ->
                                JobConfig.of(OPTIONS)
                                        .file(file)
                                        .environment(Map.of("CHAMPION_TEST_SIZE", "huge"))
                                        .arguments(
                                                List.of(
                                                        "warehouse.password=swordfish",
                                                        "warehouse.urll=http://localhost",
                                                        "nothing"))
                                        .require(TestOptions.INPUT)
                                        .load());
        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        file + ", line 5: 'test.input' has no value; give one or remove the line.",
                        file
                                + ", line 7: 'test.wait' was given before ("
                                + file
                                + ", line 3); keep one of the two.",
                        "Argument -Dwarehouse.password: everyone on the machine can read arguments; put secrets into the environment, such as CLICKHOUSE_PASSWORD, or into files.",
                        "Argument -Dnothing: write -Dkey=value, for example"
                                + " -Dlake.path=/data/lake.",
                        file + ", line 1: there is no option 'lake.pth'; did you mean 'lake.path'?",
                        file
                                + ", line 3: 'test.wait' is 'soon', which is no duration (for"
                                + " example 30 s, 5 min).",
                        file
                                + ", line 4: 'test.unit' is 'fortnights', which is no one of"
                                + " nanoseconds, microseconds, milliseconds, seconds, minutes,"
                                + " hours, days.",
                        file
                                + ", line 6: there is no option 'state.backend'; did you mean"
                                + " 'state.backend.type'?",
                        "Environment variable CHAMPION_TEST_SIZE: 'test.size' is 'huge', which is"
                                + " no memory size (for example 512 kb, 64 mb).",
                        "Argument -Dwarehouse.urll: there is no option 'warehouse.urll'; did you"
                                + " mean 'warehouse.url'?",
                        "'test.input' is required and was not given: set it in the configuration"
                                + " file, as CHAMPION_TEST_INPUT in the environment or as"
                                + " -Dtest.input=...");
        assertThat(e).hasMessageNotContaining("swordfish");
    }

    @Test
    void aForeignKeyIsNotGuessedAt() {
        assertThatThrownBy(
                        () ->
                                JobConfig.of(OPTIONS)
                                        .arguments(List.of("a.key.of.quite.another.program=1"))
                                        .load())
                .hasMessage(
                        "Argument -Da.key.of.quite.another.program: there is no option"
                                + " 'a.key.of.quite.another.program'; the options are listed in"
                                + " docs/options.md.");
    }

    @Test
    void aFileThatIsNoYamlIsSaidSoWithItsLine() throws IOException {
        Path file = yaml("lake.path: /a\ntest: [1, 2\nx: y\n");
        assertThatThrownBy(() -> JobConfig.of(OPTIONS).file(file).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file + ", line 3: this is no YAML: ");
        Path list = yaml("- a\n- b\n");
        assertThatThrownBy(() -> JobConfig.of(OPTIONS).file(list).load())
                .hasMessage(list + ", line 1: expected 'key: value' lines.");
        Path absent = folder.resolve("absent.yaml");
        assertThatThrownBy(() -> JobConfig.of(OPTIONS).file(absent).load())
                .hasMessage("The configuration file " + absent + " does not exist.");
        assertThat(JobConfig.of(OPTIONS).file(yaml("# nothing\n")).load().describe()).isEmpty();
    }

    @Test
    void readsTheArgumentsOfAMainMethod() throws IOException {
        Path file = yaml("test.wait: 1 s\n");
        JobConfig config =
                JobConfig.fromArguments(
                        OPTIONS,
                        new String[] {
                            "--config", file.toString(), "-Dtest.input=a;b", "-D", "test.unit=hours"
                        },
                        TestOptions.INPUT);
        assertThat(config.get(TestOptions.WAIT)).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.get(TestOptions.INPUT)).containsExactly("a", "b");
        assertThat(config.get(TestOptions.UNIT)).isEqualTo(TimeUnit.HOURS);
        assertThatThrownBy(() -> JobConfig.fromArguments(OPTIONS, new String[] {"--input", "x"}))
                .hasMessageContaining("The argument '--input' is not understood")
                .hasMessageContaining("The argument 'x' is not understood");
    }

    @Test
    void anOptionOfAnotherJobIsAMistakeOfTheProgram() {
        JobConfig config = JobConfig.of(OptionSet.of(CommonOptions.class)).load();
        assertThatThrownBy(() -> config.get(TestOptions.WAIT))
                .hasMessage("This job has no option 'test.wait'.");
    }

    @Test
    void twoClassesMayNotDefineOneKey() {
        assertThatThrownBy(() -> OptionSet.of(TestOptions.class, Again.class))
                .hasMessage("Both TestOptions and Again define the option 'test.wait'.");
    }

    /** Repeats a key. */
    public static final class Again {
        public static final ConfigOption<String> WAIT =
                ConfigOptions.key("test.wait").stringType().noDefaultValue();

        private Again() {}
    }

    @Test
    void passesOnOnlyFlinksOptions() {
        JobConfig config =
                JobConfig.of(OPTIONS)
                        .environment(Map.of("CHAMPION_TEST_PASSWORD", "swordfish"))
                        .arguments(List.of("restart-strategy.type=none", "test.wait=1 s"))
                        .load();
        assertThat(config.flink().toMap())
                .containsOnlyKeys(RestartStrategyOptions.RESTART_STRATEGY.key());
    }

    @Test
    void theWarehouseIsMadeOfItsOptions() {
        ClickHouseConfig warehouse =
                CommonOptions.warehouse(
                        JobConfig.of(OPTIONS)
                                .arguments(
                                        List.of(
                                                "warehouse.url=http://a:8123;http://b:8123",
                                                "warehouse.request-timeout=1 min"))
                                .load());
        assertThat(warehouse)
                .isEqualTo(
                        ClickHouseConfig.of("http://a:8123")
                                .withUrls(List.of("http://a:8123", "http://b:8123"))
                                .withTimeouts(Duration.ofSeconds(10), Duration.ofMinutes(1)));
        assertThatThrownBy(() -> CommonOptions.warehouse(JobConfig.of(OPTIONS).load()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("'warehouse.url' is required");
        JobConfig wrong = JobConfig.of(OPTIONS).arguments(List.of("warehouse.url=nowhere")).load();
        assertThatThrownBy(() -> CommonOptions.warehouse(wrong))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("'warehouse.url': 'nowhere' is no ClickHouse URL");
    }

    @Test
    void theLakesFilesAreWrittenByItsOptions() {
        assertThat(CommonOptions.parquet(JobConfig.of(OPTIONS).load()))
                .isEqualTo(ParquetOptions.defaults());
        JobConfig config =
                JobConfig.of(OPTIONS)
                        .arguments(
                                List.of(
                                        "lake.parquet.codec=zstd",
                                        "lake.parquet.row-group-size=32 mb",
                                        "lake.parquet.bloom-filters=symbol"))
                        .load();
        assertThat(CommonOptions.parquet(config))
                .isEqualTo(
                        ParquetOptions.defaults()
                                .withCodec(ParquetOptions.Codec.ZSTD)
                                .withRowGroupBytes(32 << 20)
                                .withBloomFilterColumns(Set.of("symbol")));
        JobConfig wrong =
                JobConfig.of(OPTIONS).arguments(List.of("lake.parquet.page-size=1 b")).load();
        assertThatThrownBy(() -> CommonOptions.parquet(wrong))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("'lake.parquet': A page of 1 bytes");
    }

    @Test
    void anUnreadableRetentionIsAProblemOfTheConfiguration() {
        JobConfig wrong =
                JobConfig.of(OPTIONS).arguments(List.of("warehouse.retention=a while")).load();
        assertThatThrownBy(() -> CommonOptions.migrations(wrong, ClickHouseConfig.of("http://a:1")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a while");
    }

    @Test
    void locationsAreAbsoluteAndBelowTheHome() {
        Home home = Home.of(JobConfig.of(OPTIONS).arguments(List.of("home=some/where")).load());
        String root = Path.of("some/where").toAbsolutePath().toString();
        assertThat(home.root()).isEqualTo(root);
        assertThat(home.lake()).isEqualTo(root + "/lake");
        assertThat(home.blocks()).isEqualTo(root + "/blocks");
        Home remote =
                Home.of(
                        JobConfig.of(OPTIONS)
                                .arguments(List.of("home=s3://bucket/x", "lake.path=/lake"))
                                .load());
        assertThat(remote.checkpoints()).isEqualTo("s3://bucket/x/checkpoints");
        assertThat(remote.lake()).isEqualTo("/lake");
    }

    @Test
    void distanceCountsLettersAddedRemovedAndReplaced() {
        assertThat(EditDistance.between("kitten", "sitting")).isEqualTo(3);
        assertThat(EditDistance.between("", "abc")).isEqualTo(3);
        assertThat(EditDistance.between("same", "same")).isZero();
    }

    @Test
    void datesAreRead() {
        OptionSet options = OptionSet.of(Dates.class);
        assertThat(JobConfig.of(options).load().getDate(Dates.DAY)).isNull();
        assertThat(
                        JobConfig.of(options)
                                .arguments(List.of("test.day=2025-06-18"))
                                .load()
                                .getDate(Dates.DAY))
                .isEqualTo(LocalDate.of(2025, 6, 18));
        JobConfig wrong = JobConfig.of(options).arguments(List.of("test.day=yesterday")).load();
        assertThatThrownBy(() -> wrong.getDate(Dates.DAY))
                .isInstanceOf(ConfigException.class)
                .hasMessage("'test.day' is 'yesterday', which is no date; write it as 2025-06-18.");
    }

    /** An option that is a date. */
    public static final class Dates {
        private Dates() {}

        public static final ConfigOption<String> DAY =
                ConfigOptions.key("test.day")
                        .stringType()
                        .noDefaultValue()
                        .withDescription("A day.");
    }
}
