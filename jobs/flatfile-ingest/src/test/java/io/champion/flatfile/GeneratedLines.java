package io.champion.flatfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Flat files as they are published, the same lines for the same seed, and what can befall them. */
final class GeneratedLines {

    static final String TRADES =
            "ticker,conditions,correction,exchange,id,participant_timestamp,price,sequence_number,"
                    + "sip_timestamp,size,tape,trf_id,trf_timestamp";
    static final String QUOTES =
            "ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,conditions,"
                    + "indicators,participant_timestamp,sequence_number,sip_timestamp,tape,trf_timestamp";
    static final String BARS = "ticker,volume,open,close,high,low,window_start,transactions";

    /** 2026-03-02, 04:00 in New York. */
    static final long START = 1772442000000000000L;

    /** Midnight in New York of that day. */
    static final long MIDNIGHT = START - 4 * 3_600_000_000_000L;

    private static final String[] CONDITIONS = {"", "", "37", "\"12,37\"", "\"14,37,41\"", "53"};
    private static final String[] SUFFIXES = {"", "", "", "", ".A", "pB", "rw", "-W"};

    private final SplittableRandom random;

    GeneratedLines(long seed) {
        this.random = new SplittableRandom(seed);
    }

    static String header(FlatFileKind kind) {
        return switch (kind) {
            case TRADES -> TRADES;
            case QUOTES -> QUOTES;
            case MINUTE_BARS, DAY_BARS -> BARS;
        };
    }

    /** Rows of a kind, sorted by ticker and time; some are exact repetitions. */
    List<String> lines(FlatFileKind kind, int tickers, int rowsPerTicker) {
        List<String> lines = new ArrayList<>();
        for (String ticker : tickers(tickers)) {
            long time = START + random.nextLong(1_000_000_000L);
            long sequence = random.nextInt(1000);
            long id = random.nextInt(100_000);
            double price = 1 + Math.exp(random.nextDouble() * 7);
            int rows = kind == FlatFileKind.DAY_BARS ? 1 : 1 + random.nextInt(rowsPerTicker * 2);
            for (int i = 0; i < rows; i++) {
                time += 1 + random.nextLong(40_000_000_000_000L / rows);
                sequence += 1 + random.nextInt(500);
                id += 1 + random.nextInt(5);
                price = Math.max(0.01, price * (1 + (random.nextDouble() - 0.5) * 0.001));
                String line =
                        switch (kind) {
                            case TRADES -> trade(ticker, time, sequence, id, price);
                            case QUOTES -> quote(ticker, time, sequence, price);
                            case MINUTE_BARS -> bar(ticker, START + i * 60_000_000_000L, price);
                            case DAY_BARS -> bar(ticker, MIDNIGHT, price);
                        };
                lines.add(line);
                if (random.nextInt(500) == 0) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    private TreeSet<String> tickers(int count) {
        TreeSet<String> tickers = new TreeSet<>();
        while (tickers.size() < count) {
            StringBuilder ticker = new StringBuilder();
            for (int length = 1 + random.nextInt(5); length > 0; length--) {
                ticker.append((char) ('A' + random.nextInt(26)));
            }
            tickers.add(ticker + SUFFIXES[random.nextInt(SUFFIXES.length)]);
        }
        return tickers;
    }

    private String trade(String ticker, long time, long sequence, long id, double price) {
        boolean facility = random.nextInt(10) < 4;
        int odd = random.nextInt(1000);
        long made = time - 10_000 - random.nextInt(900_000);
        return String.join(
                ",",
                ticker,
                CONDITIONS[random.nextInt(CONDITIONS.length)],
                odd < 2 ? "1" : odd < 4 ? "8" : odd < 5 ? "12" : odd < 500 ? "0" : "",
                Integer.toString(facility ? 4 : 1 + random.nextInt(21)),
                Long.toString(id),
                random.nextInt(50) == 0 ? "0" : Long.toString(made),
                random.nextInt(5000) == 0 ? "-1.5" : price(price),
                Long.toString(sequence),
                Long.toString(time),
                size(),
                random.nextInt(50) == 0 ? "" : Integer.toString(1 + random.nextInt(3)),
                facility ? "201" : random.nextBoolean() ? "0" : "",
                facility ? Long.toString(made + 5000) : random.nextBoolean() ? "0" : "");
    }

    private String quote(String ticker, long time, long sequence, double price) {
        boolean bid = random.nextInt(20) > 0;
        boolean ask = random.nextInt(20) > 0;
        return String.join(
                ",",
                ticker,
                Integer.toString(1 + random.nextInt(21)),
                ask ? price(price * 1.001) : "0.0",
                ask ? size() : "0",
                Integer.toString(1 + random.nextInt(21)),
                bid ? price(price) : "0",
                bid ? size() : "0",
                random.nextBoolean() ? "1" : "\"1,81\"",
                random.nextInt(5) == 0 ? "\"604,501\"" : "",
                Long.toString(time - 500_000),
                Long.toString(sequence),
                Long.toString(time),
                "1",
                random.nextBoolean() ? "0" : "");
    }

    private String bar(String ticker, long start, double price) {
        double high = price * (1 + random.nextDouble() * 0.01);
        double low = price * (1 - random.nextDouble() * 0.01);
        return String.join(
                ",",
                ticker,
                size(),
                six(low + (high - low) * random.nextDouble()),
                six(low + (high - low) * random.nextDouble()),
                six(high),
                six(low - 0.000001),
                Long.toString(start),
                Integer.toString(1 + random.nextInt(500)));
    }

    private String size() {
        return switch (random.nextInt(4)) {
            case 0 -> "100";
            case 1 -> random.nextInt(100_000) + ".000000";
            case 2 -> random.nextInt(1000) + "." + (100_000 + random.nextInt(900_000));
            default -> Integer.toString(1 + random.nextInt(5000));
        };
    }

    private String price(double price) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toString(Math.max(1, Math.round(price)));
            case 1 -> String.format(Locale.ROOT, "%.4f", price);
            case 2 -> six(price);
            default -> String.format(Locale.ROOT, "%.2f", price);
        };
    }

    private static String six(double number) {
        return String.format(Locale.ROOT, "%.6f", Math.max(0.000002, number));
    }

    private static final String[] ODDITIES = {
        "",
        " ",
        "\"",
        "\"\"",
        ",",
        ",,",
        "-",
        "+",
        ".",
        "0",
        "00",
        "e5",
        "1e3",
        "E-2",
        "-0",
        "0.0",
        "99999999999999999999",
        "9223372036854775807",
        "9223372036854775808",
        "8999999999999999999",
        "2147483647",
        "2147483648",
        "1.",
        ".5",
        "1.5.2",
        "NaN",
        "Infinity",
        "0x1p3",
        "1_000",
        "١٢",
        "\t",
        "\r",
        "\u0000",
        "é",
        "\u00a0",
        "12345678",
        "123456789012345678",
        "0.1234567890123456789",
        "9007199254740993",
        "9007199254740993.0",
        "123456789.123456789",
        "4.9e-324",
        "1e400",
        "\"1,2\"",
        "\"1,,2\"",
        "\" 1 , 2 \"",
        "\"12\"",
        "null",
        "TRUE",
        "/",
        ":",
        ";",
        "'",
        "AAAAAAAAAAAAAAAAAAAAAAAA"
    };

    /** A line with something wrong or odd in it. */
    String mutated(String line) {
        String result = line;
        for (int times = 1 + random.nextInt(2); times > 0; times--) {
            result = mutatedOnce(result);
        }
        return result.replace('\n', ' ');
    }

    private String mutatedOnce(String line) {
        String[] fields = line.split(",", -1);
        int field = random.nextInt(fields.length);
        int at = random.nextInt(line.length() + 1);
        String odd = ODDITIES[random.nextInt(ODDITIES.length)];
        return switch (random.nextInt(8)) {
            case 0 -> {
                fields[field] = odd;
                yield String.join(",", fields);
            }
            case 1 -> {
                fields[field] = fields[field] + odd;
                yield String.join(",", fields);
            }
            case 2 -> {
                fields[field] = odd + fields[field];
                yield String.join(",", fields);
            }
            case 3 -> {
                fields[field] = "\"" + fields[field] + "\"";
                yield String.join(",", fields);
            }
            case 4 -> line.substring(0, at);
            case 5 -> line.substring(0, at) + odd + line.substring(at);
            case 6 -> at == line.length() ? line : line.substring(0, at) + line.substring(at + 1);
            default ->
                    at == line.length()
                            ? line
                            : line.substring(0, at)
                                    + (char) random.nextInt(256)
                                    + line.substring(at + 1);
        };
    }
}
