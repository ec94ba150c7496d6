package io.champion.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;

/**
 * Tells whether a contract may follow a released one.
 *
 * <p>Allowed within a major version: a new field with a default, int to long, float to double, a
 * new enum symbol, a required field that becomes nullable, better words. Everything else breaks
 * those who hold data or code of the released version: a field that is removed, renamed, narrowed
 * or of another type, logical type or unit; a nullable field that becomes required; a new field
 * without a default, or another default; a removed symbol; another place in lake or warehouse. Such
 * a change is made as a new major version: a file beside the old one, with a dataset of its own.
 *
 * <p>The version is the default of the field {@code schema_version}. Whatever changes raises it: a
 * new field or a wider type the minor version, words the patch version.
 */
public final class ContractEvolution {

    private final List<Violation> violations = new ArrayList<>();

    /** Whether something was changed that is allowed, but is more than words. */
    private boolean extended;

    private ContractEvolution() {}

    /** A contract's version, for example v1.2.0. */
    record Version(int major, int minor, int patch) implements Comparable<Version> {

        private static final Pattern FORM = Pattern.compile("v(\\d+)\\.(\\d+)\\.(\\d+)");

        private static final Comparator<Version> ORDER =
                Comparator.comparingInt(Version::major)
                        .thenComparingInt(Version::minor)
                        .thenComparingInt(Version::patch);

        /**
         * The version that a contract states.
         *
         * @throws IllegalArgumentException if it states none
         */
        static Version of(Schema contract) {
            Field field = contract.getField("schema_version");
            Matcher parts = FORM.matcher(field == null ? "" : String.valueOf(field.defaultVal()));
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "Contract "
                                + contract.getFullName()
                                + " has no field 'schema_version' with a default such as v1.0.0.");
            }
            return new Version(
                    Integer.parseInt(parts.group(1)),
                    Integer.parseInt(parts.group(2)),
                    Integer.parseInt(parts.group(3)));
        }

        @Override
        public int compareTo(Version other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return "v" + major + "." + minor + "." + patch;
        }
    }

    /**
     * A forbidden change.
     *
     * @param field the field, with the names of the records around it, joined by dots; empty for
     *     the contract as a whole
     * @param message what is wrong and what to do, as a sentence
     */
    public record Violation(String field, String message) {
        @Override
        public String toString() {
            return field.isEmpty() ? message : "Field '" + field + "': " + message;
        }
    }

    /**
     * Every forbidden change between two versions of a contract; none if it may be released.
     *
     * @param released the last released version
     * @param current what is to follow it
     */
    public static List<Violation> violations(Schema released, Schema current) {
        ContractEvolution evolution = new ContractEvolution();
        if (!released.getFullName().equals(current.getFullName())) {
            evolution.forbid(
                    "",
                    "The record %s was renamed to %s; a new name is a new contract, in a file of its own.",
                    released.getFullName(),
                    current.getFullName());
        }
        if (!Objects.equals(released.getObjectProp("dataset"), current.getObjectProp("dataset"))) {
            evolution.forbid(
                    "",
                    "The place of the data changed from %s to %s, so that what was written before would not be found.",
                    released.getObjectProp("dataset"),
                    current.getObjectProp("dataset"));
        }
        evolution.compareFields("", released, current);
        evolution.checkVersion(released, current);
        return List.copyOf(evolution.violations);
    }

    private void forbid(String field, String message, Object... values) {
        violations.add(new Violation(field, String.format(message, values)));
    }

    private void compareFields(String around, Schema released, Schema current) {
        for (Field before : released.getFields()) {
            String path = around + before.name();
            Field now = current.getField(before.name());
            if (now != null) {
                compareField(path, before, now);
                continue;
            }
            Field renamed = renamed(before, released, current);
            if (renamed != null) {
                forbid(
                        path,
                        "it was renamed to '%s'. Keep the name; lake and warehouse find columns by it.",
                        renamed.name());
            } else {
                forbid(path, "it was removed. Keep it, and say in its doc that it is deprecated.");
            }
        }
        for (Field now : current.getFields()) {
            if (released.getField(now.name()) == null) {
                extended = true;
                if (!now.hasDefaultValue()) {
                    forbid(
                            around + now.name(),
                            "it was added without a default, so that what was written before cannot be read. Add one.");
                }
            }
        }
    }

    /** A field of the current record that says it was once called so. */
    private static Field renamed(Field before, Schema released, Schema current) {
        return current.getFields().stream()
                .filter(now -> released.getField(now.name()) == null)
                .filter(now -> now.aliases().contains(before.name()))
                .findFirst()
                .orElse(null);
    }

    private void compareField(String path, Field before, Field now) {
        compareTypes(path, before.schema(), now.schema());
        if (before.hasDefaultValue() && !now.hasDefaultValue()) {
            forbid(path, "its default was removed. Keep it; older data is read with it.");
        } else if (before.hasDefaultValue()
                && !path.equals("schema_version")
                && !Objects.equals(before.defaultVal(), now.defaultVal())) {
            forbid(
                    path,
                    "its default changed from %s to %s, which changes what older data says.",
                    before.defaultVal(),
                    now.defaultVal());
        }
        String unit = before.getProp("unit");
        if (unit != null && !unit.equals(now.getProp("unit"))) {
            forbid(
                    path,
                    "its unit changed from %s to %s. Add another field for the other unit.",
                    unit,
                    now.getProp("unit") == null ? "none" : now.getProp("unit"));
        }
    }

    private void compareTypes(String path, Schema before, Schema now) {
        if (before.isUnion() || now.isUnion()) {
            compareUnions(path, before, now);
            return;
        }
        if (!Objects.equals(logicalType(before), logicalType(now))) {
            forbid(
                    path,
                    "its type changed from %s to %s. Add another field.",
                    describe(before),
                    describe(now));
            return;
        }
        switch (before.getType() + " " + now.getType()) {
            case "INT LONG", "FLOAT DOUBLE" -> {
                if (logicalType(before) == null) {
                    extended = true;
                }
            }
            case "LONG INT", "DOUBLE FLOAT" ->
                    forbid(
                            path,
                            "it was narrowed from %s to %s, which does not hold what was written before. Keep %s.",
                            describe(before),
                            describe(now),
                            describe(before));
            default -> compareKinds(path, before, now);
        }
    }

    private void compareKinds(String path, Schema before, Schema now) {
        boolean named =
                before.getType() == Schema.Type.ENUM || before.getType() == Schema.Type.FIXED;
        if (before.getType() != now.getType()
                || (named && !before.getFullName().equals(now.getFullName()))
                || (before.getType() == Schema.Type.FIXED
                        && before.getFixedSize() != now.getFixedSize())) {
            forbid(
                    path,
                    "its type changed from %s to %s. Add another field.",
                    describe(before),
                    describe(now));
            return;
        }
        switch (before.getType()) {
            case ENUM -> {
                for (String symbol : before.getEnumSymbols()) {
                    if (!now.hasEnumSymbol(symbol)) {
                        forbid(
                                path,
                                "its symbol %s was removed. Keep it; older data has it.",
                                symbol);
                    }
                }
                extended |= !before.getEnumSymbols().containsAll(now.getEnumSymbols());
            }
            case ARRAY ->
                    compareTypes(path + ".element", before.getElementType(), now.getElementType());
            case MAP -> compareTypes(path + ".value", before.getValueType(), now.getValueType());
            case RECORD -> compareFields(path + ".", before, now);
            default -> {}
        }
    }

    private void compareUnions(String path, Schema before, Schema now) {
        List<Schema> values = withoutNull(before);
        List<Schema> others = withoutNull(now);
        if (values.size() != 1 || others.size() != 1) {
            if (!before.equals(now)) {
                forbid(path, "its type changed from %s to %s. Add another field.", before, now);
            }
            return;
        }
        if (before.isNullable() && !now.isNullable()) {
            forbid(
                    path,
                    "it was nullable and is required now, but older data has nulls. Keep it nullable.");
        }
        extended |= !before.isNullable() && now.isNullable();
        compareTypes(path, values.get(0), others.get(0));
    }

    private static List<Schema> withoutNull(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .toList()
                : List.of(schema);
    }

    private void checkVersion(Schema released, Schema current) {
        Version before = Version.of(released);
        Version now = Version.of(current);
        if (now.major != before.major) {
            forbid(
                    "schema_version",
                    "its major version changed from %s to %s. A new major version is a file of its own beside this one.",
                    before,
                    now);
        } else if (now.compareTo(before) < 0) {
            forbid("schema_version", "%s is older than the released %s.", now, before);
        } else if (extended && now.minor == before.minor) {
            forbid(
                    "schema_version",
                    "the contract was extended but is still %s. Raise the minor version.",
                    now);
        } else if (now.equals(before) && !released.toString().equals(current.toString())) {
            forbid(
                    "schema_version",
                    "the contract was changed but is still %s. Raise the version.",
                    now);
        }
    }

    /**
     * The logical type and its parameters, read as properties: this Avro does not know them all.
     */
    private static String logicalType(Schema schema) {
        String name = schema.getProp("logicalType");
        return name == null || !name.equals("decimal")
                ? name
                : "decimal("
                        + schema.getObjectProp("precision")
                        + ", "
                        + Objects.requireNonNullElse(schema.getObjectProp("scale"), 0)
                        + ")";
    }

    private static String describe(Schema schema) {
        String logical = logicalType(schema);
        String type =
                switch (schema.getType()) {
                    case FIXED ->
                            "fixed " + schema.getFullName() + "(" + schema.getFixedSize() + ")";
                    case ENUM ->
                            schema.getEnumSymbols().stream()
                                    .collect(
                                            Collectors.joining(
                                                    ", ",
                                                    "enum " + schema.getFullName() + "(",
                                                    ")"));
                    default -> schema.getType().getName();
                };
        return logical == null ? type : type + " " + logical;
    }
}
