package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.IngestReport;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.Home;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.ticks.TickStreamOptions;
import io.champion.warehouse.ClickHouse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** The demo's jobs on a Flink cluster, with its Kafka and its warehouse. */
final class ClusterDemo {

    private static final int PARALLELISM = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long POLL_MS = 250;
    private static final String STREAM = "tick-stream";

    private final Context context;
    private final FlinkCluster cluster;
    private final Warehouse warehouse;
    private final Broker broker;
    private final Home home;

    /**
     * @param home of the jobs, which the cluster's processes see as this one does
     */
    ClusterDemo(
            Context context, FlinkCluster cluster, Warehouse warehouse, Broker broker, Home home) {
        this.context = context;
        this.cluster = cluster;
        this.warehouse = warehouse;
        this.broker = broker;
        this.home = home;
    }

    /**
     * Ingests files, with the client here and the tasks on the cluster.
     *
     * @throws UserException if there is nothing to ingest
     */
    IngestReport ingest(List<String> overrides) throws Exception {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(warehouse.asOverrides());
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, null, all);
        context.console().progress("Ingesting ...");
        try {
            StreamExecutionEnvironment env = cluster.environment(Jobs.jar("bhavcopy-ingest"));
            env.setParallelism(PARALLELISM);
            JobEnvironment.configure(env, config, JobEnvironment.Boundedness.BOUNDED);
            return BhavcopyIngestJob.run(env, config, progress -> {});
        } catch (InputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        } finally {
            context.console().endProgress();
        }
    }

    /**
     * Sends a session of the market through tick-stream, and compares what comes out.
     *
     * @return whether there was something to do: a session that is in Kafka is not sent again
     */
    boolean stream(MarketSpec market, Pace pace) throws Exception {
        String topic = TickStreamOptions.TOPIC.defaultValue();
        try (Admin admin = Topics.admin(broker);
                StopSignal stop = new StopSignal()) {
            Topics.make(admin, topic, TickPublisher.DEFAULT_PARTITIONS);
            if (!Topics.ends(broker, topic).isEmpty()) {
                return false;
            }
            Topics.make(
                    admin,
                    TickStreamOptions.BARS_TOPIC.defaultValue(),
                    TickPublisher.DEFAULT_PARTITIONS);
            Topics.make(admin, TickStreamOptions.DEAD_LETTERS_TOPIC.defaultValue(), null);
            FlinkCluster.Job job = cluster.submit(program(), PATIENCE);
            context.console().println(STREAM + " runs as job " + job.id() + ".");
            SimulatedSession session = new SimulatedSession(market);
            try (TickPublisher publisher =
                    TickPublisher.open(context.console(), broker, topic, null, false)) {
                session.send(publisher, pace, stop::isAsked);
            }
            Map<TopicPartition, Long> ends = Topics.ends(broker, topic);
            await(
                    stop,
                    () ->
                            Topics.areTaken(
                                    broker, admin, TickStreamOptions.GROUP.defaultValue(), ends));
            context.console().progress("Stopping with a savepoint ...");
            String savepoint = cluster.stop(job, true, home.root() + "/savepoints");
            context.console().endProgress();
            context.console().println("Stopped with savepoint " + savepoint);
            compare(session);
            return true;
        } catch (ExecutionException e) {
            throw broker.failed(e.getCause());
        }
    }

    private FlinkCluster.Program program() throws java.io.IOException {
        List<String> options = new ArrayList<>();
        options.add("home=" + home.root());
        options.addAll(warehouse.asOverrides());
        options.addAll(broker.asOverrides());
        // Somebody watches.
        options.add("execution.checkpointing.interval=2 s");
        options.add("execution.checkpointing.min-pause=0 s");
        // A few instruments leave partitions without ticks, which would hold back all bars.
        options.add(TickStreamOptions.IDLENESS.key() + "=10 s");
        Path jar = Jobs.jar(STREAM);
        return new FlinkCluster.Program(
                jar,
                null,
                options.stream().map(option -> "-D" + option).toList(),
                PARALLELISM,
                null,
                false);
    }

    private void await(StopSignal stop, BooleanSupplier done) throws InterruptedException {
        context.console().progress("Waiting until the job has taken all ...");
        while (!stop.isAsked() && !done.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        context.console().endProgress();
    }

    private void compare(SimulatedSession sent) {
        ClickHouse clickHouse = warehouse.clickHouse();
        long rows = clickHouse.queryLong("SELECT count() FROM raw_equity_trade");
        long events = clickHouse.queryLong("SELECT uniqExact(event_id) FROM raw_equity_trade");
        if (rows != sent.good() || events != rows) {
            throw new UserException(
                    ExitCode.FAILED,
                    "The simulator sent %,d good messages; the warehouse has %,d rows of %,d of them."
                            .formatted(sent.good(), rows, events));
        }
        context.console()
                .println(
                        "The simulator knows what it sent: %s good, %s twice, %s malformed, %s late. The warehouse has each good one once."
                                .formatted(
                                        Text.number(sent.good()),
                                        Text.number(sent.duplicates()),
                                        Text.number(sent.malformed()),
                                        Text.number(sent.late())));
    }
}
