package io.champion.bhavcopy;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.Dataset;
import io.champion.model.Layer;
import io.champion.model.record.DerivativesOhlc;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.RawDerivativesOhlc;
import io.champion.model.record.RawEquityOhlc;
import io.champion.model.record.RawIndexOhlc;
import io.champion.model.record.Reject;
import io.champion.model.record.SymbolMaster;
import io.champion.quality.Accounting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;

/** What the core of the job makes of some files, without Flink around it. */
record Ingested(IngestPlan plan, Accounting accounting, List<SpecificRecordBase> records) {

    static final Instant START = Instant.parse("2030-01-10T20:00:00Z");

    static Ingested of(Path... inputs) throws IOException {
        return of(List.of(), inputs);
    }

    /** What a run makes of files in a lake that holds the records of an earlier one. */
    static Ingested of(Ingested earlier, Path... inputs) throws IOException {
        return of(
                earlier.records.stream()
                        .filter(record -> record instanceof Reject || isRaw(record))
                        .toList(),
                inputs);
    }

    private static boolean isRaw(SpecificRecordBase record) {
        return Dataset.of(record.getSchema()).layer() == Layer.RAW;
    }

    private static Ingested of(List<SpecificRecordBase> carried, Path... inputs)
            throws IOException {
        List<String> names = new ArrayList<>();
        for (Path input : inputs) {
            names.add(input.toString());
        }
        IngestPlan plan = IngestPlan.of(names, null, null, START);
        Accounting accounting = new Accounting();
        List<SpecificRecordBase> records = new ArrayList<>();
        for (Session session : plan.sessions()) {
            accounting.add(SessionAssembler.assemble(session, carried, START, records::add));
        }
        accounting.verify(Session.REJECTS);
        return new Ingested(plan, accounting, records);
    }

    /** A hand-made file that comes with the tests. */
    static Path fixture(String name) {
        return Path.of("src/test/resources/fixtures", name).toAbsolutePath();
    }

    static String text(String name) throws IOException {
        return Files.readString(fixture(name));
    }

    <T extends SpecificRecordBase> List<T> all(Class<T> type) {
        return records.stream().filter(type::isInstance).map(type::cast).toList();
    }

    EquityOhlc equity(String id) {
        return one(EquityOhlc.class, "instrument_id", id);
    }

    DerivativesOhlc derivative(String id) {
        return one(DerivativesOhlc.class, "instrument_id", id);
    }

    IndexOhlc index(String id) {
        return one(IndexOhlc.class, "instrument_id", id);
    }

    SymbolMaster listing(String id) {
        return one(SymbolMaster.class, "instrument_id", id);
    }

    RawEquityOhlc rawEquity(String eventId) {
        return one(RawEquityOhlc.class, "event_id", eventId);
    }

    RawDerivativesOhlc rawDerivative(String eventId) {
        return one(RawDerivativesOhlc.class, "event_id", eventId);
    }

    RawIndexOhlc rawIndex(String eventId) {
        return one(RawIndexOhlc.class, "event_id", eventId);
    }

    List<Reject> rejects() {
        return all(Reject.class);
    }

    private <T extends SpecificRecordBase> T one(Class<T> type, String field, String value) {
        List<T> found =
                all(type).stream()
                        .filter(
                                record ->
                                        Objects.equals(
                                                record.get(
                                                        record.getSchema().getField(field).pos()),
                                                value))
                        .toList();
        assertThat(found).as(type.getSimpleName() + " " + value).hasSize(1);
        return found.get(0);
    }
}
