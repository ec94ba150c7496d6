package io.champion.indicators;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.reader.NamedCsvRecordHandler;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** A published table, in memory; names of columns in any case. */
record Sheet(String name, List<NamedCsvRecord> rows) {

    /** The committed copy. */
    static Sheet committed(String name) {
        return read(
                name,
                Sheet.class.getClassLoader().getResourceAsStream("reference/" + name + ".csv"));
    }

    static Sheet of(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file));
        return read(
                file.getFileName().toString(),
                file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in);
    }

    private static Sheet read(String name, InputStream in) {
        try (CsvReader<NamedCsvRecord> reader =
                CsvReader.builder()
                        .detectBomHeader(true)
                        .build(
                                NamedCsvRecordHandler.of(
                                        handler -> handler.allowDuplicateHeaderFields(true)),
                                new BufferedInputStream(in))) {
            return new Sheet(name, reader.stream().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A cell; empty if it is, or if there is no such column. */
    String text(int row, String column) {
        NamedCsvRecord record = rows.get(row);
        for (String header : record.getHeader()) {
            if (header.equalsIgnoreCase(column)) {
                String text = record.findField(header).orElse("").strip();
                return text.equals("null") ? "" : text;
            }
        }
        return "";
    }

    /** A number; NaN for an empty cell. */
    double number(int row, String column) {
        String text = text(row, column);
        return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
    }

    List<Bar> bars() {
        List<Bar> bars = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Bar bar =
                    Bars.bar(
                            number(i, "open"),
                            number(i, "high"),
                            number(i, "low"),
                            number(i, "close"),
                            number(i, "volume"));
            String date = text(i, "date").replace(' ', 'T').toUpperCase(Locale.ROOT);
            if (date.matches("\\d{4}-\\d\\d-\\d\\d(T.*)?")) {
                LocalDateTime time =
                        LocalDateTime.parse(date.contains("T") ? date : date + "T00:00");
                bar.time = time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
                bar.session = (int) time.toLocalDate().toEpochDay();
            }
            bars.add(bar);
        }
        return bars;
    }
}
