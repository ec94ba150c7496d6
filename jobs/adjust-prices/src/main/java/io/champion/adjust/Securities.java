package io.champion.adjust;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which instruments are one security. A corporate action hits a share, whatever the series that it
 * trades in, and the exchange announces it for the series of that day alone; a share that moved
 * from EQ to BE since has history in both. Bonds, warrants and preference shares of the same symbol
 * are securities of their own.
 */
final class Securities {
    private Securities() {}

    /** NSE's series of ordinary shares, on the main board and that of small companies. */
    private static final Set<String> NSE_SHARES =
            Set.of(
                    "EQ", "BE", "BZ", "BL", "BT", "IL", "IQ", "T0", "TL", "SM", "ST", "SZ", "SL",
                    "SQ");

    /** BSE's groups of what is no share: bonds and government securities. */
    private static final Set<String> BSE_NO_SHARES = Set.of("F", "G");

    /** Rights that are traded for some days come as symbols of their own: {@code ORIENT-RE}. */
    private static final Pattern RIGHTS = Pattern.compile("-RE\\d*$");

    /**
     * The security of an instrument.
     *
     * @param instrument exchange:symbol:series, or exchange:symbol for all series of a share
     */
    static String of(String instrument) {
        int end = instrument.indexOf(':', instrument.indexOf(':') + 1);
        return isShare(instrument) && end >= 0 ? instrument.substring(0, end) : instrument;
    }

    /** Whether the instrument is an ordinary share. */
    static boolean isShare(String instrument) {
        int end = instrument.indexOf(':', instrument.indexOf(':') + 1);
        if (end < 0) {
            return true;
        } else if (RIGHTS.matcher(instrument.substring(0, end)).find()) {
            return false;
        }
        String series = instrument.substring(end + 1);
        return instrument.startsWith("NSE:")
                ? NSE_SHARES.contains(series)
                : !BSE_NO_SHARES.contains(series);
    }
}
