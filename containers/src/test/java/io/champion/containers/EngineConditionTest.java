package io.champion.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

final class EngineConditionTest {

    private static final Optional<String> NO_ENGINE = Optional.of("No container engine answers.");

    @Test
    void skipsWithASentenceWhereSomethingIsMissing() {
        ConditionEvaluationResult skipped = EngineCondition.decide(NO_ENGINE, false);
        assertThat(skipped.isDisabled()).isTrue();
        assertThat(skipped.getReason()).contains("No container engine answers.");
    }

    @Test
    void failsInsteadInContinuousIntegration() {
        assertThatThrownBy(() -> EngineCondition.decide(NO_ENGINE, true))
                .hasMessage(
                        "Container tests are not skipped where CI=true. No container engine"
                                + " answers.");
        assertThat(EngineCondition.decide(Optional.empty(), true).isDisabled()).isFalse();
    }
}
