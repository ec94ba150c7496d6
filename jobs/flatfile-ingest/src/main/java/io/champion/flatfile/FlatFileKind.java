package io.champion.flatfile;

import static io.champion.flatfile.Field.Type.DECIMAL;
import static io.champion.flatfile.Field.Type.DECIMAL_OR_BLANK;
import static io.champion.flatfile.Field.Type.ID;
import static io.champion.flatfile.Field.Type.INT;
import static io.champion.flatfile.Field.Type.INT_OR_BLANK;
import static io.champion.flatfile.Field.Type.INT_OR_NONE;
import static io.champion.flatfile.Field.Type.LIST;
import static io.champion.flatfile.Field.Type.LONG;
import static io.champion.flatfile.Field.Type.LONG_OR_NONE;
import static io.champion.flatfile.Field.Type.TICKER;

import io.champion.model.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kinds of flat file, and their columns. */
public enum FlatFileKind {
    TRADES(
            "trades",
            "us_stocks_sip_trades",
            "sip_timestamp",
            required("ticker", TICKER),
            optional("conditions", LIST),
            optional("correction", INT_OR_BLANK),
            required("exchange", INT),
            required("id", ID),
            optional("participant_timestamp", LONG_OR_NONE),
            required("price", DECIMAL),
            required("sequence_number", LONG),
            required("sip_timestamp", LONG),
            required("size", DECIMAL),
            optional("tape", INT_OR_BLANK),
            optional("trf_id", INT_OR_NONE),
            optional("trf_timestamp", LONG_OR_NONE)),
    QUOTES(
            "quotes",
            "us_stocks_sip_quotes",
            "sip_timestamp",
            required("ticker", TICKER),
            optional("ask_exchange", INT_OR_BLANK),
            required("ask_price", DECIMAL_OR_BLANK),
            required("ask_size", DECIMAL_OR_BLANK),
            optional("bid_exchange", INT_OR_BLANK),
            required("bid_price", DECIMAL_OR_BLANK),
            required("bid_size", DECIMAL_OR_BLANK),
            optional("conditions", LIST),
            optional("indicators", LIST),
            optional("participant_timestamp", LONG_OR_NONE),
            required("sequence_number", LONG),
            required("sip_timestamp", LONG),
            optional("tape", INT_OR_BLANK),
            optional("trf_timestamp", LONG_OR_NONE)),
    MINUTE_BARS("bars_1m", "us_stocks_sip_minute_aggs", "window_start", bars()),
    DAY_BARS("bars_1d", "us_stocks_sip_day_aggs", "window_start", bars());

    private final String dataset;
    private final String source;
    private final String time;
    private final List<Field> fields;

    FlatFileKind(String dataset, String source, String time, Field... fields) {
        this.dataset = dataset;
        this.source = source;
        this.time = time;
        this.fields = List.of(fields);
    }

    private static Field required(String name, Field.Type type) {
        return new Field(name, type, true);
    }

    private static Field optional(String name, Field.Type type) {
        return new Field(name, type, false);
    }

    private static Field[] bars() {
        return new Field[] {
            required("ticker", TICKER),
            required("volume", DECIMAL),
            required("open", DECIMAL),
            required("close", DECIMAL),
            required("high", DECIMAL),
            required("low", DECIMAL),
            required("window_start", LONG),
            required("transactions", LONG),
            optional("vwap", DECIMAL_OR_BLANK)
        };
    }

    /** The dataset that the rows go to. */
    public Dataset dataset() {
        return Dataset.of("normalized." + dataset);
    }

    /** Name of the dataset, for example {@code trades}. */
    public String datasetName() {
        return dataset;
    }

    /** Where rows of this kind come from, as it stands in the records. */
    public String source() {
        return source;
    }

    /** All columns that are read; others are left alone. */
    List<Field> fields() {
        return fields;
    }

    /**
     * Place of a column among {@link #fields}.
     *
     * @throws IllegalArgumentException if there is none
     */
    int field(String name) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException(this + " has no column " + name + ".");
    }

    /** Place of the column that places a row in time. */
    int timeField() {
        return field(time);
    }

    boolean isBars() {
        return this == MINUTE_BARS || this == DAY_BARS;
    }

    /**
     * The kind of a file by the names of its header, in lower case. Minute and day bars share a
     * header: then it is the one of minutes, and {@link FileHead} looks at the rows.
     *
     * @return null for none
     */
    static FlatFileKind of(List<String> header) {
        return Arrays.stream(values())
                .filter(kind -> kind.missing(header).isEmpty())
                .findFirst()
                .orElse(null);
    }

    /** The kind whose columns a header shares most of, at least two; null for none. */
    static FlatFileKind nearest(List<String> header) {
        FlatFileKind nearest = null;
        long most = 1;
        for (FlatFileKind kind : values()) {
            long shared = kind.fields.stream().filter(f -> header.contains(f.name())).count();
            if (shared > most) {
                most = shared;
                nearest = kind;
            }
        }
        return nearest;
    }

    /** Columns that a file of this kind has to have and a header lacks. */
    List<String> missing(List<String> header) {
        return fields.stream()
                .filter(field -> field.required() && !header.contains(field.name()))
                .map(Field::name)
                .toList();
    }

    /** Columns of a header that are not read. */
    List<String> unknown(List<String> header) {
        List<String> unknown = new ArrayList<>(header);
        fields.forEach(field -> unknown.remove(field.name()));
        return unknown;
    }
}
