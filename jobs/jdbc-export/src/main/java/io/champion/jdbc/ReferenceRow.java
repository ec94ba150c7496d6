package io.champion.jdbc;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.SymbolMaster;
import io.champion.quality.CorporateActionRule;
import io.champion.quality.Violation;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.types.Row;

/**
 * How a row of a table becomes a record of a contract of reference data. A row is read as texts, so
 * that a value that is none of the contract's is refused with its row, and not with the run.
 *
 * @param dataset id of the dataset
 * @param fields of the contract that the table has, in the order in which they are read
 * @param source that records are given
 * @param time when the run began
 */
record ReferenceRow(String dataset, List<String> fields, String source, Instant time)
        implements Serializable {

    /** What an import makes itself, as every ingest does. */
    private static final Set<String> OWN =
            Set.of(
                    "event_id",
                    "event_time",
                    "ingest_time",
                    "source",
                    "schema_version",
                    "entity_id",
                    "instrument_id");

    /** What can be imported. */
    static final List<Dataset> DATASETS =
            List.of(
                    Dataset.of(SymbolMaster.getClassSchema()),
                    Dataset.of(CorporateAction.getClassSchema()));

    /**
     * Holds a table against a contract.
     *
     * @throws PostgresException if it lacks what every row must have
     */
    static ReferenceRow of(
            Dataset dataset, TableName name, PostgresTable table, String source, Instant time) {
        List<String> fields = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Column column : dataset.columns()) {
            if (OWN.contains(column.name())) {
                continue;
            }
            if (table.columns().containsKey(column.name())) {
                fields.add(column.name());
            } else if (!hasDefault(dataset, column)) {
                missing.add(column.name());
            }
        }
        if (!missing.isEmpty()) {
            throw new PostgresException(
                    "The table "
                            + name
                            + " lacks columns that "
                            + dataset
                            + " must have: "
                            + String.join(", ", missing)
                            + ". Columns are named as the contract's fields; a view can name them"
                            + " so.");
        }
        return new ReferenceRow(dataset.id(), List.copyOf(fields), source, time);
    }

    private static boolean hasDefault(Dataset dataset, Column column) {
        return dataset.schema().getFields().get(column.position()).hasDefaultValue();
    }

    /** Reads the fields as texts. */
    String query(TableName name, PostgresTable table) {
        return "SELECT "
                + fields.stream()
                        .map(field -> text(table.columns().get(field)))
                        .collect(Collectors.joining(", "))
                + " FROM "
                + name.sql();
    }

    private static String text(PostgresTable.Column column) {
        String name = Identifiers.quote(column.name());
        return switch (column.internal()) {
            // Whatever the server's own style of dates is.
            case "date", "timestamp", "timestamptz" -> "to_char(" + name + ", 'YYYY-MM-DD')";
            default -> name + "::text";
        };
    }

    /** A row that is no record, and why. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Violation violation;

        RefusedException(Violation violation) {
            super(violation.message());
            this.violation = violation;
        }

        Violation violation() {
            return violation;
        }
    }

    /**
     * The record of a row.
     *
     * @throws RefusedException if a value is none of the contract's
     */
    SpecificRecordBase record(Row row) throws RefusedException {
        Schema schema = Dataset.of(dataset).schema();
        SpecificRecordBase record = (SpecificRecordBase) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            if (field.hasDefaultValue()) {
                record.put(field.pos(), SpecificData.get().getDefaultValue(field));
            }
        }
        for (Column column : Dataset.of(dataset).columns()) {
            int position = fields.indexOf(column.name());
            if (position >= 0) {
                String text = (String) row.getField(position);
                Object value = text == null ? null : value(column, text);
                if (value != null) {
                    record.put(column.position(), value);
                } else if (!hasDefault(Dataset.of(dataset), column)) {
                    throw refused(column, null, "missing", "is missing");
                }
            }
        }
        return record instanceof SymbolMaster listing
                ? complete(listing)
                : complete((CorporateAction) record);
    }

    private static RefusedException refused(
            Column column, String value, String reason, String what) {
        return new RefusedException(
                new Violation(
                        column.name(),
                        value,
                        reason,
                        "'"
                                + column.name()
                                + "' "
                                + (value == null ? "" : "is '" + value + "', which ")
                                + what
                                + "."));
    }

    private static Object value(Column column, String text) throws RefusedException {
        String bare = text.strip();
        boolean required = !column.type().nullable();
        try {
            return switch (column.type().kind()) {
                case STRING -> bare.isEmpty() && !column.name().equals("series") ? null : bare;
                case ENUM -> enumValue(column, bare);
                case BOOLEAN ->
                        switch (bare) {
                            case "true", "t", "1" -> true;
                            case "false", "f", "0" -> false;
                            default -> throw new IllegalArgumentException();
                        };
                case LONG -> Long.valueOf(bare);
                case DOUBLE -> {
                    double number = Double.parseDouble(bare);
                    if (!Double.isFinite(number)) {
                        throw new IllegalArgumentException();
                    }
                    yield number;
                }
                case DATE -> {
                    LocalDate date = LocalDate.parse(bare);
                    if (!ColumnType.holdsDate(date.toEpochDay())) {
                        throw refused(
                                column,
                                text,
                                "date_out_of_range",
                                "is not " + ColumnType.DATES + ", as stored dates are");
                    }
                    yield date;
                }
                default ->
                        throw new IllegalStateException(
                                "No reference data has a " + column.type().kind() + ".");
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            if (bare.isEmpty() && !required) {
                return null;
            }
            throw refused(
                    column,
                    text,
                    "not_a_" + column.type().kind().name().toLowerCase(Locale.ROOT),
                    "is no " + column.type().kind().name().toLowerCase(Locale.ROOT));
        }
    }

    private static Object enumValue(Column column, String text) {
        if (column.name().equals("action_type")) {
            return CorporateActionType.valueOf(text.toUpperCase(Locale.ROOT));
        }
        throw new IllegalStateException("No reference data has an enum " + column.name() + ".");
    }

    private static String instrument(String exchange, String symbol, String series) {
        return exchange + ":" + symbol + (series.isEmpty() ? "" : ":" + series);
    }

    private SymbolMaster complete(SymbolMaster listing) {
        listing.setInstrumentId(
                instrument(listing.getExchange(), listing.getSymbol(), listing.getSeries()));
        listing.setEntityId(listing.getExchange() + ":" + listing.getSymbol());
        listing.setEventId(source + ":" + listing.getInstrumentId());
        listing.setEventTime(
                time.atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
        listing.setIngestTime(time);
        listing.setSource(source);
        listing.setSchemaVersion(Dataset.of(dataset).version());
        return listing;
    }

    private CorporateAction complete(CorporateAction action) throws RefusedException {
        Violation violation = new CorporateActionRule().check(action);
        if (violation != null) {
            throw new RefusedException(violation);
        }
        action.setInstrumentId(
                instrument(action.getExchange(), action.getSymbol(), action.getSeries()));
        action.setEntityId(action.getExchange() + ":" + action.getSymbol());
        LocalDate day = action.getExDate() == null ? action.getRecordDate() : action.getExDate();
        // As files name actions: one of a type on a day, unless it is not known what it is.
        action.setEventId(
                source
                        + ":"
                        + action.getInstrumentId()
                        + ":"
                        + (day == null ? "" : day)
                        + ":"
                        + action.getActionType()
                        + switch (action.getActionType()) {
                            case SPLIT, BONUS, RIGHTS -> "";
                            default -> ":" + action.getPurpose();
                        });
        action.setEventTime(
                (day == null ? time.atOffset(ZoneOffset.UTC).toLocalDate() : day)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
        action.setIngestTime(time);
        action.setSource(source);
        action.setSchemaVersion(Dataset.of(dataset).version());
        return action;
    }
}
