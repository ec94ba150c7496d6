package io.champion.bhavcopy;

import io.champion.runtime.InputException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file formats of the exchanges. A file's format is read off its header, which has to match
 * exactly once outer blanks are taken off its names, and, where formats share a header, off its
 * rows; never off its name.
 *
 * <p>The order of the constants is the order of precedence: where several sources have a row of the
 * same instrument and session, each field is taken from the first source that has it.
 */
public enum FileFormat {
    NSE_UDIFF_CM("nse_udiff_cm", "NSE", Family.EQUITY, Layout.UDIFF),
    BSE_UDIFF_CM("bse_udiff_cm", "BSE", Family.EQUITY, Layout.UDIFF),
    NSE_UDIFF_FO("nse_udiff_fo", "NSE", Family.DERIVATIVES, Layout.UDIFF),
    BSE_UDIFF_FO("bse_udiff_fo", "BSE", Family.DERIVATIVES, Layout.UDIFF),
    NSE_SEC_BHAVDATA("nse_sec_bhavdata_full", "NSE", Family.EQUITY, Layout.SEC_BHAVDATA),
    NSE_LEGACY_CM("nse_legacy_cm", "NSE", Family.EQUITY, Layout.NSE_LEGACY),
    BSE_LEGACY_EQ("bse_legacy_eq", "BSE", Family.EQUITY, Layout.BSE_LEGACY),
    NSE_PD("nse_pd", "NSE", Family.EQUITY, Layout.PD),
    NSE_EQUITY_L("nse_equity_l", "NSE", Family.SYMBOL_MASTER, Layout.EQUITY_L),
    ACTIONS_CSV("corporate_actions_csv", null, Family.CORPORATE_ACTIONS, Layout.ACTIONS_CSV),
    NSE_BC("nse_bc", "NSE", Family.CORPORATE_ACTIONS, Layout.BC);

    /** What a column holds and how its text is read. */
    enum Kind {
        TEXT,
        DATE,
        /** A decimal number that is never negative: a price or an amount. */
        AMOUNT,
        /** A whole number that is never negative. */
        COUNT,
        /** A whole number. */
        SIGNED_COUNT,
        /** {@link #AMOUNT} or {@link #COUNT}, or {@code -} for none. */
        AMOUNT_OR_DASH,
        COUNT_OR_DASH
    }

    /**
     * A column of a file.
     *
     * @param name its header, outer blanks removed
     * @param target field of the raw contract that it goes to, or null: then it goes to {@code
     *     other_columns} under its own name
     */
    record Column(String name, String target, Kind kind) {}

    /** A header, and what its columns mean. */
    enum Layout {
        UDIFF(
                "UDiFF",
                null,
                columns(
                        "TradDt:DATE BizDt:DATE Sgmt:TEXT Src:TEXT FinInstrmTp:TEXT"
                                + " FinInstrmId:COUNT ISIN:TEXT TckrSymb:TEXT SctySrs:TEXT"
                                + " XpryDt:DATE FininstrmActlXpryDt:DATE StrkPric:AMOUNT"
                                + " OptnTp:TEXT FinInstrmNm:TEXT OpnPric:AMOUNT HghPric:AMOUNT"
                                + " LwPric:AMOUNT ClsPric:AMOUNT LastPric:AMOUNT"
                                + " PrvsClsgPric:AMOUNT UndrlygPric:AMOUNT SttlmPric:AMOUNT"
                                + " OpnIntrst:COUNT ChngInOpnIntrst:SIGNED_COUNT"
                                + " TtlTradgVol:COUNT TtlTrfVal:AMOUNT TtlNbOfTxsExctd:COUNT"
                                + " SsnId:TEXT NewBrdLotQty:COUNT Rmks:TEXT Rsvd1:TEXT"
                                + " Rsvd2:TEXT Rsvd3:TEXT Rsvd4:TEXT"),
                34),
        SEC_BHAVDATA(
                "sec_bhavdata_full",
                null,
                columns(
                        "SYMBOL>TckrSymb:TEXT SERIES>SctySrs:TEXT DATE1>TradDt:DATE"
                                + " PREV_CLOSE>PrvsClsgPric:AMOUNT OPEN_PRICE>OpnPric:AMOUNT"
                                + " HIGH_PRICE>HghPric:AMOUNT LOW_PRICE>LwPric:AMOUNT"
                                + " LAST_PRICE>LastPric:AMOUNT CLOSE_PRICE>ClsPric:AMOUNT"
                                + " AVG_PRICE>:AMOUNT TTL_TRD_QNTY>TtlTradgVol:COUNT"
                                + " TURNOVER_LACS>:AMOUNT NO_OF_TRADES>TtlNbOfTxsExctd:COUNT"
                                + " DELIV_QTY>:COUNT_OR_DASH DELIV_PER>:AMOUNT_OR_DASH"),
                15),
        /**
         * 12 columns (the last one blank), since 2011 also 13, 14 (blank) or 16 (blank, then two).
         */
        NSE_LEGACY(
                "legacy NSE bhavcopy (cm...bhav)",
                null,
                columns(
                        "SYMBOL>TckrSymb:TEXT SERIES>SctySrs:TEXT OPEN>OpnPric:AMOUNT"
                                + " HIGH>HghPric:AMOUNT LOW>LwPric:AMOUNT CLOSE>ClsPric:AMOUNT"
                                + " LAST>LastPric:AMOUNT PREVCLOSE>PrvsClsgPric:AMOUNT"
                                + " TOTTRDQTY>TtlTradgVol:COUNT TOTTRDVAL>TtlTrfVal:AMOUNT"
                                + " TIMESTAMP>TradDt:DATE TOTALTRADES>TtlNbOfTxsExctd:COUNT"
                                + " ISIN:TEXT DELIV_QTY>:COUNT_OR_DASH"
                                + " DELIV_PER>:AMOUNT_OR_DASH"),
                11,
                13,
                15),
        BSE_LEGACY(
                "legacy BSE bhavcopy (EQddmmyy)",
                "(?i)(?<![a-z])EQ(\\d{2})(\\d{2})(\\d{2})(?!\\d)",
                columns(
                        "SC_CODE>FinInstrmId:COUNT SC_NAME>FinInstrmNm:TEXT"
                                + " SC_GROUP>SctySrs:TEXT SC_TYPE>:TEXT OPEN>OpnPric:AMOUNT"
                                + " HIGH>HghPric:AMOUNT LOW>LwPric:AMOUNT CLOSE>ClsPric:AMOUNT"
                                + " LAST>LastPric:AMOUNT PREVCLOSE>PrvsClsgPric:AMOUNT"
                                + " NO_TRADES>TtlNbOfTxsExctd:COUNT"
                                + " NO_OF_SHRS>TtlTradgVol:COUNT NET_TURNOV>TtlTrfVal:AMOUNT"
                                + " TDCLOINDI>:TEXT"),
                14),
        PD(
                "daily bundle's price file (pdddmmyyyy)",
                "(?i)(?<![a-z])pd(\\d{2})(\\d{2})(\\d{4}|\\d{2})(?!\\d)",
                columns(
                        "MKT>:TEXT SERIES>SctySrs:TEXT SYMBOL>TckrSymb:TEXT"
                                + " SECURITY>FinInstrmNm:TEXT PREV_CL_PR>PrvsClsgPric:AMOUNT"
                                + " OPEN_PRICE>OpnPric:AMOUNT HIGH_PRICE>HghPric:AMOUNT"
                                + " LOW_PRICE>LwPric:AMOUNT CLOSE_PRICE>ClsPric:AMOUNT"
                                + " NET_TRDVAL>TtlTrfVal:AMOUNT NET_TRDQTY>TtlTradgVol:COUNT"
                                + " IND_SEC>:TEXT CORP_IND>:TEXT TRADES>TtlNbOfTxsExctd:COUNT"
                                + " HI_52_WK>:AMOUNT LO_52_WK>:AMOUNT"),
                16),
        EQUITY_L(
                "list of securities (EQUITY_L)",
                null,
                columns(
                        "SYMBOL>symbol:TEXT NAME_OF_COMPANY>company_name:TEXT"
                                + " SERIES>series:TEXT DATE_OF_LISTING>listing_date:DATE"
                                + " PAID_UP_VALUE>paid_up_value:AMOUNT"
                                + " MARKET_LOT>market_lot:COUNT ISIN_NUMBER>isin:TEXT"
                                + " FACE_VALUE>face_value:AMOUNT"),
                8),
        ACTIONS_CSV(
                "list of corporate actions",
                null,
                columns(
                        "exchange:TEXT symbol:TEXT series:TEXT action_type>:TEXT ex_date:DATE"
                                + " ratio_new:AMOUNT ratio_old:AMOUNT amount:AMOUNT"
                                + " subscription_price:AMOUNT purpose:TEXT"),
                10),
        BC(
                "daily bundle's corporate actions (bcddmmyyyy)",
                null,
                columns(
                        "SERIES>series:TEXT SYMBOL>symbol:TEXT SECURITY>name:TEXT"
                                + " RECORD_DT>record_date:DATE BC_STRT_DT>book_closure_start:DATE"
                                + " BC_END_DT>book_closure_end:DATE EX_DT>ex_date:DATE"
                                + " ND_STRT_DT>:DATE ND_END_DT>:DATE PURPOSE>purpose:TEXT"),
                10);

        private final String title;
        private final Pattern dateInName;
        private final List<Column> columns;
        private final List<Integer> counts;

        /**
         * @param counts how many of the columns a file may have, from the left: columns were added
         *     over the years
         */
        Layout(String title, String dateInName, List<Column> columns, Integer... counts) {
            this.title = title;
            this.dateInName = dateInName == null ? null : Pattern.compile(dateInName);
            this.columns = columns;
            this.counts = List.of(counts);
        }

        /**
         * {@code name>target:KIND}, the target being the name itself where {@code >} is missing.
         */
        private static List<Column> columns(String spec) {
            boolean spaced = spec.contains("NAME_OF_COMPANY");
            List<Column> columns = new ArrayList<>();
            for (String column : spec.split(" ")) {
                int colon = column.indexOf(':');
                int arrow = column.indexOf('>');
                String name = column.substring(0, arrow < 0 ? colon : arrow);
                String target = arrow < 0 ? name : column.substring(arrow + 1, colon);
                columns.add(
                        new Column(
                                spaced ? name.replace('_', ' ') : name,
                                target.isEmpty() ? null : target,
                                Kind.valueOf(column.substring(colon + 1))));
            }
            return List.copyOf(columns);
        }

        List<String> names() {
            return columns.stream().map(Column::name).toList();
        }

        /** Blank names are no columns: older files end each line with a comma. */
        private boolean matches(List<String> header) {
            List<String> named = header.stream().filter(name -> !name.isEmpty()).toList();
            return counts.contains(named.size()) && named.equals(names().subList(0, named.size()));
        }

        Column column(String name) {
            return columns.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
        }
    }

    private static final Map<String, FileFormat> BY_SOURCE =
            Arrays.stream(values())
                    .collect(
                            java.util.stream.Collectors.toUnmodifiableMap(
                                    FileFormat::source, f -> f));

    /** What the header names in a refusal are cut to. */
    private static final int SHOWN_HEADER = 300;

    private final String source;
    private final String exchange;
    private final Family family;
    private final Layout layout;

    FileFormat(String source, String exchange, Family family, Layout layout) {
        this.source = source;
        this.exchange = exchange;
        this.family = family;
        this.layout = layout;
    }

    /** The format of a source's files. */
    static FileFormat ofSource(String source) {
        FileFormat format = BY_SOURCE.get(source);
        if (format == null) {
            throw new IllegalArgumentException("No file format has the source '" + source + "'.");
        }
        return format;
    }

    /**
     * Recognizes a file.
     *
     * @param file its name, for messages
     * @param header names of its header, as they are
     * @param rows some of its first rows
     * @throws InputException if it is of no known format; the sentence says which one is nearest
     */
    static FileFormat recognize(String file, List<String> header, List<List<String>> rows)
            throws InputException {
        List<String> names = header.stream().map(String::strip).toList();
        for (FileFormat format : values()) {
            if (format.layout.matches(names)) {
                return format.layout == Layout.UDIFF ? recognizeUdiff(file, names, rows) : format;
            }
        }
        throw new InputException(refusal(file, names));
    }

    private static FileFormat recognizeUdiff(
            String file, List<String> names, List<List<String>> rows) throws InputException {
        int segment = names.indexOf("Sgmt");
        int exchange = names.indexOf("Src");
        Set<String> seen = new LinkedHashSet<>();
        for (List<String> row : rows) {
            if (row.size() <= Math.max(segment, exchange)) {
                continue;
            }
            String found = row.get(exchange).strip() + " " + row.get(segment).strip();
            switch (found) {
                case "NSE CM":
                    return NSE_UDIFF_CM;
                case "BSE CM":
                    return BSE_UDIFF_CM;
                case "NSE FO":
                    return NSE_UDIFF_FO;
                case "BSE FO":
                    return BSE_UDIFF_FO;
                default:
                    seen.add("'" + found + "'");
            }
        }
        throw new InputException(
                seen.isEmpty()
                        ? file
                                + " has the header of a UDiFF file but no rows, so that neither"
                                + " its exchange nor its segment is known."
                        : file
                                + " has the header of a UDiFF file, but its rows are of "
                                + String.join(" and ", seen)
                                + " (Src and Sgmt); known are NSE and BSE, CM and FO.");
    }

    private static String refusal(String file, List<String> names) {
        Layout nearest = null;
        long most = 0;
        for (Layout layout : Layout.values()) {
            long shared = layout.names().stream().filter(names::contains).count();
            if (shared > most) {
                most = shared;
                nearest = layout;
            }
        }
        String shown = String.join(",", names).replaceAll("\\p{Cntrl}|\uFFFD", "?");
        if (shown.length() > SHOWN_HEADER) {
            shown = shown.substring(0, SHOWN_HEADER) + "...";
        }
        String start = file + " is of no known format. Its header is '" + shown + "'";
        if (nearest == null) {
            return start + ", which shares no column with any of them.";
        }
        List<String> missing = new ArrayList<>(nearest.names());
        missing.removeAll(names);
        List<String> extra = new ArrayList<>(names);
        extra.removeAll(nearest.names());
        extra.removeIf(String::isEmpty);
        return start
                + ". The nearest known format is the "
                + nearest.title
                + (missing.isEmpty() ? "" : ", of which it lacks " + missing)
                + (extra.isEmpty() ? "" : ", which does not have " + extra)
                + (missing.isEmpty() && extra.isEmpty()
                        ? ", whose columns stand in another order or number."
                        : ".");
    }

    /** Where rows of this format come from, as it stands in the records. */
    public String source() {
        return source;
    }

    /** NSE or BSE; null where each row says its own. */
    public String exchange() {
        return exchange;
    }

    public Family family() {
        return family;
    }

    /** The exchange's name of the format. */
    public String title() {
        return layout.title;
    }

    Layout layout() {
        return layout;
    }

    /** Column that holds the session, or null where only the file's name tells it. */
    String dateColumn() {
        return layout.columns.stream()
                .filter(column -> "TradDt".equals(column.target()))
                .map(Column::name)
                .findFirst()
                .orElse(null);
    }

    /**
     * Whether a file says what is new, so that what earlier files said still holds; if not, a file
     * says all there is.
     */
    boolean isAddition() {
        return this == NSE_BC;
    }

    /** Whether only the file's name tells the session. */
    boolean datedByName() {
        return layout.dateInName != null;
    }

    /** The session that a file's name tells, or null where it does not. */
    LocalDate dateInName(String name) {
        Matcher found = layout.dateInName.matcher(name);
        while (found.find()) {
            int year = Integer.parseInt(found.group(3));
            // The exchanges' oldest files are of 1994.
            int fullYear = year >= 100 ? year : year >= 90 ? 1900 + year : 2000 + year;
            LocalDate date =
                    Dates.of(
                            fullYear,
                            Integer.parseInt(found.group(2)),
                            Integer.parseInt(found.group(1)));
            if (date != null) {
                return date;
            }
        }
        return null;
    }
}
