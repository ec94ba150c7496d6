package io.champion.containers;

import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** What {@link RequiresEngine} asks for. */
final class EngineCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return decide(missing(), "true".equals(System.getenv("CI")));
    }

    /**
     * Whether the test runs.
     *
     * @param missing what it needs and is not there
     * @throws IllegalStateException if something is missing where no test may be skipped
     */
    static ConditionEvaluationResult decide(Optional<String> missing, boolean maySkipNothing) {
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("An engine answers, and has the image.");
        }
        if (maySkipNothing) {
            throw new IllegalStateException(
                    "Container tests are not skipped where CI=true. " + missing.get());
        }
        return ConditionEvaluationResult.disabled(missing.get());
    }

    private static Optional<String> missing() {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of(
                    "No container engine answers: start Docker, or set DOCKER_HOST to one.");
        }
        try {
            DockerClientFactory.lazyClient().inspectImageCmd(ServerContainer.IMAGE).exec();
            return Optional.empty();
        } catch (NotFoundException e) {
            return Optional.of(
                    "The container engine has no image "
                            + ServerContainer.IMAGE
                            + ": make it with deploy/test-images/build.");
        }
    }
}
