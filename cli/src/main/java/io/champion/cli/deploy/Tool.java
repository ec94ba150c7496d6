package io.champion.cli.deploy;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A program of the person's own, found where a shell would find it.
 *
 * @param program where it is
 * @param arguments what every call begins with
 */
public record Tool(Path program, List<String> arguments) {

    /**
     * What a call of a program came to.
     *
     * @param exitCode zero if all went well
     */
    public record Result(int exitCode, String out, String err) {}

    /** Looks for a program by the environment's PATH. */
    public static Optional<Tool> find(String name, Map<String, String> environment) {
        String path = environment.getOrDefault("PATH", "");
        return Stream.of(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isExecutable(file) && Files.isRegularFile(file))
                .findFirst()
                .map(file -> new Tool(file, List.of()));
    }

    /** The same, with arguments that every call begins with. */
    public Tool with(String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return new Tool(program, List.copyOf(all));
    }

    /**
     * Runs the program to its end.
     *
     * @param input what it reads from its standard input
     * @throws IOException if it cannot be started
     */
    public Result run(String input) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).start();
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        try (OutputStream stream = process.getOutputStream()) {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading, and says why itself.
        }
        int exitCode = process.waitFor();
        return new Result(exitCode, out.join(), err.join());
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
