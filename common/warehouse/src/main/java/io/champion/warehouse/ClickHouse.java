package io.champion.warehouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.DataStreamWriter;
import com.clickhouse.client.api.command.CommandResponse;
import com.clickhouse.client.api.command.CommandSettings;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.GenericRecord;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import io.champion.warehouse.ClickHouseConfig.Credentials;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A ClickHouse database: sends one statement at a time and turns every failure into a {@link
 * WarehouseException} that says whether trying again makes sense. It never tries again itself,
 * because only its caller knows whether a statement may be sent twice; after a transient failure
 * the next statement goes to the next of the configured URLs.
 *
 * <p>Safe for use by several threads. A thread that waits for an answer can be interrupted: the
 * wait ends with {@link CancellationException}, and the statement may or may not take effect.
 */
public final class ClickHouse implements AutoCloseable {

    private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final ClickHouseConfig config;
    private final List<Client> clients = new ArrayList<>();
    private final AtomicInteger current = new AtomicInteger();
    private final ExecutorService requests =
            Executors.newCachedThreadPool(
                    task -> {
                        Thread thread = new Thread(task, "clickhouse-request");
                        thread.setDaemon(true);
                        return thread;
                    });

    private ClickHouse(ClickHouseConfig config) {
        this.config = config;
        Credentials credentials = Credentials.from(System.getenv());
        for (String url : config.urls()) {
            clients.add(
                    new Client.Builder()
                            .addEndpoint(url)
                            .setUsername(credentials.user)
                            .setPassword(credentials.password)
                            .setDefaultDatabase(config.database())
                            .setConnectTimeout(
                                    config.connectTimeout().toMillis(), ChronoUnit.MILLIS)
                            .setConnectionRequestTimeout(
                                    config.requestTimeout().toMillis(), ChronoUnit.MILLIS)
                            .setSocketTimeout(config.requestTimeout().toMillis(), ChronoUnit.MILLIS)
                            .compressClientRequest(config.compress())
                            .compressServerResponse(config.compress())
                            .setMaxRetries(0)
                            .setClientName("champion")
                            .build());
        }
    }

    /** Prepares connections; none is opened before the first statement. */
    public static ClickHouse connect(ClickHouseConfig config) {
        return new ClickHouse(config);
    }

    public ClickHouseConfig config() {
        return config;
    }

    /** A table's name with its database, quoted. */
    public String table(String name) {
        return identifier(config.database()) + "." + identifier(name);
    }

    /**
     * The rows that a query answers, all in memory.
     *
     * @throws WarehouseException if it fails
     */
    public List<GenericRecord> query(String sql) {
        return call(client -> client.queryAll(sql, new QuerySettings()));
    }

    /**
     * The one value that a query answers as a number.
     *
     * @throws WarehouseException if it fails, or answers anything but one row
     */
    public long queryLong(String sql) {
        List<GenericRecord> rows = query(sql);
        if (rows.size() != 1) {
            throw WarehouseException.fatal(
                    "Expected one row but got " + rows.size() + " for: " + sql);
        }
        return rows.get(0).getLong(1);
    }

    /**
     * Copies a query's answer, in a format of ClickHouse's such as {@code PrettyCompact} or {@code
     * CSVWithNames}, to a stream, which is left open.
     *
     * @throws WarehouseException if the query fails
     */
    public void query(String sql, String format, OutputStream to) {
        QuerySettings settings = new QuerySettings();
        settings.setFormat(ClickHouseFormat.valueOf(format));
        call(
                client -> {
                    try (QueryResponse response = client.query(sql, settings).get();
                            InputStream in = response.getInputStream()) {
                        return in.transferTo(to);
                    }
                });
    }

    /**
     * Runs a statement that answers nothing.
     *
     * @throws WarehouseException if it fails
     */
    public void execute(String sql) {
        execute(sql, Map.of());
    }

    /**
     * Runs a statement that answers nothing, under the given settings of the server.
     *
     * @throws WarehouseException if it fails
     */
    public void execute(String sql, Map<String, String> serverSettings) {
        execute(sql, serverSettings, new CommandSettings());
    }

    /**
     * The same, under an id by which it can be looked for while it runs.
     *
     * @param queryId id of the query, which no other running query may have
     */
    void execute(String sql, Map<String, String> serverSettings, String queryId) {
        CommandSettings settings = new CommandSettings();
        settings.setQueryId(queryId);
        execute(sql, serverSettings, settings);
    }

    private void execute(String sql, Map<String, String> serverSettings, CommandSettings settings) {
        serverSettings.forEach(settings::serverSetting);
        call(
                client -> {
                    try (CommandResponse response = client.execute(sql, settings).get()) {
                        return response.getWrittenRows();
                    }
                });
    }

    /** Writes the body of an insert, in {@link CompressedFrames}. */
    @FunctionalInterface
    interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Inserts rows in the Native format, compressed, and waits until they are written.
     *
     * @param table table in this database, not quoted
     * @param columns columns that the body has, not quoted
     * @param body called once
     * @param queryId id of the query, which no other running query may have
     * @param serverSettings settings of the server
     * @return how many rows the server says it wrote; for an insert into a table with materialized
     *     views more than the body has, for one that was deduplicated 0 or more
     * @throws WarehouseException if it fails
     */
    long insert(
            String table,
            List<String> columns,
            Body body,
            String queryId,
            Map<String, String> serverSettings) {
        InsertSettings settings =
                new InsertSettings()
                        .setQueryId(queryId)
                        .setDatabase(config.database())
                        // The body is compressed already; the server is to be told so.
                        .compressClientRequest(false)
                        .serverSetting("decompress", "1");
        serverSettings.forEach(settings::serverSetting);
        List<String> quoted = columns.stream().map(ClickHouse::identifier).toList();
        DataStreamWriter writer = body::writeTo;
        return call(
                client -> {
                    try (InsertResponse response =
                            client.insert(
                                            identifier(table),
                                            quoted,
                                            writer,
                                            ClickHouseFormat.Native,
                                            settings)
                                    .get()) {
                        return response.getWrittenRows();
                    }
                });
    }

    @FunctionalInterface
    private interface Request<T> {
        T send(Client client) throws Exception;
    }

    private <T> T call(Request<T> request) {
        int index = Math.floorMod(current.get(), clients.size());
        Client client = clients.get(index);
        String url = config.urls().get(index);
        // On a thread of its own, because a socket that is waited on ignores interrupts.
        Future<T> answer = requests.submit(() -> request.send(client));
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            CancellationException cancelled =
                    new CancellationException("Interrupted while waiting for ClickHouse.");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            WarehouseException failure = Errors.of(e.getCause(), url);
            if (failure.kind() == Kind.TRANSIENT) {
                current.compareAndSet(index, Math.floorMod(index + 1, clients.size()));
            }
            throw failure;
        }
    }

    /** Spells a string as a literal of SQL. */
    public static String literal(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Quotes a name of a database, table or column. */
    public static String identifier(String name) {
        if (!PLAIN_IDENTIFIER.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no name for a database, table or column: use letters, digits"
                            + " and underscores.");
        }
        return "`" + name + "`";
    }

    /** Drops the connections; statements that still run fail. */
    @Override
    public void close() {
        clients.forEach(Client::close);
        requests.shutdownNow();
    }
}
