package io.champion.reader;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Names of folders for symbols, on any file system: no two symbols have the same one, also where
 * upper and lower case are the same, and none leads elsewhere.
 *
 * <p>Capital letters, digits, {@code . _ -} stand for themselves; every other byte of a symbol's
 * UTF-8 is {@code %} and two capital hexadecimal digits, as in URLs. So are a dot at the beginning
 * or end, and the first letter of a name that Windows keeps for devices ({@code CON}, {@code
 * NUL.X}). The empty symbol is a single {@code %}.
 */
final class SymbolNames {
    /** File systems take 255. */
    private static final int MAX_LENGTH = 240;

    private static final String EMPTY = "%";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final Set<String> DEVICES = Set.of("CON", "PRN", "AUX", "NUL");

    private SymbolNames() {}

    /** The name of a symbol's folder; empty where it would be too long for a file system. */
    static Optional<String> encode(String symbol) {
        if (symbol.isEmpty()) {
            return Optional.of(EMPTY);
        }
        byte[] utf8 = symbol.getBytes(StandardCharsets.UTF_8);
        boolean device = isDevice(symbol);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < utf8.length; i++) {
            boolean atEnd = i == 0 || i == utf8.length - 1;
            char letter = (char) (utf8[i] & 0xff);
            if (isPlain(letter) && !(letter == '.' && atEnd) && !(device && i == 0)) {
                name.append(letter);
            } else {
                name.append('%').append(HEX.toHexDigits(utf8[i]));
            }
        }
        return name.length() > MAX_LENGTH ? Optional.empty() : Optional.of(name.toString());
    }

    private static boolean isPlain(char letter) {
        return (letter >= 'A' && letter <= 'Z')
                || (letter >= '0' && letter <= '9')
                || letter == '.'
                || letter == '_'
                || letter == '-';
    }

    private static boolean isDevice(String symbol) {
        int dot = symbol.indexOf('.');
        String stem = (dot < 0 ? symbol : symbol.substring(0, dot)).toUpperCase(Locale.ROOT);
        return DEVICES.contains(stem) || stem.matches("(COM|LPT)[0-9]");
    }

    /** The symbol of a folder; empty where no symbol has a folder of that name. */
    static Optional<String> decode(String name) {
        if (name.equals(EMPTY)) {
            return Optional.of("");
        }
        ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
        for (int i = 0; i < name.length(); i++) {
            char letter = name.charAt(i);
            if (letter != '%') {
                utf8.write(letter);
            } else if (i + 2 < name.length()
                    && HexFormat.isHexDigit(name.charAt(i + 1))
                    && HexFormat.isHexDigit(name.charAt(i + 2))) {
                utf8.write(HexFormat.fromHexDigits(name, i + 1, i + 3));
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        String symbol = utf8.toString(StandardCharsets.UTF_8);
        return encode(symbol).filter(name::equals).map(same -> symbol);
    }
}
