package io.champion.bhavcopy;

import io.champion.bhavcopy.FileFormat.Column;
import io.champion.bhavcopy.FileFormat.Kind;
import io.champion.bhavcopy.FileFormat.Layout;
import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.model.record.SymbolMaster;
import io.champion.quality.CorporateActionRule;
import io.champion.quality.Rule;
import io.champion.quality.Violation;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Turns the rows of one file into records as received: each column parsed and put where its format
 * says, nothing converted. What cannot be parsed, or has no identity, or is of another session than
 * the file, is refused.
 */
final class RowDecoder {

    /** Reason of rows that are there for the layout: refused, but nothing is wrong with them. */
    static final String LAYOUT_ROW = "layout_row";

    /** Warning of actions of which the purpose does not tell what they do to prices. */
    private static final String NOT_UNDERSTOOD = "purpose_not_understood";

    private static final Rule<CorporateAction> ACTION_RULE = new CorporateActionRule();

    private static final String SCHEMA_VERSION = "v1.0.0";

    /** Where a column's value goes: a field of the record, or {@code other_columns}. */
    private record Slot(int column, String name, Kind kind, int field) {}

    private static final int OTHER = -1;

    private final FileFormat format;
    private final String fileName;
    private final LocalDate session;
    private final Instant eventTime;
    private final Instant ingestTime;
    private final Consumer<String> warnings;
    private final Rule<RawEquityOhlc> equityRule;
    private final Rule<RawDerivativesOhlc> derivativeRule;
    private final Rule<RawIndexOhlc> indexRule;
    private final List<String> header;
    private final List<Slot> slots;
    private final List<Slot> indexSlots;
    private final int market;
    private final int symbol;

    private String dateText = "";
    private LocalDate date;

    /**
     * @param header names of the file's header
     * @param ingestTime when the run started
     * @param warnings takes the reason where a row is odd but no worse
     */
    RowDecoder(
            PlannedFile file, List<String> header, Instant ingestTime, Consumer<String> warnings) {
        this.format = file.format();
        this.fileName = file.file().name();
        this.session = file.session();
        this.ingestTime = ingestTime;
        this.warnings = warnings;
        this.equityRule = PriceRules.equity(warnings);
        this.derivativeRule = PriceRules.derivative(warnings);
        this.indexRule = PriceRules.index(warnings);
        this.header = header;
        this.eventTime =
                session == null ? ingestTime : session.atStartOfDay(ZoneOffset.UTC).toInstant();
        this.slots = slots(schema(format), false);
        this.indexSlots =
                format.layout() == Layout.PD
                        ? slots(RawIndexOhlc.getClassSchema(), true)
                        : List.of();
        this.market = header.indexOf("MKT");
        this.symbol = header.indexOf("SYMBOL");
    }

    private static Schema schema(FileFormat format) {
        return switch (format.family()) {
            case EQUITY -> RawEquityOhlc.getClassSchema();
            case DERIVATIVES -> RawDerivativesOhlc.getClassSchema();
            case SYMBOL_MASTER -> SymbolMaster.getClassSchema();
            case CORPORATE_ACTIONS -> CorporateAction.getClassSchema();
        };
    }

    private List<Slot> slots(Schema schema, boolean ownNames) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < header.size(); i++) {
            if (header.get(i).isEmpty()) {
                continue;
            }
            Column column = format.layout().column(header.get(i));
            Schema.Field field =
                    ownNames
                            ? schema.getField(column.name())
                            : column.target() == null ? null : schema.getField(column.target());
            if (field != null || !ownNames) {
                slots.add(
                        new Slot(
                                i,
                                column.name(),
                                column.kind(),
                                field == null ? OTHER : field.pos()));
            }
        }
        return slots;
    }

    /** The id of the dataset that the rows of a file without index rows are for. */
    String dataset(String[] fields) {
        return isIndex(fields) ? "index_ohlc" : format.family().datasets().get(0).name();
    }

    /**
     * The record that a row holds.
     *
     * @throws RefusedException if it holds none
     */
    SpecificRecordBase decode(CsvText.Row row) throws RefusedException {
        String[] fields = row.fields();
        if (fields == null) {
            throw refuse(
                    null,
                    null,
                    "unbalanced_quote",
                    "The line has a quote that is not closed or is followed by more text.");
        }
        checkCount(fields);
        if (format.layout() == Layout.PD) {
            checkLayoutRow(fields);
            if (isIndex(fields)) {
                return index(row);
            }
        }
        return switch (format.family()) {
            case EQUITY -> equity(row);
            case DERIVATIVES -> derivative(row);
            case SYMBOL_MASTER -> listing(row);
            case CORPORATE_ACTIONS -> format.layout() == Layout.BC ? announced(row) : listed(row);
        };
    }

    private void checkCount(String[] fields) throws RefusedException {
        boolean fits = fields.length == header.size();
        if (fields.length == header.size() - 1) {
            fits = header.get(header.size() - 1).isEmpty();
        } else if (fields.length == header.size() + 1) {
            fits = fields[fields.length - 1].isEmpty();
        }
        if (!fits) {
            throw refuse(
                    null,
                    null,
                    "wrong_field_count",
                    "The row has "
                            + fields.length
                            + " fields where the header has "
                            + header.size()
                            + ".");
        }
    }

    /** The pd file is laid out for the eye: blank rows, and rows that hold only a heading. */
    private void checkLayoutRow(String[] fields) throws RefusedException {
        int filled = 0;
        for (String field : fields) {
            filled += field.isEmpty() ? 0 : 1;
        }
        int heading = header.indexOf("SECURITY");
        if (filled == 0 || filled == 1 && !fields[heading].isEmpty()) {
            throw refuse(
                    null,
                    null,
                    LAYOUT_ROW,
                    filled == 0
                            ? "The row is blank: it is there for the layout."
                            : "The row is the heading '" + fields[heading] + "' and no record.");
        }
    }

    private boolean isIndex(String[] fields) {
        return format.layout() == Layout.PD
                && fields != null
                && fields.length > Math.max(market, symbol)
                && fields[market].equals("Y")
                && fields[symbol].isEmpty();
    }

    private SpecificRecordBase equity(CsvText.Row row) throws RefusedException {
        RawEquityOhlc raw = new RawEquityOhlc();
        raw.setOtherColumns(fill(raw, slots, row.fields()));
        if (format.dateColumn() == null) {
            raw.setTradDt(session);
        }
        checkSegment(raw.getSrc(), raw.getSgmt(), "CM");
        require(raw.getSctySrs(), "SctySrs");
        if (format.exchange().equals("BSE")) {
            require(raw.getFinInstrmId(), "FinInstrmId");
        } else {
            require(raw.getTckrSymb(), "TckrSymb");
        }
        checkSession(raw.getTradDt(), row.fields());
        check(equityRule.check(raw), row.fields());
        raw.setSchemaVersion(SCHEMA_VERSION);
        raw.setEventTime(eventTime);
        raw.setIngestTime(ingestTime);
        raw.setSource(format.source());
        raw.setSourceFile(fileName);
        raw.setSourceLine(row.line());
        raw.setEntityId(EquityNormalizer.instrumentId(raw, format));
        raw.setEventId(eventId(raw.getEntityId()));
        return raw;
    }

    private SpecificRecordBase derivative(CsvText.Row row) throws RefusedException {
        RawDerivativesOhlc raw = new RawDerivativesOhlc();
        raw.setOtherColumns(fill(raw, slots, row.fields()));
        checkSegment(raw.getSrc(), raw.getSgmt(), "FO");
        require(raw.getTckrSymb(), "TckrSymb");
        require(raw.getFinInstrmTp(), "FinInstrmTp");
        require(raw.getXpryDt(), "XpryDt");
        String option = raw.getOptnTp();
        switch (raw.getFinInstrmTp()) {
            case "IDO", "STO" -> {
                require(raw.getStrkPric(), "StrkPric");
                require(option, "OptnTp");
                if (!option.equals("CE") && !option.equals("PE")) {
                    throw refuse(
                            "OptnTp",
                            option,
                            "unknown_option_type",
                            "An option is CE or PE, not '" + option + "'.");
                }
            }
            case "IDF", "STF" -> {
                if (option != null) {
                    throw refuse(
                            "OptnTp",
                            option,
                            "unknown_option_type",
                            "A future has no option type, but this one has '" + option + "'.");
                }
            }
            default ->
                    throw refuse(
                            "FinInstrmTp",
                            raw.getFinInstrmTp(),
                            "unknown_instrument_type",
                            "The instrument type is none of IDF, IDO, STF and STO.");
        }
        checkSession(raw.getTradDt(), row.fields());
        checkVolume(raw, row.fields());
        check(derivativeRule.check(raw), row.fields());
        raw.setSchemaVersion(SCHEMA_VERSION);
        raw.setEventTime(eventTime);
        raw.setIngestTime(ingestTime);
        raw.setSource(format.source());
        raw.setSourceFile(fileName);
        raw.setSourceLine(row.line());
        raw.setEntityId(DerivativesNormalizer.instrumentId(raw, format));
        raw.setEventId(eventId(raw.getEntityId()));
        return raw;
    }

    private SpecificRecordBase index(CsvText.Row row) throws RefusedException {
        RawIndexOhlc raw = new RawIndexOhlc();
        fill(raw, indexSlots, row.fields());
        require(raw.getSECURITY(), "SECURITY");
        check(indexRule.check(raw), row.fields());
        raw.setTradeDate(session);
        raw.setSchemaVersion(SCHEMA_VERSION);
        raw.setEventTime(eventTime);
        raw.setIngestTime(ingestTime);
        raw.setSource(format.source());
        raw.setSourceFile(fileName);
        raw.setSourceLine(row.line());
        raw.setEntityId(format.exchange() + ":INDEX:" + raw.getSECURITY());
        raw.setEventId(eventId(raw.getEntityId()));
        return raw;
    }

    private SpecificRecordBase listing(CsvText.Row row) throws RefusedException {
        SymbolMaster listing = new SymbolMaster();
        fill(listing, slots, row.fields());
        require(listing.getSymbol(), "symbol");
        require(listing.getSeries(), "series");
        require(listing.getIsin(), "isin");
        require(listing.getCompanyName(), "company_name");
        listing.setSchemaVersion(SCHEMA_VERSION);
        listing.setEventTime(eventTime);
        listing.setIngestTime(ingestTime);
        listing.setSource(format.source());
        listing.setExchange(format.exchange());
        listing.setInstrumentId(
                format.exchange() + ":" + listing.getSymbol() + ":" + listing.getSeries());
        listing.setEntityId(format.exchange() + ":" + listing.getSymbol());
        listing.setEventId(format.source() + ":" + listing.getInstrumentId());
        listing.setIsActive(true);
        return listing;
    }

    /** The first action that a row of the exchange's own file names. */
    private SpecificRecordBase announced(CsvText.Row row) throws RefusedException {
        CorporateAction action = new CorporateAction();
        fill(action, slots, row.fields());
        if (action.getPurpose() == null) {
            throw refuse("PURPOSE", "", "missing_purpose", "The row does not say what happens.");
        }
        identify(action, format.exchange());
        CorporateActions.complete(action);
        if (!CorporateActions.isUnderstood(action)) {
            warnings.accept(NOT_UNDERSTOOD);
        }
        CorporateActions.further(action).stream()
                .filter(further -> !CorporateActions.isUnderstood(further))
                .forEach(further -> warnings.accept(NOT_UNDERSTOOD));
        return action;
    }

    /** The action that a row of a person's own list states. */
    private SpecificRecordBase listed(CsvText.Row row) throws RefusedException {
        CorporateAction action = new CorporateAction();
        Map<String, String> others = fill(action, slots, row.fields());
        String exchange = action.getExchange();
        if (!"NSE".equals(exchange) && !"BSE".equals(exchange)) {
            throw refuse(
                    "exchange",
                    exchange,
                    "unknown_exchange",
                    "The exchange is neither NSE nor BSE.");
        }
        require(action.getExDate(), "ex_date");
        if (action.getPurpose() == null) {
            action.setPurpose("");
        }
        action.setActionType(actionType(others.get("action_type")));
        identify(action, exchange);
        check(ACTION_RULE.check(action), row.fields());
        action.setAdjustmentFactor(CorporateActions.factor(action));
        action.setEventId(CorporateActions.eventId(action, kind(action)));
        return action;
    }

    /**
     * Of splits, bonuses and rights there is one a day; a final dividend may meet a special one.
     */
    private static String kind(CorporateAction action) {
        return switch (action.getActionType()) {
            case SPLIT, BONUS, RIGHTS -> "";
            default -> action.getPurpose();
        };
    }

    private static CorporateActionType actionType(String text) throws RefusedException {
        for (CorporateActionType type : CorporateActionType.values()) {
            if (type.name().equalsIgnoreCase(text)) {
                return type;
            }
        }
        throw refuse(
                "action_type",
                text,
                "unknown_action_type",
                "The action_type is none of "
                        + Arrays.toString(CorporateActionType.values())
                        + ".");
    }

    private void identify(CorporateAction action, String exchange) throws RefusedException {
        require(action.getSymbol(), "symbol");
        // Some bonds come without one.
        if (action.getSeries() == null) {
            action.setSeries("");
        } else {
            require(action.getSeries(), "series");
        }
        action.setExchange(exchange);
        action.setSchemaVersion(Dataset.of(action.getSchema()).version());
        LocalDate day = action.getExDate() == null ? action.getRecordDate() : action.getExDate();
        action.setEventTime(
                day == null ? ingestTime : day.atStartOfDay(ZoneOffset.UTC).toInstant());
        action.setIngestTime(ingestTime);
        action.setSource(format.source());
        action.setEntityId(exchange + ":" + action.getSymbol());
        action.setInstrumentId(
                action.getEntityId()
                        + (action.getSeries().isEmpty() ? "" : ":" + action.getSeries()));
    }

    private String eventId(String instrument) {
        return format.source() + ":" + instrument + ":" + session;
    }

    /** Parses all columns; hands back those that have no field of their own, blanks left out. */
    private Map<String, String> fill(SpecificRecordBase record, List<Slot> slots, String[] fields)
            throws RefusedException {
        Map<String, String> others = new HashMap<>();
        for (Slot slot : slots) {
            String text = slot.column() < fields.length ? fields[slot.column()] : "";
            if (text.isEmpty()) {
                continue;
            }
            Object value = parse(slot, text);
            if (slot.field() == OTHER) {
                others.put(slot.name(), text);
            } else {
                record.put(slot.field(), value);
            }
        }
        return others;
    }

    private Object parse(Slot slot, String text) throws RefusedException {
        return switch (slot.kind()) {
            case TEXT -> text;
            case DATE -> parseDate(slot, text);
            case AMOUNT -> parseAmount(slot, text);
            case COUNT -> parseCount(slot, text, false);
            case SIGNED_COUNT -> parseCount(slot, text, true);
            case AMOUNT_OR_DASH -> text.equals("-") ? null : parseAmount(slot, text);
            case COUNT_OR_DASH -> text.equals("-") ? null : parseCount(slot, text, false);
        };
    }

    private LocalDate parseDate(Slot slot, String text) throws RefusedException {
        // Nearly all dates of a file are one and the same.
        if (!text.equals(dateText)) {
            LocalDate parsed = Dates.parse(text);
            if (parsed == null) {
                throw refuse(
                        slot.name(),
                        text,
                        "not_a_date",
                        slot.name() + " is '" + shown(text) + "', which is not a date.");
            }
            if (!ColumnType.holdsDate(parsed.toEpochDay())) {
                throw refuse(
                        slot.name(),
                        text,
                        "date_out_of_range",
                        slot.name()
                                + " is "
                                + parsed
                                + ", but dates are stored "
                                + ColumnType.DATES
                                + ".");
            }
            dateText = text;
            date = parsed;
        }
        return date;
    }

    private Double parseAmount(Slot slot, String text) throws RefusedException {
        checkNumber(slot, text, false);
        return Decimals.toDouble(text, 0);
    }

    private Long parseCount(Slot slot, String text, boolean signed) throws RefusedException {
        checkNumber(slot, text, signed);
        Long count = Decimals.toLong(text);
        if (count == null) {
            throw refuse(
                    slot.name(),
                    text,
                    "not_a_whole_number",
                    slot.name()
                            + " is '"
                            + shown(text)
                            + "', which is not a whole number, or is too large for one.");
        }
        return count;
    }

    private static void checkNumber(Slot slot, String text, boolean signed)
            throws RefusedException {
        if (!Decimals.isNumber(text)) {
            throw refuse(
                    slot.name(),
                    text,
                    "not_a_number",
                    slot.name() + " is '" + shown(text) + "', which is not a number.");
        }
        if (!signed && text.charAt(0) == '-') {
            throw refuse(
                    slot.name(), text, "negative", slot.name() + " is negative: " + text + ".");
        }
    }

    private void checkSegment(String exchange, String segment, String expected)
            throws RefusedException {
        if (format.layout() != Layout.UDIFF) {
            return;
        }
        if (!format.exchange().equals(exchange) || !expected.equals(segment)) {
            throw refuse(
                    "Sgmt",
                    segment,
                    "other_segment",
                    "The row is of "
                            + exchange
                            + " "
                            + segment
                            + ", but the file of "
                            + format.exchange()
                            + " "
                            + expected
                            + ".");
        }
    }

    private void checkSession(LocalDate found, String[] fields) throws RefusedException {
        String column = format.dateColumn();
        if (column == null) {
            return;
        }
        if (found == null) {
            throw refuse(column, "", "missing_identity", "The row has no " + column + ".");
        }
        if (!found.equals(session)) {
            throw refuse(
                    column,
                    fields[header.indexOf(column)],
                    "other_session",
                    "The row is of " + found + ", but the file of " + session + ".");
        }
    }

    /** Volumes are stated in contracts and in units, so the product has to fit. */
    private void checkVolume(RawDerivativesOhlc raw, String[] fields) throws RefusedException {
        Long volume = raw.getTtlTradgVol();
        Long lot = raw.getNewBrdLotQty();
        if (volume != null && lot != null && Math.multiplyHigh(volume, lot) != 0
                || volume != null && lot != null && volume * lot < 0) {
            check(
                    new Violation(
                            "TtlTradgVol",
                            null,
                            "out_of_range",
                            "The volume times the lot size is larger than any real volume."),
                    fields);
        }
    }

    /** Refuses a row that breaks a rule, the field named as the source spells it. */
    private void check(Violation violation, String[] fields) throws RefusedException {
        if (violation != null) {
            String column = sourceName(violation.field());
            throw refuse(
                    column,
                    fields[header.indexOf(column)],
                    violation.reason(),
                    violation.message());
        }
    }

    private void require(Object value, String target) throws RefusedException {
        String column = sourceName(target);
        if (value == null) {
            throw refuse(column, "", "missing_identity", "The row has no " + column + ".");
        }
        if (value instanceof String text && text.chars().anyMatch(c -> c < ' ' || c == ':')) {
            throw refuse(
                    column,
                    text,
                    "invalid_identity",
                    column + " holds a character that no name of an instrument has.");
        }
    }

    /** The column that goes to a field, as the source spells it. */
    private String sourceName(String target) {
        for (String name : header) {
            if (!name.isEmpty() && target.equals(format.layout().column(name).target())) {
                return name;
            }
        }
        return target;
    }

    private static String shown(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    private static RefusedException refuse(
            String field, String value, String reason, String message) {
        return new RefusedException(new Violation(field, value, reason, message));
    }

    /** A row was refused. Carries no stack trace: it says something about data, not about code. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Violation violation;

        RefusedException(Violation violation) {
            super(violation.message(), null, false, false);
            this.violation = violation;
        }

        Violation violation() {
            return violation;
        }
    }
}
