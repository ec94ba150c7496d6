package io.champion.cli;

import io.champion.runtime.JobConfig;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;

/** Keeps the embedded engine running. */
@Command(
        name = "up",
        description = {
            "Keep the home's embedded ClickHouse running until Ctrl-C.",
            "Other commands on the same home then start at once, and any ClickHouse client can"
                    + " connect."
        },
        footer = "  champion up")
final class UpCommand implements Callable<Integer> {

    private final Context context;

    UpCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        JobConfig config = context.config(java.util.List.of());
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread onExit =
                new Thread(
                        () -> {
                            stop.countDown();
                            try {
                                stopped.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        Runtime.getRuntime().addShutdownHook(onExit);
        try (Warehouse open = Warehouse.open(config)) {
            context.console().println("ClickHouse answers at " + open.url() + "; Ctrl-C ends it.");
            context.console().flush();
            stop.await();
        } finally {
            stopped.countDown();
        }
        return ExitCode.OK;
    }
}
