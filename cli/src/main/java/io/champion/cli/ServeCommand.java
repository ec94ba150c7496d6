package io.champion.cli;

import io.champion.runtime.JobConfig;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Keeps the home's servers running. */
@Command(
        name = "serve",
        description = {
            "Keep the home's embedded ClickHouse and Kafka running until Ctrl-C.",
            "Other commands on the same home then start at once, and any client of ClickHouse or"
                    + " Kafka can connect."
        },
        footer = "  champion serve")
final class ServeCommand implements Callable<Integer> {

    private final Context context;

    ServeCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        JobConfig config = context.config(KafkaMixin.OPTIONS, null, List.of());
        Console console = context.console();
        try (StopSignal stop = new StopSignal();
                Warehouse warehouse = Warehouse.open(config);
                Broker broker = KafkaMixin.broker(config)) {
            console.println("ClickHouse answers at " + warehouse.url() + ",");
            console.println("Kafka at " + broker.servers() + "; Ctrl-C ends both.");
            console.flush();
            stop.await();
        }
        return ExitCode.OK;
    }
}
