package io.champion.bhavcopy;

import io.champion.model.record.CorporateActionType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the free text of a corporate action says. The exchange abbreviates as it likes ({@code FV
 * SPLT FRM RS 10 TO RS 2}, {@code FVSPLT FRM ...}, {@code RIGHTS 45:301@PRM RS 290}), and names
 * several actions in one text, parted by {@code /}, {@code &}, {@code +} or a comma.
 *
 * <p>Numbers are taken only where the whole text of the action is understood: a text that has more
 * in it, or numbers in another place, gives the type alone.
 *
 * @param type {@code OTHER} where nothing is known of the text
 * @param kind what tells two actions of a type apart: of dividends {@code INTERIM}, {@code FINAL}
 *     or {@code SPECIAL}; empty where nothing does
 * @param ratioNew new shares, or old face value; null where the type has no ratio, or it is not
 *     understood
 * @param ratioOld old shares, or new face value
 * @param amount INR per share; of dividends
 * @param price INR per share; of rights
 * @param premium INR per share over the face value; of rights
 * @param text the part of the purpose
 */
record Purpose(
        CorporateActionType type,
        String kind,
        Double ratioNew,
        Double ratioOld,
        Double amount,
        Double price,
        Double premium,
        String text) {

    private static final String INR = "(?:RS|RE|INR)\\.? ?-? ?";
    private static final String NUMBER = "(\\d{1,9}(?:\\.\\d{1,6})?)";
    private static final String SHARE =
            "(?: ?(?:PER|/|A|EACH) ?(?:EQUITY |EQ )?(?:SHARE|SHR|SH|UNIT)S?)?";

    private static final Pattern PARTS = Pattern.compile("\\s*(?:[/&+;]|,(?!\\d)|\\bAND\\b)\\s*");

    private static final Pattern SPLIT =
            Pattern.compile(
                    "(?:FV|FACE VALUE|F V|STOCK)? ?-?(?:SPLT|SPLIT|SUB ?-?DIVISION|CONSOLIDATION|CONS|CONSO)"
                            + "(?: \\(SUB-DIVISION\\))? ?-? ?(?:FRM|FROM|FR) ?"
                            + INR
                            + NUMBER
                            + SHARE
                            + " ?TO ?"
                            + INR
                            + NUMBER
                            + SHARE);

    private static final Pattern BONUS =
            Pattern.compile("(?:BONUS|BON)(?: ISSUE| SHARES)? ?-? ?(\\d{1,6}) ?: ?(\\d{1,6})");

    private static final Pattern RIGHTS =
            Pattern.compile(
                    "(?:RIGHTS|RIGHT|RGHTS|RGTS)(?: ISSUE)? ?-? ?(\\d{1,6}) ?: ?(\\d{1,6})"
                            + "(?: ?@ ?(?:(?<prm>PRM|PREM|PREMIUM)(?: OF)? ?"
                            + INR
                            + "(?<premium>\\d{1,9}(?:\\.\\d{1,6})?)|"
                            + INR
                            + "(?<price>\\d{1,9}(?:\\.\\d{1,6})?)|(?<par>PAR))"
                            + SHARE
                            + ")?");

    private static final Pattern DIVIDEND =
            Pattern.compile(
                    "(?:INTERIM|INTRM|INT|FINAL|FIN|FNL|SPECIAL|SPL|ANNUAL)? ?-?"
                            + "(?:DIVIDEND|DIVD|DIV) ?-? ?"
                            + INR
                            + NUMBER
                            + SHARE);

    private static final Pattern HAS_DIVIDEND = Pattern.compile("DIV(?:IDEND|D)?\\b");
    private static final Pattern HAS_SPLIT =
            Pattern.compile("SPLT|SPLIT|SUB ?-?DIVISION|\\bCONSOLIDATION\\b");
    private static final Pattern DEMERGER = Pattern.compile("DE ?-?MERGER|SPIN ?-?OFF");
    private static final Pattern MERGER = Pattern.compile("MERGER|AMALGAMATION");
    private static final Pattern REDEMPTION =
            Pattern.compile(
                    "(?:(?:FULL|FINAL|PART|PRT|PARTIAL)\\.? )?"
                            + "(?:REDEMPTION|REDEMPTN|REDMPTN|RDMPTN|RDMPTION|REDEMP)(?: PAYMENT)?");
    private static final Pattern INTEREST =
            Pattern.compile(
                    "(?:INTEREST|INTRST|INTRT|INT)(?: (?:PAYMENT|PAYMNT|PYMNT|PYMT|PMT|PAY))?");
    private static final Pattern BUYBACK = Pattern.compile("BUY ?-?BACK(?: OF SHARES)?");
    private static final Pattern MEETING =
            Pattern.compile("AGM|EGM|(?:ANNUAL|EXTRAORDINARY) GENERAL MEETING|COURT MEETING");

    /**
     * The actions that a purpose names, in its order; one at least.
     *
     * @param purpose as received
     */
    static List<Purpose> parse(String purpose) {
        String text =
                purpose.toUpperCase(Locale.ROOT)
                        .replace("/-", " ")
                        .replaceAll("\\s+", " ")
                        .replaceAll("PER SHARE|PER SH\\b|/ ?SH(?:ARE)?\\b", "PER SH")
                        .strip();
        List<Purpose> actions = new ArrayList<>();
        for (String part : PARTS.split(text)) {
            if (!part.isEmpty()) {
                actions.add(part(part.strip()));
            }
        }
        return actions.isEmpty() ? List.of(bare(CorporateActionType.OTHER, text)) : actions;
    }

    private static Purpose part(String text) {
        Matcher split = SPLIT.matcher(text);
        if (split.matches()) {
            return ratio(CorporateActionType.SPLIT, split, text);
        }
        Matcher bonus = BONUS.matcher(text);
        if (bonus.matches()) {
            return ratio(CorporateActionType.BONUS, bonus, text);
        }
        Matcher rights = RIGHTS.matcher(text);
        if (rights.matches()) {
            return new Purpose(
                    CorporateActionType.RIGHTS,
                    "",
                    number(rights.group(1)),
                    number(rights.group(2)),
                    null,
                    number(rights.group("price")),
                    rights.group("par") == null
                            ? number(rights.group("premium"))
                            : Double.valueOf(0),
                    text);
        }
        Matcher dividend = DIVIDEND.matcher(text);
        if (dividend.matches()) {
            return dividend(text, number(dividend.group(1)));
        }
        if (HAS_DIVIDEND.matcher(text).find()) {
            return dividend(text, null);
        }
        return bare(type(text), text);
    }

    private static CorporateActionType type(String text) {
        if (REDEMPTION.matcher(text).matches()) {
            return CorporateActionType.REDEMPTION;
        } else if (INTEREST.matcher(text).matches()) {
            return CorporateActionType.INTEREST;
        } else if (BUYBACK.matcher(text).matches()) {
            return CorporateActionType.BUYBACK;
        } else if (MEETING.matcher(text).matches()) {
            return CorporateActionType.MEETING;
        } else if (DEMERGER.matcher(text).matches()) {
            return CorporateActionType.DEMERGER;
        } else if (MERGER.matcher(text).matches()) {
            return CorporateActionType.MERGER;
        } else if (HAS_SPLIT.matcher(text).find()) {
            return CorporateActionType.SPLIT;
        } else if (text.startsWith("BONUS")) {
            return CorporateActionType.BONUS;
        } else if (text.startsWith("RIGHT")) {
            return CorporateActionType.RIGHTS;
        }
        return CorporateActionType.OTHER;
    }

    private static Purpose bare(CorporateActionType type, String text) {
        return new Purpose(type, "", null, null, null, null, null, text);
    }

    private static Purpose ratio(CorporateActionType type, Matcher found, String text) {
        double first = number(found.group(1));
        double second = number(found.group(2));
        return first > 0 && second > 0
                ? new Purpose(type, "", first, second, null, null, null, text)
                : bare(type, text);
    }

    private static Purpose dividend(String text, Double amount) {
        String kind =
                text.startsWith("INT")
                        ? "INTERIM"
                        : text.startsWith("FIN") || text.startsWith("FNL")
                                ? "FINAL"
                                : text.startsWith("SP") ? "SPECIAL" : "";
        return new Purpose(
                CorporateActionType.DIVIDEND, kind, null, null, amount, null, null, text);
    }

    private static Double number(String text) {
        return text == null ? null : Double.valueOf(text);
    }
}
