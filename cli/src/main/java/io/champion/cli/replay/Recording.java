package io.champion.cli.replay;

import io.champion.model.record.EquityTrade;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file of events, one a line, plain or gzipped: a LOBSTER message file, recognized by its name,
 * or a capture of Binance streams, recognized by its first line.
 */
final class Recording implements Closeable {

    /** A line longer than a book snapshot of thousands of levels is none of ours. */
    private static final int MAX_LINE = 4 << 20;

    /** Reads one line. */
    interface Format {

        /**
         * @param line number of the line, from 1
         * @return null for an event that is no trade
         */
        EquityTrade read(String text, long line) throws BadLineException;
    }

    private final Path file;
    private final Format format;
    private final BufferedReader reader;
    private String ahead;
    private long line;

    private Recording(Path file, Format format, BufferedReader reader, String first) {
        this.file = file;
        this.format = format;
        this.reader = reader;
        this.ahead = first;
    }

    /**
     * @param ingestTime milliseconds since the epoch, of the ticks that are read
     * @throws RecordingException if the file is missing or of no known format
     */
    static Recording open(Path file, long ingestTime) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new RecordingException("There is no file " + file + ".");
        }
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(unzipped(file), StandardCharsets.UTF_8));
        try {
            String first = readLine(reader, file, 1);
            Format format = LobsterFormat.of(file.getFileName().toString(), ingestTime);
            if (format == null && BinanceFormat.recognizes(first)) {
                format = new BinanceFormat(ingestTime);
            }
            if (format == null) {
                throw new RecordingException(
                        file
                                + " is no recording of a known format: a LOBSTER message file is"
                                + " named TICKER_2012-06-21_34200000_57600000_message_10.csv, and"
                                + " the lines of a Binance capture are a receive time in"
                                + " nanoseconds, a blank and JSON. Either may be gzipped.");
            }
            return new Recording(file, format, reader, first);
        } catch (IOException | RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private static InputStream unzipped(Path file) throws IOException {
        BufferedInputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        bytes.mark(2);
        boolean zipped = bytes.read() == 0x1F && bytes.read() == 0x8B;
        bytes.reset();
        return zipped ? new GZIPInputStream(bytes, 1 << 16) : bytes;
    }

    /** The next trade, or null at the end; counts all lines on the way. */
    EquityTrade next(ReplayCount count) throws IOException {
        while (ahead != null) {
            String text = ahead;
            line++;
            EquityTrade trade = null;
            try {
                trade = text.isBlank() ? reject("The line is empty.") : format.read(text, line);
                if (trade == null) {
                    count.other();
                } else {
                    count.send();
                }
            } catch (BadLineException e) {
                count.reject(file.toString(), line, e.getMessage());
            }
            ahead = readLine(reader, file, line + 1);
            if (trade != null) {
                return trade;
            }
        }
        return null;
    }

    private static EquityTrade reject(String problem) throws BadLineException {
        throw new BadLineException(problem);
    }

    /** A line, whatever its length: untrusted input must not fill the memory. */
    private static String readLine(BufferedReader reader, Path file, long number)
            throws IOException {
        StringBuilder text = new StringBuilder(256);
        try {
            for (int c = reader.read(); ; c = reader.read()) {
                if (c == '\n' || c < 0) {
                    if (c < 0 && text.isEmpty()) {
                        return null;
                    }
                    int end = text.length();
                    return end > 0 && text.charAt(end - 1) == '\r'
                            ? text.substring(0, end - 1)
                            : text.toString();
                }
                if (text.length() == MAX_LINE) {
                    throw new RecordingException(
                            file
                                    + " has no end of line "
                                    + number
                                    + " within "
                                    + MAX_LINE
                                    + " characters; it is no text of lines.");
                }
                text.append((char) c);
            }
        } catch (IOException e) {
            throw new RecordingException(
                    file + " cannot be read at line " + number + ": " + e.getMessage() + ".", e);
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
