package io.champion.runtime;

import io.champion.runtime.OptionSet.Option;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;

/**
 * What one run of a job was told: the file, overridden by the environment, overridden by arguments.
 *
 * <ul>
 *   <li>file: YAML, keys nested or dotted;
 *   <li>environment: {@code CHAMPION_} and the key in capitals with {@code _} for {@code .} and
 *       {@code -}, for example {@code CHAMPION_WAREHOUSE_URL};
 *   <li>arguments: {@code -Dkey=value}. Never for passwords: arguments are public on a machine.
 * </ul>
 *
 * <p>A key that no option has is an error, as is a value that its option cannot read, and an
 * address with credentials in it: values are logged, and on record with runs. All problems of all
 * sources are reported together.
 */
public final class JobConfig implements ReadableConfig {

    private final OptionSet options;
    private final Configuration values;
    private final Map<String, String> origins;

    private JobConfig(OptionSet options, Configuration values, Map<String, String> origins) {
        this.options = options;
        this.values = values;
        this.origins = origins;
    }

    /** Begins a configuration that knows the given options and no others. */
    public static Builder of(OptionSet options) {
        return new Builder(options);
    }

    /**
     * Reads the arguments of a job's main method, {@code [--config FILE] [-Dkey=value]...}, and the
     * process's environment.
     *
     * @throws ConfigException if anything is wrong with them
     */
    public static JobConfig fromArguments(
            OptionSet options, String[] arguments, ConfigOption<?>... required) {
        Builder builder = of(options).environment(System.getenv()).require(required);
        List<String> overrides = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            boolean hasNext = i + 1 < arguments.length;
            if (argument.equals("--config") && hasNext) {
                builder.file(Path.of(arguments[++i]));
            } else if (argument.startsWith("--config=")) {
                builder.file(Path.of(argument.substring("--config=".length())));
            } else if (argument.equals("-D") && hasNext) {
                overrides.add(arguments[++i]);
            } else if (argument.startsWith("-D")) {
                overrides.add(argument.substring("-D".length()));
            } else {
                builder.problems.add(
                        "The argument '"
                                + Secrets.hide(argument)
                                + "' is not understood; a job takes --config FILE and -Dkey=value.");
            }
        }
        return builder.arguments(overrides).load();
    }

    /**
     * The value of an option, or its default; null where it has neither.
     *
     * @throws IllegalArgumentException if this job does not know the option
     */
    @Override
    public <T> T get(ConfigOption<T> option) {
        return values.get(known(option));
    }

    /**
     * The value of an option that is a date; null if it has none.
     *
     * @throws ConfigException if it is no date
     */
    public LocalDate getDate(ConfigOption<String> option) {
        String text = get(option);
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + option.key()
                                    + "' is '"
                                    + text
                                    + "', which is no date; write it as 2025-06-18."));
        }
    }

    /** The value of an option where one was given; its default does not count. */
    @Override
    public <T> Optional<T> getOptional(ConfigOption<T> option) {
        return values.getOptional(known(option));
    }

    /** Every key that was given and its value; see {@link #describe} for what may be shown. */
    @Override
    public Map<String, String> toMap() {
        return values.toMap();
    }

    private <T> ConfigOption<T> known(ConfigOption<T> option) {
        if (options.find(option.key()).isEmpty()) {
            throw new IllegalArgumentException("This job has no option '" + option.key() + "'.");
        }
        return option;
    }

    /** What was given of Flink's own options; never anything secret. */
    Configuration flink() {
        Configuration flink = new Configuration();
        Map<String, String> all = values.toMap();
        all.forEach(
                (key, value) -> {
                    if (options.find(key).orElseThrow().isFlink()) {
                        flink.setString(key, value);
                    }
                });
        return flink;
    }

    /** Every key that was given, its value and where it comes from; secrets hidden. */
    public Map<String, String> describe() {
        Map<String, String> lines = new TreeMap<>();
        values.toMap()
                .forEach(
                        (key, value) ->
                                lines.put(
                                        key,
                                        (Secrets.isKey(key) ? "(hidden)" : value)
                                                + "  from "
                                                + origins.get(key)));
        return lines;
    }

    /** Every key that was given and its value; secrets are left out. */
    public Map<String, String> shown() {
        Map<String, String> shown = new TreeMap<>(values.toMap());
        shown.keySet().removeIf(Secrets::isKey);
        return shown;
    }

    @Override
    public String toString() {
        return describe().toString();
    }

    /** Collects the sources of a configuration. */
    public static final class Builder {

        private final OptionSet options;
        private final List<String> problems = new ArrayList<>();
        private final List<ConfigOption<?>> required = new ArrayList<>();
        private Path file;
        private Map<String, String> environment = Map.of();
        private Collection<String> arguments = List.of();

        private Builder(OptionSet options) {
            this.options = options;
        }

        /** A YAML file; null for none. */
        public Builder file(Path file) {
            this.file = file;
            return this;
        }

        /** Environment variables, usually {@link System#getenv()}; foreign ones are ignored. */
        public Builder environment(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
            return this;
        }

        /** Overrides of the form {@code key=value}. */
        public Builder arguments(Collection<String> arguments) {
            this.arguments = List.copyOf(arguments);
            return this;
        }

        /** Options without which the job cannot run. */
        public Builder require(ConfigOption<?>... options) {
            required.addAll(List.of(options));
            return this;
        }

        /**
         * Reads all sources.
         *
         * @throws ConfigException if there is any problem, with all of them
         */
        public JobConfig load() {
            Map<String, YamlFile.Value> given = new LinkedHashMap<>();
            if (file != null) {
                given.putAll(YamlFile.read(file, problems));
            }
            fromEnvironment(given);
            fromArguments(given);

            Map<String, String> accepted = new LinkedHashMap<>();
            Map<String, String> origins = new LinkedHashMap<>();
            given.forEach(
                    (key, value) -> {
                        if (check(key, value)) {
                            accepted.put(key, value.text());
                            origins.put(key, value.where());
                        }
                    });
            for (ConfigOption<?> option : required) {
                if (!given.containsKey(option.key())) {
                    problems.add(missing(option));
                }
            }
            if (!problems.isEmpty()) {
                throw new ConfigException(problems);
            }
            return new JobConfig(options, Configuration.fromMap(accepted), origins);
        }

        private String missing(ConfigOption<?> option) {
            return "'"
                    + option.key()
                    + "' is required and was not given: set it in the configuration file, as "
                    + options.find(option.key()).orElseThrow().environmentVariable()
                    + " in the environment or as -D"
                    + option.key()
                    + "=...";
        }

        private void fromEnvironment(Map<String, YamlFile.Value> given) {
            for (Option option : options.all()) {
                String name = option.environmentVariable();
                String value = environment.get(name);
                if (value != null) {
                    given.put(
                            option.key(),
                            new YamlFile.Value(value, "Environment variable " + name));
                }
            }
        }

        private void fromArguments(Map<String, YamlFile.Value> given) {
            for (String argument : arguments) {
                int equals = argument.indexOf('=');
                if (equals <= 0) {
                    problems.add(
                            "Argument -D"
                                    + Secrets.hide(argument)
                                    + ": write -Dkey=value, for example "
                                    + "-Dlake.path=/data/lake.");
                    continue;
                }
                String key = argument.substring(0, equals);
                if (Secrets.isKey(key)) {
                    problems.add(
                            "Argument -D"
                                    + key
                                    + ": everyone on the machine can read arguments; put secrets into the"
                                    + " environment, such as CLICKHOUSE_PASSWORD, or into files.");
                    continue;
                }
                given.put(
                        key,
                        new YamlFile.Value(argument.substring(equals + 1), "Argument -D" + key));
            }
        }

        private boolean check(String key, YamlFile.Value value) {
            Optional<Option> option = options.find(key);
            if (option.isEmpty()) {
                problems.add(
                        value.where()
                                + ": there is no option '"
                                + key
                                + "'"
                                + options.nearest(key)
                                        .map(near -> "; did you mean '" + near + "'?")
                                        .orElse("; the options are listed in docs/options.md."));
                return false;
            }
            if (!option.get().isSecret() && Secrets.isIn(value.text())) {
                problems.add(
                        value.where()
                                + ": '"
                                + key
                                + "' carries credentials. Leave them out, because options are on"
                                + " record with runs, and give them in the environment;"
                                + " docs/options.md says by which variables.");
                return false;
            }
            try {
                Configuration.fromMap(Map.of(key, value.text())).get(option.get().option());
                return true;
            } catch (IllegalArgumentException e) {
                problems.add(
                        value.where()
                                + ": '"
                                + key
                                + "' is "
                                + (option.get().isSecret() ? "(hidden)" : "'" + value.text() + "'")
                                + ", which is no "
                                + option.get().type()
                                + example(option.get())
                                + ".");
                return false;
            }
        }

        private static String example(Option option) {
            return switch (option.type()) {
                case "duration" -> " (for example 30 s, 5 min)";
                case "memory size" -> " (for example 512 kb, 64 mb)";
                case "boolean" -> " (true or false)";
                default -> "";
            };
        }
    }
}
