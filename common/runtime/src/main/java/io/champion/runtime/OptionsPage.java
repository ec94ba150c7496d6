package io.champion.runtime;

import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.JobEnvironment.Preset;
import io.champion.runtime.OptionSet.Option;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.Formatter;
import org.apache.flink.configuration.description.HtmlFormatter;

/** The reference of all options, as Markdown. */
public final class OptionsPage {
    private OptionsPage() {}

    private static final String HEAD =
            """
            # Options

            This page is generated: `./champion options --markdown > docs/options.md`.

            A job reads one YAML file (`--config FILE`), overridden by the environment, overridden by arguments
            (`-Dkey=value`). Keys may be nested, dotted or both. In the environment a key is written in capitals after
            `CHAMPION_`, with `_` for `.` and `-`: `warehouse.url` is `CHAMPION_WAREHOUSE_URL`. A key that no option has
            is an error, and all that is wrong with a configuration is reported at once, before a job starts;
            `./champion validate FILE` does nothing else, with a file for `bhavcopy-ingest`. A list is one of YAML, or values with `;` between
            them (`1 s;1 min`), everywhere. Passwords are refused as arguments,
            and addresses with credentials in them wherever they are given.
            """;

    private static final String FLINK_HEAD =
            """

            ## Flink's options

            Flink's own options of a job are understood under their own names (those of checkpointing, execution,
            pipeline, restart strategy, state backend and state recovery, see Flink's documentation). These are preset;
            the cluster's settings win over the presets, the job's configuration wins over both.

            | key | preset | jobs | why |
            |---|---|---|---|
            """;

    /**
     * The whole page.
     *
     * @param sections title of each section and the class that holds its options
     */
    public static String markdown(Map<String, Class<?>> sections) {
        OptionSet options = OptionSet.of(sections.values().toArray(Class<?>[]::new));
        StringBuilder page = new StringBuilder(HEAD);
        sections.forEach(
                (title, owner) -> {
                    page.append("\n## ").append(title).append("\n\n");
                    page.append("| key | type | default | what it does |\n|---|---|---|---|\n");
                    options.definedBy(owner).forEach(option -> page.append(row(option)));
                });
        page.append(FLINK_HEAD);
        List<Preset<?>> bounded = JobEnvironment.presets(Boundedness.BOUNDED);
        List<Preset<?>> unbounded = JobEnvironment.presets(Boundedness.UNBOUNDED);
        bounded.stream()
                .filter(unbounded::contains)
                .forEach(preset -> page.append(row(preset, "all")));
        bounded.stream()
                .filter(preset -> !unbounded.contains(preset))
                .forEach(preset -> page.append(row(preset, "bounded")));
        unbounded.stream()
                .filter(preset -> !bounded.contains(preset))
                .forEach(preset -> page.append(row(preset, "unbounded")));
        return page.toString();
    }

    /** Key, type, default and description of every option of a class, for a terminal. */
    public static String text(Class<?> owner) {
        StringBuilder text = new StringBuilder();
        List<Option> options = OptionSet.of(owner).definedBy(owner);
        options.stream()
                .sorted(Comparator.comparing(Option::key))
                .forEach(
                        option ->
                                text.append(option.key())
                                        .append(" (")
                                        .append(option.type())
                                        .append(
                                                option.option().hasDefaultValue()
                                                        ? ", default " + show(option.option())
                                                        : "")
                                        .append(")\n    ")
                                        .append(description(option).replace("`", ""))
                                        .append('\n'));
        return text.toString();
    }

    private static String row(Option option) {
        return "| `%s` | %s | %s | %s |%n"
                .formatted(
                        option.key(),
                        option.type(),
                        option.option().hasDefaultValue()
                                ? "`" + show(option.option()) + "`"
                                : "none",
                        description(option))
                .replace(System.lineSeparator(), "\n");
    }

    private static String row(Preset<?> preset, String jobs) {
        Object value = preset.value().apply(new Home("<home>", "<home>/lake", "<home>/blocks"));
        return "| `"
                + preset.option().key()
                + "` | `"
                + show(value)
                + "` | "
                + jobs
                + " | "
                + preset.reason()
                + " |\n";
    }

    private static String description(Option option) {
        Formatter formatter = new HtmlFormatter();
        return formatter
                .format(option.option().description())
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }

    private static String show(ConfigOption<?> option) {
        return show(option.defaultValue());
    }

    private static String show(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + " ms";
        }
        long seconds = duration.toSeconds();
        return seconds == 0 || seconds % 60 != 0
                ? seconds + " s"
                : seconds % 86_400 == 0 ? duration.toDays() + " d" : duration.toMinutes() + " min";
    }

    private static String show(Object value) {
        if (value instanceof Duration duration) {
            return show(duration);
        }
        if (value instanceof List<?> list) {
            return list.isEmpty()
                    ? "none"
                    : String.join(";", list.stream().map(OptionsPage::show).toList());
        }
        return value instanceof Enum<?> constant
                ? constant.name().toLowerCase(java.util.Locale.ROOT)
                : String.valueOf(value);
    }
}
