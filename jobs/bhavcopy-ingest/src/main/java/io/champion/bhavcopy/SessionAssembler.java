package io.champion.bhavcopy;

import io.champion.bhavcopy.RowDecoder.RefusedException;
import io.champion.model.Dataset;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.model.record.Reject;
import io.champion.quality.Accounting;
import io.champion.quality.FileReport;
import io.champion.quality.Rejects;
import io.champion.quality.Violation;
import io.champion.runtime.InputException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Ingests one session: reads its files, sorts out rejects and duplicates, merges the sources, and
 * hands out the records of all datasets.
 *
 * <p>Within a source, the file published last has the say about an instrument (see {@link
 * IngestPlan#PUBLISHED}): a row that says the same again is a duplicate, a row that says otherwise
 * supersedes the earlier one, which becomes a reject. Between sources, each field comes from the
 * first source that has it, in the order of {@link FileFormat}; corporate actions are not merged.
 */
final class SessionAssembler {

    /** Fields that tell where a row stood, not what it said. */
    private static final Set<String> POSITION = Set.of("source_file", "source_line");

    /** Fields that tell when a record was written, not what it is. */
    private static final Set<String> WRITTEN = Set.of("ingest_time", "event_time");

    /** A file being read. */
    private record Source(PlannedFile file, FileReport report, CsvText text, Rejects rejects) {}

    /** A record, and where its row stood, so that it can still be rejected. */
    private record Landed(SpecificRecordBase record, Source source, CsvText.Row row) {

        private String dataset() {
            return Dataset.of(record.getSchema()).id();
        }
    }

    private final Session session;
    private final Instant ingestTime;
    private final Consumer<SpecificRecordBase> out;
    private final Accounting accounting = new Accounting();
    private final Map<String, Landed> landed = new LinkedHashMap<>();

    /** What is handed out, by dataset and event. */
    private final Set<String> emitted = new HashSet<>();

    /** What earlier runs wrote of the sources that are read again, by dataset and event. */
    private final Map<String, SpecificRecordBase> replaced = new HashMap<>();

    /** What they wrote of other sources. */
    private final List<SpecificRecordBase> carried = new ArrayList<>();

    private SessionAssembler(
            Session session,
            List<? extends SpecificRecordBase> earlier,
            Instant ingestTime,
            Consumer<SpecificRecordBase> out) {
        this.session = session;
        this.ingestTime = ingestTime;
        this.out = out;
        Set<String> sources = new HashSet<>();
        session.files().forEach(file -> sources.add(file.format().source()));
        for (SpecificRecordBase record : earlier) {
            if (sources.contains(text(record, "source"))) {
                replaced.put(key(record), record);
            } else {
                carried.add(record);
            }
        }
    }

    /**
     * Ingests a session.
     *
     * @param earlier what earlier runs wrote of the session, as received: what is of sources that
     *     are not read again is carried over, and a record that is written again as it was keeps
     *     the times of the run that wrote it first
     * @param ingestTime when the run started
     * @param out takes the records
     * @return the books, not yet verified
     * @throws InputException if a file cannot be read to its end; some records may have been handed
     *     out by then
     */
    static Accounting assemble(
            Session session,
            List<? extends SpecificRecordBase> earlier,
            Instant ingestTime,
            Consumer<SpecificRecordBase> out)
            throws IOException {
        SessionAssembler assembler = new SessionAssembler(session, earlier, ingestTime, out);
        for (PlannedFile file : session.files()) {
            assembler.read(file);
        }
        List<SpecificRecordBase> records = new ArrayList<>();
        for (Landed row : assembler.landed.values()) {
            assembler.keepTimes(row.record());
            records.add(row.record());
        }
        records.addAll(assembler.further(records));
        assembler.carryOver(records);
        assembler.emitAll(records);
        return assembler.accounting;
    }

    private void read(PlannedFile file) throws IOException {
        FileReport report =
                new FileReport(file.file().location(), file.format().source(), session.date());
        Source source =
                new Source(
                        file,
                        report,
                        CsvText.of(Containers.read(file.file())),
                        new Rejects(file.format().source(), session.rejectsDate(), ingestTime));
        if (!source.text().isUtf8()) {
            report.warning("not_utf8");
        }
        if (IngestPlan.isNamedForAnotherDay(file)) {
            report.warning("named_for_another_day");
        }
        RowDecoder decoder = null;
        for (CsvText.Row row : source.text()) {
            if (decoder == null) {
                decoder = new RowDecoder(file, List.of(row.fields()), ingestTime, report::warning);
                continue;
            }
            report.read();
            try {
                land(new Landed(decoder.decode(row), source, row));
            } catch (RefusedException e) {
                reject(decoder.dataset(row.fields()), source, row, e.violation());
            }
        }
        accounting.file(report);
    }

    private void land(Landed row) {
        SpecificRecordBase record = row.record();
        String id = text(record, "event_id");
        Landed earlier = landed.get(id);
        if (earlier != null && sayTheSame(earlier.record(), record, POSITION)) {
            row.source().report().duplicate();
            return;
        }
        landed.put(id, row);
        row.source().report().written(row.dataset());
        if (earlier != null) {
            earlier.source().report().unwritten(earlier.dataset());
            reject(
                    Dataset.of(record.getSchema()).name(),
                    earlier.source(),
                    earlier.row(),
                    new Violation(
                            null,
                            null,
                            "superseded",
                            "Line "
                                    + row.row().line()
                                    + " of "
                                    + row.source().file().file().name()
                                    + ", which was published later, says otherwise."));
        }
    }

    private void reject(String dataset, Source source, CsvText.Row row, Violation violation) {
        source.report().rejected(violation.reason());
        Reject reject =
                source.rejects()
                        .of(
                                dataset,
                                source.file().file().name(),
                                row.line(),
                                violation,
                                source.text().original(row.line(), row.lines()));
        keepTimes(reject);
        emit(reject);
    }

    /** What is written again as it was keeps its times, so that the same input changes nothing. */
    private void keepTimes(SpecificRecordBase record) {
        SpecificRecordBase before = replaced.get(key(record));
        if (before != null && sayTheSame(before, record, WRITTEN)) {
            for (String field : WRITTEN) {
                int position = record.getSchema().getField(field).pos();
                record.put(position, before.get(position));
            }
        }
    }

    private static boolean sayTheSame(
            SpecificRecordBase a, SpecificRecordBase b, Set<String> exceptFields) {
        for (Schema.Field field : a.getSchema().getFields()) {
            if (!exceptFields.contains(field.name())
                    && !Objects.equals(a.get(field.pos()), b.get(field.pos()))) {
                return false;
            }
        }
        return true;
    }

    /** The actions that rows name after their first. */
    private List<SpecificRecordBase> further(List<SpecificRecordBase> records) {
        Map<String, SpecificRecordBase> further = new LinkedHashMap<>();
        for (SpecificRecordBase record : records) {
            if (record instanceof CorporateAction action) {
                for (CorporateAction other : CorporateActions.further(action)) {
                    if (!landed.containsKey(other.getEventId())
                            && further.putIfAbsent(other.getEventId(), other) == null) {
                        other.setIngestTime(ingestTime);
                        keepTimes(other);
                        accounting.further(Dataset.of(other.getSchema()).id(), 1);
                    }
                }
            }
        }
        return List.copyOf(further.values());
    }

    private void carryOver(List<SpecificRecordBase> records) {
        Set<String> present = new HashSet<>(emitted);
        records.forEach(record -> present.add(key(record)));
        replaced.forEach(
                (key, record) -> {
                    if (present.contains(key)) {
                        return;
                    }
                    if (FileFormat.ofSource(text(record, "source")).isAddition()) {
                        carried.add(record);
                    } else if (record instanceof CorporateAction) {
                        accounting.warning("no_longer_listed", 1);
                    }
                });
        for (SpecificRecordBase record : carried) {
            accounting.carried(Dataset.of(record.getSchema()).id(), 1);
            if (record instanceof Reject) {
                emit(record);
            } else {
                records.add(record);
            }
        }
    }

    private void emitAll(List<SpecificRecordBase> records) {
        Set<String> trading = new HashSet<>();
        for (SpecificRecordBase record : records) {
            if (hasTraded(record)) {
                trading.add(exchange(record));
            }
        }
        Map<String, List<EquityOhlc>> equities = new TreeMap<>();
        Map<String, SpecificRecordBase> bars = new TreeMap<>();
        for (SpecificRecordBase record : records) {
            emit(record);
            if (record instanceof RawEquityOhlc raw) {
                EquityOhlc bar = EquityNormalizer.normalize(raw, trading.contains(exchange(raw)));
                equities.computeIfAbsent(bar.getInstrumentId(), id -> new ArrayList<>(2)).add(bar);
            } else if (record instanceof RawDerivativesOhlc raw) {
                bars.put(
                        raw.getEntityId(),
                        DerivativesNormalizer.normalize(raw, trading.contains(exchange(raw))));
            } else if (record instanceof RawIndexOhlc raw) {
                bars.put(
                        raw.getEntityId(),
                        IndexNormalizer.normalize(raw, trading.contains(exchange(raw))));
            }
        }
        equities.values().forEach(sources -> emit(merge(sources)));
        bars.values().forEach(this::emit);
    }

    private EquityOhlc merge(List<EquityOhlc> sources) {
        sources.sort(Comparator.comparing(bar -> FileFormat.ofSource(bar.getSource())));
        EquityOhlc bar = sources.get(0);
        for (EquityOhlc other : sources.subList(1, sources.size())) {
            if (differ(bar.getClose(), other.getClose())
                    || differ(bar.getVolume(), other.getVolume())) {
                accounting.warning("sources_disagree", 1);
            }
            EquityNormalizer.merge(bar, other);
            accounting.merged("normalized.equity_ohlc", 1);
        }
        return bar;
    }

    private static boolean differ(Object a, Object b) {
        return a != null && b != null && !a.equals(b);
    }

    private static boolean hasTraded(SpecificRecordBase record) {
        Long volume =
                record instanceof RawEquityOhlc equity
                        ? equity.getTtlTradgVol()
                        : record instanceof RawDerivativesOhlc derivative
                                ? derivative.getTtlTradgVol()
                                : record instanceof RawIndexOhlc index
                                        ? index.getNETTRDQTY()
                                        : null;
        return volume != null && volume > 0;
    }

    private static String exchange(SpecificRecordBase record) {
        return FileFormat.ofSource(text(record, "source")).exchange();
    }

    private static String key(SpecificRecordBase record) {
        return record.getSchema().getName() + " " + text(record, "event_id");
    }

    private static String text(SpecificRecordBase record, String field) {
        return (String) record.get(record.getSchema().getField(field).pos());
    }

    private void emit(SpecificRecordBase record) {
        accounting.emitted(Dataset.of(record.getSchema()).partitionOf(record), 1);
        if (session.date() == null) {
            emitted.add(key(record));
        }
        out.accept(record);
    }
}
