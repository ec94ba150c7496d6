package io.champion.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class OptionsPageTest {

    @Test
    void listsEveryOptionWithTypeDefaultAndPurpose() {
        String page =
                OptionsPage.markdown(Map.of("A test's options", JobConfigTest.TestOptions.class));
        assertThat(page)
                .contains("## A test's options")
                .contains("| `test.wait` | duration | `5 s` | How long. |")
                .contains("| `test.input` | list of strings | none |  |")
                .contains("| `execution.runtime-mode` | `batch` | bounded |")
                .contains("| `execution.runtime-mode` | `streaming` | unbounded |")
                .contains("| `pipeline.max-parallelism` | `128` | all |")
                .contains("| `execution.checkpointing.dir` | `<home>/checkpoints` | unbounded |");
    }

    @Test
    void everyOptionOfOursSaysWhatItDoes() {
        assertThat(OptionSet.of(CommonOptions.class).definedBy(CommonOptions.class))
                .isNotEmpty()
                .allSatisfy(
                        option ->
                                assertThat(OptionsPage.text(CommonOptions.class))
                                        .containsPattern(
                                                "(?m)^"
                                                        + option.key()
                                                        + " \\(.*\\)\\n    [A-Z].*\\.$"));
    }
}
