package io.champion.flatfile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** Looks at the first lines of a file: what it is, and of which day. */
final class FileHead {

    private static final int HEAD_BYTES = 1 << 16;
    private static final int SHOWN_HEADER = 300;
    private static final int GZIP_END = 8;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private FileHead() {}

    /**
     * Reads a file's head.
     *
     * @throws UnknownFileException if it is no flat file of a known kind
     * @throws IOException if it is one, perhaps, and cannot be read
     */
    static FlatFile read(FileStatus status) throws IOException {
        Path path = status.getPath();
        String file = path.toString();
        FileSystem fs = path.getFileSystem();
        byte[] head;
        boolean compressed;
        try (FSDataInputStream in = fs.open(path)) {
            int first = in.read();
            compressed = first == 0x1F && in.read() == 0x8B;
            in.seek(0);
            head = read(compressed ? new Gunzip(in) : in);
        } catch (IOException e) {
            throw new FlatFileException(
                    file, false, file + " cannot be read: " + e.getMessage() + ".", e);
        }
        List<String> lines = lines(head);
        if (lines.isEmpty()) {
            throw new UnknownFileException(file + " is empty.");
        }
        List<String> names = names(lines.get(0));
        FlatFileKind kind = kind(file, names);
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> fields = GeneralLines.parse(line);
            if (fields != null && fields.size() == names.size()) {
                rows.add(fields.stream().map(String::strip).toList());
            }
        }
        if (rows.isEmpty()) {
            throw new UnknownFileException(
                    file + " has the header of a file of " + kind.datasetName() + ", but no rows.");
        }
        int time = names.indexOf(kind.fields().get(kind.timeField()).name());
        LocalDate day = day(rows, time);
        if (day == null) {
            throw new UnknownFileException(
                    file
                            + " has the header of a file of "
                            + kind.datasetName()
                            + ", but none of its first rows has a readable "
                            + names.get(time)
                            + ".");
        }
        if (kind == FlatFileKind.MINUTE_BARS && startAtMidnight(rows, time, day)) {
            kind = FlatFileKind.DAY_BARS;
        }
        return new FlatFile(
                file,
                status.getLen(),
                status.getModificationTime(),
                fingerprint(status, compressed),
                compressed,
                new Header(kind, names),
                headerBytes(head),
                day,
                areAscending(rows, names.indexOf("ticker")),
                ticker(path, rows, names.indexOf("ticker")));
    }

    /** As much as there is, up to the size of a head. */
    private static byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] bytes = new byte[1 << 14];
        while (head.size() < HEAD_BYTES) {
            int count = in.read(bytes, 0, Math.min(bytes.length, HEAD_BYTES - head.size()));
            if (count < 0) {
                head.write('\n');
                break;
            }
            head.write(bytes, 0, count);
        }
        return head.toByteArray();
    }

    /** Whole lines that are not blank, the header first. */
    private static List<String> lines(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8);
        int end = text.lastIndexOf('\n');
        List<String> lines = new ArrayList<>();
        for (String line : text.substring(0, Math.max(0, end)).split("\r?\n")) {
            if (!line.isBlank()) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** Where the line after the first one that is not blank begins. */
    private static int headerBytes(byte[] head) {
        boolean blank = true;
        for (int i = 0; i < head.length; i++) {
            if (head[i] == '\n' && !blank) {
                return i + 1;
            }
            blank &= head[i] == ' ' || head[i] == '\r' || head[i] == '\n' || head[i] == '\t';
        }
        return head.length;
    }

    private static List<String> names(String header) {
        String text = header.startsWith(BYTE_ORDER_MARK) ? header.substring(1) : header;
        List<String> fields = GeneralLines.parse(text);
        return fields == null
                ? List.of(text)
                : fields.stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    }

    private static FlatFileKind kind(String file, List<String> names) throws UnknownFileException {
        FlatFileKind kind = FlatFileKind.of(names);
        if (kind != null) {
            Set<String> seen = new HashSet<>();
            for (String name : names) {
                if (!seen.add(name)) {
                    throw new UnknownFileException(
                            file + " has two columns '" + name + "' in its header.");
                }
            }
            return kind;
        }
        String shown = String.join(",", names).replaceAll("\\p{Cntrl}|\uFFFD", "?");
        if (shown.length() > SHOWN_HEADER) {
            shown = shown.substring(0, SHOWN_HEADER) + "...";
        }
        FlatFileKind nearest = FlatFileKind.nearest(names);
        throw new UnknownFileException(
                file
                        + " is no flat file of a known kind. Its header is '"
                        + shown
                        + "'"
                        + (nearest == null
                                ? "."
                                : "; the nearest kind is "
                                        + nearest.datasetName()
                                        + ", of which it lacks "
                                        + nearest.missing(names)
                                        + "."));
    }

    /** The trade date of most rows: one spoilt row does not decide. */
    private static LocalDate day(List<List<String>> rows, int time) {
        Map<LocalDate, Integer> votes = new HashMap<>();
        LocalDate leader = null;
        for (List<String> row : rows) {
            Long nanos = nanos(row.get(time));
            if (nanos != null) {
                LocalDate day = Session.dayOf(nanos);
                int count = votes.merge(day, 1, Integer::sum);
                if (leader == null || count > votes.get(leader)) {
                    leader = day;
                }
            }
        }
        return leader;
    }

    private static Long nanos(String text) {
        return text.matches("\\d{16,19}") ? GeneralLines.whole(text) : null;
    }

    private static boolean startAtMidnight(List<List<String>> rows, int time, LocalDate day) {
        long midnight = Session.of(day).start();
        return rows.stream()
                .map(row -> nanos(row.get(time)))
                .allMatch(nanos -> nanos == null || nanos == midnight);
    }

    private static boolean areAscending(List<List<String>> rows, int ticker) {
        for (int i = 1; i < rows.size(); i++) {
            if (rows.get(i).get(ticker).compareTo(rows.get(i - 1).get(ticker)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** A file that is named like the ticker of all its first rows is of that ticker. */
    private static String ticker(Path path, List<List<String>> rows, int ticker) {
        String stem = FlatFile.stemOf(path.getName());
        return rows.stream().allMatch(row -> row.get(ticker).equals(stem)) ? stem : null;
    }

    /**
     * What tells a version of a file from another one without reading it: of gzip, the checksum and
     * length of the content that it ends with; else the time at which it was modified.
     */
    private static String fingerprint(FileStatus status, boolean compressed) throws IOException {
        if (!compressed || status.getLen() < GZIP_END) {
            return status.getLen() + ":modified:" + status.getModificationTime();
        }
        try (FSDataInputStream in = status.getPath().getFileSystem().open(status.getPath())) {
            in.seek(status.getLen() - GZIP_END);
            StringBuilder end = new StringBuilder();
            for (int b = in.read(); b >= 0; b = in.read()) {
                end.append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
            }
            return status.getLen() + ":gzip:" + end;
        }
    }
}
