package io.champion.runtime.exactlyonce;

import io.champion.lake.CommitStep;
import io.champion.warehouse.ProtocolHook;
import io.champion.warehouse.ProtocolStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Breaks the protocols of both sinks at steps that a test names while the job runs, in whatever
 * process the step is reached. A test {@linkplain #arm arms} a step with a file; who reaches it
 * first takes the file away and fails, so each fault happens once, however often the job restarts.
 *
 * @param folder folder of the files, seen by all processes
 */
record FaultPoints(String folder) implements ProtocolHook, CommitStep.Listener {
    private static final long serialVersionUID = 1L;

    /** How a step fails. */
    enum Effect {
        /** The task fails. */
        FAIL,
        /** The operation fails, as with a lost response. */
        IO_ERROR,
        /** The process dies, with no chance to tidy up. */
        HALT
    }

    static FaultPoints in(Path folder) throws IOException {
        return new FaultPoints(Files.createDirectories(folder).toString());
    }

    /** Lets the step fail the next time it is reached. */
    void arm(Enum<?> step, Effect effect) throws IOException {
        Path file = file(step);
        Path hidden = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(hidden, effect.name(), StandardOpenOption.CREATE_NEW);
        Files.move(hidden, file);
    }

    /** Lets each step fail the next time it is reached. */
    void arm(Map<Enum<?>, Effect> steps) throws IOException {
        for (Map.Entry<Enum<?>, Effect> step : steps.entrySet()) {
            arm(step.getKey(), step.getValue());
        }
    }

    /** Whether the step was reached since it was armed. */
    boolean struck(Enum<?> step) {
        return !Files.exists(file(step));
    }

    private Path file(Enum<?> step) {
        return Path.of(folder, step.getDeclaringClass().getSimpleName() + "." + step.name());
    }

    @Override
    public void at(ProtocolStep step, String subject) throws IOException {
        reach(step);
    }

    @Override
    public void reached(CommitStep step) throws IOException {
        reach(step);
    }

    private void reach(Enum<?> step) throws IOException {
        Path file = file(step);
        Effect effect;
        try {
            effect = Effect.valueOf(Files.readString(file));
            Files.delete(file);
        } catch (NoSuchFileException e) {
            // Not armed, or another thread was first.
            return;
        }
        String message = "A fault planned by the test: " + effect + " at " + step + ".";
        switch (effect) {
            case FAIL -> throw new IllegalStateException(message);
            case IO_ERROR -> throw new IOException(message);
            case HALT -> Runtime.getRuntime().halt(137);
        }
    }
}
