package io.champion.local;

import com.sun.jna.Pointer;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/**
 * ClickHouse's HTTP interface over the embedded engine, as far as ClickHouse's own clients use it.
 * Every request runs in a session of its own: its settings and its current database end with it,
 * and {@code session_id} is accepted and without effect.
 *
 * <p>There is no authentication, as only this machine reaches the port. A browser is on this
 * machine too: requests that a web page caused (a foreign {@code Host}, an {@code Origin}) are
 * refused, and GET may only read.
 */
final class EngineHandler implements HttpHandler {

    /** Statements at a time; more wait their turn. The engine runs each on all cores. */
    private static final int PARALLEL_STATEMENTS = 8;

    private static final String DEFAULT_FORMAT = "TabSeparated";
    private static final int BAD_ARGUMENTS = 36;

    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1\\])(:\\d+)?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
    private static final Pattern READING =
            Pattern.compile(
                    "\\s*(SELECT|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN)\\b.*",
                    Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern TRAILING_FORMAT =
            Pattern.compile(
                    "\\bFORMAT\\s+(\\w+)\\s*(?:\\bSETTINGS\\b[^;]*)?[\\s;]*\\z",
                    Pattern.CASE_INSENSITIVE);

    /** Longest part of a statement that is looked at for its kind and its FORMAT. */
    private static final int STATEMENT_HEAD = 1 << 16;

    /** Parameters of the interface itself; every other one is a setting. */
    private static final Set<String> INTERFACE_PARAMETERS =
            Set.of(
                    "query",
                    "database",
                    "default_format",
                    "query_id",
                    "session_id",
                    "session_timeout",
                    "session_check",
                    "user",
                    "password",
                    "quota_key",
                    "compress",
                    "decompress",
                    "buffer_size",
                    "wait_end_of_query",
                    "client_protocol_version");

    private static final String PARAMETER_PREFIX = "param_";

    private final Chdb engine;
    private final Semaphore permits = new Semaphore(PARALLEL_STATEMENTS, true);

    EngineHandler(Chdb engine) {
        this.engine = engine;
    }

    /**
     * Lets no further statement begin and waits for those that run; false if they outlast the time.
     */
    boolean drain(long seconds) throws InterruptedException {
        return permits.tryAcquire(PARALLEL_STATEMENTS, seconds, TimeUnit.SECONDS);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange);
            } catch (EngineException e) {
                fail(exchange, e);
            } catch (IllegalArgumentException | IOException e) {
                fail(exchange, new EngineException(BAD_ARGUMENTS, "BAD_ARGUMENTS", e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                fail(
                        exchange,
                        new EngineException(210, "NETWORK_ERROR", "The engine is stopping."));
            } catch (RuntimeException | Error e) {
                e.printStackTrace();
                fail(exchange, new EngineException(49, "LOGICAL_ERROR", e.toString()));
            }
        }
    }

    private void answer(HttpExchange exchange)
            throws IOException, EngineException, InterruptedException {
        Headers headers = exchange.getRequestHeaders();
        String host = headers.getFirst("Host");
        if (host == null
                || !LOOPBACK_HOST.matcher(host.toLowerCase(Locale.ROOT)).matches()
                || headers.containsKey("Origin")
                || headers.containsKey("Sec-Fetch-Site")) {
            throw new EngineException(
                    164,
                    "READONLY",
                    "The embedded engine takes requests of programs on this machine only, addressed to"
                            + " 127.0.0.1 or localhost, and none from web pages.");
        }
        String path = exchange.getRequestURI().getPath();
        Map<String, String> parameters = parameters(exchange.getRequestURI().getRawQuery());
        String query = parameters.getOrDefault("query", "").strip();
        boolean get = exchange.getRequestMethod().equals("GET");
        if (path.equals("/ping") || (get && path.equals("/") && query.isEmpty())) {
            send(exchange, 200, "Ok.\n".getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (!path.equals("/") || !(get || exchange.getRequestMethod().equals("POST"))) {
            send(
                    exchange,
                    404,
                    "The embedded engine answers GET and POST on / and /ping.\n"
                            .getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (get && !READING.matcher(query).matches()) {
            throw new EngineException(
                    164, "READONLY", "GET may only read; send the statement by POST.");
        }
        String type = headers.getFirst("Content-Type");
        if (type != null && type.startsWith("multipart/")) {
            throw new IllegalArgumentException("The embedded engine takes no multipart requests.");
        }

        String format =
                firstOf(
                        parameters.get("default_format"),
                        headers.getFirst("X-ClickHouse-Format"),
                        DEFAULT_FORMAT);
        Map<String, String> placeholders = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        parameters.forEach(
                (name, value) -> {
                    if (name.startsWith(PARAMETER_PREFIX)) {
                        placeholders.put(name.substring(PARAMETER_PREFIX.length()), value);
                    } else if (!INTERFACE_PARAMETERS.contains(name)) {
                        settings.put(checkedName(name), value);
                    }
                });
        String database =
                firstOf(parameters.get("database"), headers.getFirst("X-ClickHouse-Database"), "");

        try (NativeBuffer statement = new NativeBuffer(expectedSize(headers, query))) {
            if (!query.isEmpty()) {
                // What follows the line is the rows of an insert.
                statement.append((query + "\n").getBytes(StandardCharsets.UTF_8));
            }
            readBody(exchange.getRequestBody(), headers, parameters, statement);
            permits.acquire();
            try (Chdb.Session session = engine.session()) {
                if (!database.isEmpty()) {
                    session.run("USE " + quoteIdentifier(database));
                }
                if (!settings.isEmpty()) {
                    session.run(
                            settings.entrySet().stream()
                                    .map(e -> e.getKey() + " = " + quoteString(e.getValue()))
                                    .collect(Collectors.joining(", ", "SET ", "")));
                }
                try (Chdb.Result result = run(session, statement, format, placeholders)) {
                    Headers answer = exchange.getResponseHeaders();
                    answer.set("X-ClickHouse-Summary", result.summary());
                    answer.set("X-ClickHouse-Format", formatOf(statement, format));
                    answer.set("X-ClickHouse-Timezone", "UTC");
                    answer.set("X-ClickHouse-Server-Display-Name", "champion-embedded");
                    answer.set(
                            "X-ClickHouse-Query-Id",
                            firstOf(
                                    parameters.get("query_id"),
                                    headers.getFirst("X-ClickHouse-Query-Id"),
                                    UUID.randomUUID().toString()));
                    sendResult(exchange, result);
                }
            } finally {
                permits.release();
            }
        }
    }

    private static Chdb.Result run(
            Chdb.Session session,
            NativeBuffer statement,
            String format,
            Map<String, String> placeholders)
            throws EngineException {
        byte[] head = statement.head(STATEMENT_HEAD);
        InsertStatement insert = InsertStatement.parse(head);
        if (insert == null) {
            String text = new String(head, StandardCharsets.UTF_8);
            if (text.isBlank()) {
                throw new EngineException(62, "SYNTAX_ERROR", "Empty query");
            }
            // A server runs one statement at a time; the library would run them all.
            if (text.contains(";") && session.statements(statement) > 1) {
                throw new EngineException(62, "SYNTAX_ERROR", "Multi-statements are not allowed");
            }
        }
        return insert == null
                ? session.query(statement, format, placeholders)
                : session.insert(
                        insert.statement, insert.format, placeholders, statement, insert.rows);
    }

    private static long expectedSize(Headers headers, String query) {
        String length = headers.getFirst("Content-Length");
        return query.length() * 3L + 1 + (length == null ? 0 : Long.parseLong(length));
    }

    private static void readBody(
            InputStream body, Headers headers, Map<String, String> parameters, NativeBuffer out)
            throws IOException {
        String encoding = firstOf(headers.getFirst("Content-Encoding"), "", "");
        InputStream decoded =
                switch (encoding.toLowerCase(Locale.ROOT)) {
                    case "", "identity" -> body;
                    case "gzip" -> new GZIPInputStream(body, 1 << 16);
                    case "lz4" -> new LZ4FrameInputStream(body);
                    default ->
                            throw new IOException(
                                    "The embedded engine takes the content encodings gzip and lz4, not "
                                            + encoding
                                            + ".");
                };
        if ("1".equals(parameters.get("decompress"))) {
            CompressedBlocks.read(decoded, out);
        } else {
            out.append(decoded);
        }
    }

    private static void sendResult(HttpExchange exchange, Chdb.Result result) throws IOException {
        if (result.length() == 0) {
            exchange.sendResponseHeaders(200, -1);
        } else {
            send(exchange, 200, result.data(), result.length());
        }
    }

    /**
     * Sends a body as the client asked for it: plain, in ClickHouse's blocks, or under an HTTP
     * encoding.
     */
    private static void send(HttpExchange exchange, int status, Pointer data, long length)
            throws IOException {
        Map<String, String> parameters = parameters(exchange.getRequestURI().getRawQuery());
        String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if ("1".equals(parameters.get("enable_http_compression"))
                && accepted != null
                && accepted.contains("lz4")) {
            exchange.getResponseHeaders().set("Content-Encoding", "lz4");
            exchange.sendResponseHeaders(status, 0);
            try (OutputStream out = new LZ4FrameOutputStream(exchange.getResponseBody())) {
                copy(data, length, out);
            }
        } else if ("1".equals(parameters.get("compress"))) {
            // Zero means chunked, for a length that is not known beforehand.
            exchange.sendResponseHeaders(status, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                CompressedBlocks.write(data, length, out);
            }
        } else {
            exchange.sendResponseHeaders(status, length);
            try (OutputStream out = exchange.getResponseBody()) {
                copy(data, length, out);
            }
        }
    }

    private static void copy(Pointer data, long length, OutputStream out) throws IOException {
        int chunk = 1 << 16;
        for (long offset = 0; offset < length; offset += chunk) {
            out.write(data.getByteArray(offset, (int) Math.min(chunk, length - offset)));
        }
    }

    private static void fail(HttpExchange exchange, EngineException error) throws IOException {
        if (exchange.getResponseCode() != -1) {
            // The status is on its way: the client sees the connection end inside the body.
            throw new IOException("The response broke off: " + error.getMessage(), error);
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
        headers.set("Content-Type", "text/plain; charset=UTF-8");
        byte[] message = (error.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        if (error.httpStatus() == 403) {
            // Clients take the body of a refusal as plain text whatever they asked for.
            send(exchange, 403, message);
            return;
        }
        try (NativeBuffer buffer = new NativeBuffer(message.length)) {
            buffer.append(message);
            send(exchange, error.httpStatus(), buffer.pointer(), buffer.size());
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, String> parameters(String rawQuery) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (rawQuery != null) {
            for (String pair : rawQuery.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                if (!name.isEmpty()) {
                    parameters.put(
                            URLDecoder.decode(name, StandardCharsets.UTF_8),
                            URLDecoder.decode(value, StandardCharsets.UTF_8));
                }
            }
        }
        return parameters;
    }

    private static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no name of a setting.");
        }
        return name;
    }

    private static String quoteIdentifier(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }

    private static String quoteString(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String formatOf(NativeBuffer statement, String format) {
        if (statement.size() > STATEMENT_HEAD) {
            return format;
        }
        Matcher matcher =
                TRAILING_FORMAT.matcher(
                        new String(statement.head(STATEMENT_HEAD), StandardCharsets.UTF_8));
        return matcher.find() ? matcher.group(1) : format;
    }

    private static String firstOf(String first, String second, String otherwise) {
        if (first != null && !first.isEmpty()) {
            return first;
        }
        return second != null && !second.isEmpty() ? second : otherwise;
    }
}
