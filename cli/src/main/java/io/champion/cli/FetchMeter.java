package io.champion.cli;

import io.champion.fetch.FetchProgress;
import java.util.concurrent.TimeUnit;

/** Shows how far a fetch is, a few times a second. */
final class FetchMeter implements FetchProgress {

    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

    private final Console console;
    private long shown = Long.MIN_VALUE;

    FetchMeter(Console console) {
        this.console = console;
    }

    @Override
    public synchronized void update(int files, int ofFiles, long bytes, long ofBytes) {
        long now = System.nanoTime();
        if (shown != Long.MIN_VALUE && now - shown < INTERVAL) {
            return;
        }
        shown = now;
        console.progress(
                "Fetching: "
                        + Text.number(files)
                        + " of "
                        + Text.count(ofFiles, "file")
                        + ", "
                        + Text.bytes(bytes)
                        + (ofBytes == 0 ? "" : " of " + Text.bytes(ofBytes))
                        + " ...");
    }
}
