package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import picocli.CommandLine.Option;

/** What to ingest. */
final class InputMixin {

    @Option(
            names = "--input",
            paramLabel = "PATH",
            arity = "1..*",
            description =
                    "Files, folders (with all below them) and globs; relative ones to the working"
                            + " directory.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "DATE",
            description = "First session to ingest, as 2025-06-18.")
    private String from;

    @Option(
            names = "--to",
            paramLabel = "DATE",
            description = "Last session to ingest, as 2025-06-18.")
    private String to;

    boolean isGiven() {
        return !inputs.isEmpty();
    }

    /** What was given, as overrides of a job's options. */
    List<String> overrides(
            ConfigOption<List<String>> inputOption,
            ConfigOption<String> fromOption,
            ConfigOption<String> toOption) {
        List<String> overrides = new ArrayList<>();
        if (isGiven()) {
            overrides.add(override(inputOption, inputs));
        }
        if (from != null) {
            overrides.add(fromOption.key() + "=" + from);
        }
        if (to != null) {
            overrides.add(toOption.key() + "=" + to);
        }
        return overrides;
    }

    /** What was given, as overrides of bhavcopy-ingest. */
    List<String> overrides() {
        return overrides(
                BhavcopyIngestOptions.INPUT, BhavcopyIngestOptions.FROM, BhavcopyIngestOptions.TO);
    }

    /** The inputs as an override, so quoted that no name can be taken for two. */
    static String override(ConfigOption<List<String>> option, List<String> inputs) {
        return option.key()
                + "="
                + inputs.stream()
                        .map(InputMixin::absolute)
                        .map(input -> "'" + input.replace("'", "''") + "'")
                        .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String absolute(String input) {
        return input.contains("://") ? input : Path.of(input).toAbsolutePath().toString();
    }
}
