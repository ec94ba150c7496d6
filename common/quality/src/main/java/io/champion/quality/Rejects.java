package io.champion.quality;

import io.champion.model.record.Reject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Makes the rejects of one source: rows that were refused, kept with everything needed to find,
 * judge and replay them.
 */
public final class Rejects {

    private static final String SCHEMA_VERSION = "v1.0.0";

    private final String source;
    private final LocalDate date;
    private final Instant eventTime;
    private final Instant ingestTime;

    /**
     * @param source where the rows came from, for example {@code nse_udiff_cm}
     * @param date the rows' session, or the day of the run where they have none
     * @param ingestTime when the run started
     */
    public Rejects(String source, LocalDate date, Instant ingestTime) {
        this.source = source;
        this.date = date;
        this.eventTime = date.atStartOfDay(ZoneOffset.UTC).toInstant();
        this.ingestTime = ingestTime;
    }

    /**
     * A row of a file that was refused.
     *
     * @param dataset name of the dataset that the row was meant for, for example {@code
     *     equity_ohlc}
     * @param file name of the file without its folder
     * @param line line of the row, counted from 1
     * @param record the original line
     */
    public Reject of(String dataset, String file, long line, Violation violation, String record) {
        String entity = source + ":" + file;
        return Reject.newBuilder()
                .setEventId(entity + ":" + line + ":" + date)
                .setEventTime(eventTime)
                .setIngestTime(ingestTime)
                .setSource(source)
                .setSchemaVersion(SCHEMA_VERSION)
                .setEntityId(entity)
                .setDataset(dataset)
                .setDate(date)
                .setFile(file)
                .setLine(line)
                .setField(violation.field())
                .setValue(violation.value())
                .setReason(violation.reason())
                .setMessage(violation.message())
                .setRecord(record)
                .build();
    }
}
