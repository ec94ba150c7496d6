package io.champion.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, or SIGTERM, as a wish to end in good order. While one is open the process goes on, with
 * its shutdown hooks not run, until the command has returned; a second Ctrl-C ends it at once.
 */
final class StopSignal implements AutoCloseable {

    private static final Signal INTERRUPT = new Signal("INT");
    private static final Signal TERMINATE = new Signal("TERM");

    private final CountDownLatch asked = new CountDownLatch(1);
    private final SignalHandler interrupt;
    private final SignalHandler terminate;

    StopSignal() {
        interrupt = Signal.handle(INTERRUPT, this::ask);
        terminate = Signal.handle(TERMINATE, this::ask);
    }

    private void ask(Signal signal) {
        close();
        asked.countDown();
    }

    boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** Waits for it. */
    void await() throws InterruptedException {
        asked.await();
    }

    /** Gives the signals back to whom they belonged. */
    @Override
    public void close() {
        Signal.handle(INTERRUPT, interrupt);
        Signal.handle(TERMINATE, terminate);
    }
}
