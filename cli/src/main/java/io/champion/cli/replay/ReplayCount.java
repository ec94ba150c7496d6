package io.champion.cli.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What became of the lines or rows that were read: records to be sent, other events, and rejects.
 */
public final class ReplayCount {

    /** More than a person reads; the others are counted. */
    private static final int MAX_SHOWN = 20;

    private long sent;
    private long others;
    private long rejects;
    private final List<String> shown = new ArrayList<>();

    void send() {
        sent++;
    }

    /** Something that is no trade: an order, a quote, a book. */
    void other() {
        others++;
    }

    void reject(String source, long line, String problem) {
        rejects++;
        if (shown.size() < MAX_SHOWN) {
            shown.add(source + ", line " + line + ": " + problem);
        }
    }

    public long read() {
        return sent + others + rejects;
    }

    public long sent() {
        return sent;
    }

    public long others() {
        return others;
    }

    public long rejects() {
        return rejects;
    }

    /** The first rejects as file, line and problem. */
    public List<String> shownRejects() {
        return Collections.unmodifiableList(shown);
    }
}
