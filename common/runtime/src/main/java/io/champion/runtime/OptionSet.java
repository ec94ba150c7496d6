package io.champion.runtime;

import io.champion.model.EditDistance;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;

/**
 * The options that one job knows: those of its own classes, and Flink's own options of a job under
 * Flink's own names.
 *
 * <p>An option class is any class with {@code public static final} {@link ConfigOption} fields.
 */
public final class OptionSet {

    private static final List<Class<?>> FLINK =
            List.of(
                    BatchExecutionOptions.class,
                    CheckpointingOptions.class,
                    CoreOptions.class,
                    ExecutionOptions.class,
                    PipelineOptions.class,
                    RestartStrategyOptions.class,
                    StateBackendOptions.class,
                    StateRecoveryOptions.class);

    /** A name this far from every known one is more likely foreign than misspelt. */
    private static final int FARTHEST_GUESS = 6;

    private final List<Class<?>> owners;
    private final Map<String, Option> byKey = new TreeMap<>();
    private final Map<String, String> renamed = new HashMap<>();

    /**
     * One option.
     *
     * @param option key, default and description
     * @param type its type in words
     * @param owner the class that defines it
     */
    record Option(ConfigOption<?> option, String type, Class<?> owner) {

        String key() {
            return option.key();
        }

        boolean isFlink() {
            return FLINK.contains(owner);
        }

        /** Whether its value must never be shown. */
        boolean isSecret() {
            return Secrets.isKey(key());
        }

        String environmentVariable() {
            return "CHAMPION_" + key().toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }
    }

    private OptionSet(List<Class<?>> owners) {
        this.owners = owners;
        owners.forEach(this::add);
        FLINK.forEach(this::add);
    }

    /**
     * The options of the given classes, and Flink's.
     *
     * @throws IllegalArgumentException if two of the classes define one key
     */
    public static OptionSet of(Class<?>... owners) {
        return new OptionSet(List.of(owners));
    }

    /** Whether an option has this key. */
    public boolean has(String key) {
        return find(key).isPresent();
    }

    private void add(Class<?> owner) {
        for (Field field : owner.getDeclaredFields()) {
            if (field.getType() != ConfigOption.class || !Modifier.isPublic(field.getModifiers())) {
                continue;
            }
            Option option = new Option(read(field), typeOf(field.getGenericType()), owner);
            Option other = byKey.putIfAbsent(option.key(), option);
            if (other != null && !(other.isFlink() && option.isFlink())) {
                throw new IllegalArgumentException(
                        "Both "
                                + other.owner().getSimpleName()
                                + " and "
                                + owner.getSimpleName()
                                + " define the option '"
                                + option.key()
                                + "'.");
            }
            for (FallbackKey fallback : option.option().fallbackKeys()) {
                renamed.put(fallback.getKey(), option.key());
            }
        }
    }

    private static ConfigOption<?> read(Field field) {
        try {
            return (ConfigOption<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    "The option " + field + " cannot be read; make its class public.", e);
        }
    }

    private static String typeOf(Type field) {
        Type type = ((ParameterizedType) field).getActualTypeArguments()[0];
        return nameOf(type);
    }

    private static String nameOf(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            Type[] arguments = parameterized.getActualTypeArguments();
            if (parameterized.getRawType() == Map.class) {
                return "map";
            }
            String element = nameOf(arguments[0]);
            return arguments[0] instanceof Class<?> plain && plain.isEnum()
                    ? "list, each " + element
                    : "list of " + element + "s";
        }
        Class<?> plain = (Class<?>) type;
        if (plain == Duration.class) {
            return "duration";
        }
        if (plain == MemorySize.class) {
            return "memory size";
        }
        if (plain == Integer.class || plain == Long.class) {
            return "whole number";
        }
        if (plain == Double.class || plain == Float.class) {
            return "number";
        }
        if (plain.isEnum()) {
            return Arrays.stream(plain.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return plain.getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** The environment variables by which options can be given. */
    public Set<String> environmentVariables() {
        return byKey.values().stream().map(Option::environmentVariable).collect(Collectors.toSet());
    }

    Optional<Option> find(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** All options, sorted by key. */
    List<Option> all() {
        return List.copyOf(byKey.values());
    }

    /** The options of one class, in the order in which it defines them. */
    List<Option> definedBy(Class<?> owner) {
        List<Option> options = new ArrayList<>();
        for (Field field : owner.getDeclaredFields()) {
            if (field.getType() == ConfigOption.class && Modifier.isPublic(field.getModifiers())) {
                options.add(byKey.get(read(field).key()));
            }
        }
        return options;
    }

    List<Class<?>> owners() {
        return owners;
    }

    /** The known key that an unknown one was most likely meant to be. */
    Optional<String> nearest(String unknown) {
        String current = renamed.get(unknown);
        if (current != null) {
            return Optional.of(current);
        }
        return byKey.keySet().stream()
                .min(
                        Comparator.comparingInt((String key) -> EditDistance.between(key, unknown))
                                .thenComparing(Comparator.naturalOrder()))
                .filter(key -> EditDistance.between(key, unknown) <= FARTHEST_GUESS);
    }
}
