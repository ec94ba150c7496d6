package io.champion.cli.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** Makes up the securities of an exchange. The same seed makes the same ones on every machine. */
final class Universe {

    static final String[] SECTORS = {
        "Bank",
        "Finance",
        "Software",
        "Pharma",
        "Motors",
        "Steel",
        "Power",
        "Cement",
        "Chemicals",
        "Textiles",
        "Foods",
        "Infra"
    };

    private static final String[] FIRST = {
        "Ar", "Bha", "Che", "Dha", "Esh", "Ga", "Hari", "In", "Ja", "Ka", "La", "Ma", "Na", "Om",
        "Pra", "Ra", "Sa", "Ta", "Ud", "Va", "Ya", "Zen", "Su", "Mi", "Ko"
    };
    private static final String[] MIDDLE = {
        "ran", "vin", "dra", "lak", "mit", "nav", "pur", "rish", "shan", "tek", "van", "yam", "gir",
        "hul", "bir", "kesh", "mor"
    };
    private static final String[] LAST = {
        "a", "am", "ex", "is", "on", "um", "ya", "ta", "ix", "or", "al", "eta"
    };

    /** The most traded EQ securities trade in these as well. */
    private static final int SAME_DAY = 25;

    private static final int BLOCKS = 5;

    private final Random random;
    private final Set<String> symbols = new HashSet<>();
    private final List<Instrument> instruments = new ArrayList<>();

    private Universe(long seed) {
        this.random = new Random(seed);
    }

    /**
     * @param companies how many companies; securities are a few percent more
     */
    static List<Instrument> of(long seed, int companies) {
        Universe universe = new Universe(seed);
        for (int i = 0; i < companies; i++) {
            universe.addCompany(i, companies);
        }
        List<Instrument> companiesOnly = List.copyOf(universe.instruments);
        for (int i = 0; i < Math.min(SAME_DAY, companies); i++) {
            universe.addAlso(companiesOnly.get(i), "T0", 0.0005);
        }
        for (int i = 0; i < Math.min(BLOCKS, companies); i++) {
            universe.addAlso(companiesOnly.get(i), "BL", 0.02);
        }
        for (int i = 0; i < companies / 40; i++) {
            universe.addBond(i);
        }
        return List.copyOf(universe.instruments);
    }

    private void addCompany(int rank, int companies) {
        int sector = random.nextInt(SECTORS.length);
        String stem = stem();
        String symbol = symbol(stem, sector);
        double place = (double) rank / companies;
        String series =
                place < 0.2
                        ? "EQ"
                        : pick("EQ EQ EQ EQ EQ EQ EQ EQ EQ EQ EQ EQ EQ BE BE SM SM ST BZ");
        instruments.add(
                new Instrument(
                        1000 + rank,
                        symbol,
                        series,
                        isin("INE", "01"),
                        stem + " " + SECTORS[sector] + " Limited",
                        sector,
                        Math.max(
                                200,
                                Math.round(
                                        100
                                                * StrictMath.exp(
                                                        5.4
                                                                - 1.2 * place
                                                                + random.nextGaussian()))),
                        // A few securities make most of the volume, as in every market.
                        8_000_000 * StrictMath.pow(1 - place, 3)
                                + 300 * StrictMath.exp(random.nextGaussian()),
                        0.012 + 0.02 * random.nextDouble()));
    }

    private void addAlso(Instrument of, String series, double shareOfVolume) {
        instruments.add(
                new Instrument(
                        of.number() + 50_000 + series.charAt(0) * 100,
                        of.symbol(),
                        series,
                        of.isin(),
                        of.name(),
                        of.sector(),
                        of.startPrice(),
                        of.dailyVolume() * shareOfVolume,
                        of.volatility()));
    }

    private void addBond(int i) {
        String kind = pick("GB GS GS N1 N2 N6 TB");
        int year = 2027 + random.nextInt(12);
        String symbol =
                switch (kind) {
                    case "GB" -> "SGB" + pick("JAN MAR JUN SEP") + (year % 100) + i;
                    case "GS" -> (600 + random.nextInt(200)) + "GS" + year + i;
                    case "TB" -> (91 * (1 + i % 4)) + "D" + (100 + i) + "T26";
                    default -> symbol(stem(), 1);
                };
        instruments.add(
                new Instrument(
                        19_000 + i,
                        symbol,
                        kind,
                        isin(kind.startsWith("N") ? "INE" : "IN0", "07"),
                        symbol + " 7.25% " + year,
                        1,
                        kind.equals("GB") ? 980_000 : 10_000,
                        40 + random.nextInt(400),
                        0.002));
    }

    private String stem() {
        StringBuilder name = new StringBuilder(pick(FIRST));
        name.append(pick(MIDDLE));
        if (random.nextInt(3) == 0) {
            name.append(pick(MIDDLE));
        }
        return name.append(pick(LAST)).toString();
    }

    /** Symbols hold an ampersand or a hyphen now and then, as the real ones do. */
    private String symbol(String stem, int sector) {
        String base = stem.toUpperCase(Locale.ROOT);
        String tail = SECTORS[sector].toUpperCase(Locale.ROOT);
        String joint =
                switch (random.nextInt(40)) {
                    case 0 -> "&";
                    case 1 -> "-";
                    default -> "";
                };
        String symbol = base.substring(0, Math.min(7, base.length())) + joint + tail.charAt(0);
        for (int i = 2; !symbols.add(symbol); i++) {
            symbol =
                    base + joint + tail.substring(0, Math.min(i, tail.length())) + (i > 3 ? i : "");
        }
        return symbol;
    }

    private String isin(String prefix, String kind) {
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        StringBuilder isin = new StringBuilder(prefix);
        for (int i = 0; i < 4; i++) {
            isin.append(i == 3 ? letters.charAt(random.nextInt(26)) : digit());
        }
        isin.append(kind).append(digit()).append(digit());
        return isin.append(checkDigit(isin)).toString();
    }

    private char digit() {
        return (char) ('0' + random.nextInt(10));
    }

    /** ISO 6166: letters count as 10 to 35, then Luhn's sum over the digits, from the right. */
    static int checkDigit(CharSequence isin) {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < isin.length(); i++) {
            digits.append(Character.digit(isin.charAt(i), 36));
        }
        int sum = 0;
        boolean twice = true;
        for (int i = digits.length() - 1; i >= 0; i--) {
            int digit = digits.charAt(i) - '0';
            int value = twice ? digit * 2 : digit;
            sum += value / 10 + value % 10;
            twice = !twice;
        }
        return (10 - sum % 10) % 10;
    }

    private String pick(String words) {
        return pick(words.split(" ", -1));
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
