package io.champion.bhavcopy;

import io.champion.bhavcopy.RowDecoder.RefusedException;
import io.champion.quality.Violation;
import io.champion.runtime.InputException;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run would find wrong with its input, as far as the first rows of every file tell: they are
 * decoded by the job's own decoder and rules, and nothing is written. Files are read to their ends,
 * so that a damaged one is found.
 *
 * @param plan what the run would do
 * @param rows rows that were decoded
 * @param failures what keeps the run from going through, as full sentences: files that cannot be
 *     used or read
 * @param refusals rows that the run would quarantine, by file and line
 */
public record InputSample(
        IngestPlan plan, long rows, List<String> failures, List<Refusal> refusals) {

    /**
     * Rows of a file that are refused for one reason in one field.
     *
     * @param file the file, with the archive that it is in
     * @param line line of the first of them, counted from 1
     * @param violation what is wrong with the first of them
     * @param rows how many of the file's sampled rows there are
     */
    public record Refusal(String file, long line, Violation violation, int rows) {}

    private record Kind(String field, String reason) {}

    public InputSample {
        failures = List.copyOf(failures);
        refusals = List.copyOf(refusals);
    }

    /**
     * Takes a sample.
     *
     * @param inputs files, folders and globs
     * @param from first session wanted, or null for no bound
     * @param to last session wanted, or null for no bound
     * @param rowsPerFile how many rows of each file to decode
     * @throws InputException if an input names nothing
     */
    public static InputSample take(
            List<String> inputs, LocalDate from, LocalDate to, int rowsPerFile) throws IOException {
        Instant now = Instant.now();
        List<String> failures = new ArrayList<>();
        List<Refusal> refusals = new ArrayList<>();
        IngestPlan plan =
                IngestPlan.of(inputs, EnumSet.allOf(Family.class), from, to, now, failures);
        long rows = 0;
        for (Session session : plan.sessions()) {
            for (PlannedFile file : session.files()) {
                try {
                    rows += decode(file, rowsPerFile, now, refusals);
                } catch (InputException e) {
                    failures.add(e.getMessage());
                }
            }
        }
        return new InputSample(plan, rows, failures, refusals);
    }

    private static int decode(
            PlannedFile file, int rowsPerFile, Instant now, List<Refusal> refusals)
            throws IOException {
        Map<Kind, Refusal> found = new LinkedHashMap<>();
        RowDecoder decoder = null;
        int rows = 0;
        for (CsvText.Row row : CsvText.of(Containers.read(file.file()))) {
            if (decoder == null) {
                decoder = new RowDecoder(file, List.of(row.fields()), now, warning -> {});
                continue;
            }
            if (rows == rowsPerFile) {
                break;
            }
            rows++;
            try {
                decoder.decode(row);
            } catch (RefusedException e) {
                Violation violation = e.violation();
                if (!violation.reason().equals(RowDecoder.LAYOUT_ROW)) {
                    found.merge(
                            new Kind(violation.field(), violation.reason()),
                            new Refusal(file.file().toString(), row.line(), violation, 1),
                            (first, next) ->
                                    new Refusal(
                                            first.file(),
                                            first.line(),
                                            first.violation(),
                                            first.rows() + 1));
                }
            }
        }
        refusals.addAll(found.values());
        return rows;
    }
}
