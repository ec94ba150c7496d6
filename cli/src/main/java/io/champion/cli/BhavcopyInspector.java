package io.champion.cli;

import io.champion.bhavcopy.InputSample;
import io.champion.bhavcopy.PlannedFile;
import io.champion.bhavcopy.Session;
import io.champion.fetch.Bhavcopies;
import io.champion.fetch.Bhavcopies.Inspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads a fetched file with the eyes of the ingest: what it takes is what is kept. */
final class BhavcopyInspector implements Bhavcopies.Inspector {

    @Override
    public Inspection inspect(Path file) throws IOException {
        InputSample sample;
        try {
            sample = InputSample.take(List.of(file.toString()), null, null, 0);
        } catch (IOException e) {
            throw new IOException(named(file, e.getMessage()), e);
        }
        if (!sample.failures().isEmpty()) {
            throw new IOException(named(file, sample.failures().get(0)));
        }
        List<Session> sessions = sample.plan().sessions();
        if (sessions.size() != 1
                || sessions.get(0).files().size() != 1
                || sessions.get(0).date() == null) {
            throw new IOException(file.getFileName() + " does not hold one file of one session.");
        }
        PlannedFile found = sessions.get(0).files().get(0);
        return new Inspection(found.format().source(), found.session());
    }

    /** The place where a file waits to be looked at is of no interest. */
    private static String named(Path file, String message) {
        return message.replace("file:" + file, file.getFileName().toString())
                .replace(file.toString(), file.getFileName().toString());
    }
}
