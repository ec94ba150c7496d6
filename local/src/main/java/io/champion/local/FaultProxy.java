package io.champion.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP proxy on loopback that lets requests fail as networks and servers do, for tests of what a
 * client makes of it. A {@link Plan} chooses the fault of each request; without one all pass. The
 * whole proxy can go {@link #down} and come {@link #up} again on its port.
 *
 * <p>Requests are read whole before they are passed on, so that a fault falls at the step it names.
 */
public final class FaultProxy implements AutoCloseable {

    /** A request as the plan sees it. */
    public static final class Request {

        private final String method;
        private final String target;
        private final byte[] raw;
        private final int bodyStart;

        private Request(String method, String target, byte[] raw, int bodyStart) {
            this.method = method;
            this.target = target;
            this.raw = raw;
            this.bodyStart = bodyStart;
        }

        public String method() {
            return method;
        }

        /** Path and query, decoded. */
        public String target() {
            return target;
        }

        /** Whether the text is in the target or the body, where the body is not compressed. */
        public boolean contains(String text) {
            return target.contains(text)
                    || new String(raw, bodyStart, raw.length - bodyStart, StandardCharsets.UTF_8)
                            .contains(text);
        }
    }

    /** Chooses what happens to each request. Called by one thread at a time. */
    @FunctionalInterface
    public interface Plan {

        /** The fault of the request; null to let it pass. */
        Fault faultOf(Request request);

        /** The fault for the next so many requests that match, and no others. */
        static Plan next(int count, Predicate<Request> matches, Fault fault) {
            AtomicInteger left = new AtomicInteger(count);
            return request ->
                    matches.test(request) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0
                            ? fault
                            : null;
        }

        /**
         * One of the faults, at random, for this share of the requests; a seed always gives the
         * same sequence.
         */
        static Plan random(long seed, double probability, Fault... faults) {
            Random random = new Random(seed);
            Fault[] choices = faults.clone();
            return request ->
                    random.nextDouble() < probability
                            ? choices[random.nextInt(choices.length)]
                            : null;
        }
    }

    /** What goes wrong with a request. */
    public static final class Fault {

        private enum Kind {
            RESET,
            RESET_MIDWAY,
            DROP_RESPONSE,
            CUT_RESPONSE,
            STATUS,
            DELAY,
            AFTER_ANSWER
        }

        private final Kind kind;

        /** Status of the answer, or how many bytes of it come. */
        private final int status;

        private final int code;
        private final Runnable action;

        private Fault(Kind kind, int status, int code, Runnable action) {
            this.kind = kind;
            this.status = status;
            this.code = code;
            this.action = action;
        }

        /** The connection is reset; the server sees nothing of the request. */
        public static Fault reset() {
            return new Fault(Kind.RESET, 0, 0, () -> {});
        }

        /** The server gets the first half of the request, then both connections are reset. */
        public static Fault resetMidway() {
            return new Fault(Kind.RESET_MIDWAY, 0, 0, () -> {});
        }

        /**
         * The server does what is asked and answers; the client sees a reset connection instead of
         * the answer.
         */
        public static Fault dropResponse() {
            return new Fault(Kind.DROP_RESPONSE, 0, 0, () -> {});
        }

        /**
         * The client gets the first so many bytes of the answer, head included; then the connection
         * ends, in good order.
         */
        public static Fault cutResponse(int bytes) {
            return new Fault(Kind.CUT_RESPONSE, bytes, 0, () -> {});
        }

        /**
         * The request is answered with an error and the server sees nothing of it.
         *
         * @param code ClickHouse's code of the error, 0 for none
         */
        public static Fault status(int status, int code) {
            return new Fault(Kind.STATUS, status, code, () -> {});
        }

        /** The request waits before it is passed on. */
        public static Fault delay(Duration time) {
            return new Fault(Kind.DELAY, 0, 0, () -> sleep(time));
        }

        /** Runs something when the server has answered and before the client sees the answer. */
        public static Fault afterAnswer(Runnable action) {
            return new Fault(Kind.AFTER_ANSWER, 0, 0, action);
        }

        private static void sleep(Duration time) {
            try {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final Pattern CONTENT_LENGTH =
            Pattern.compile("\r\nContent-Length: *(\\d+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern CHUNKED =
            Pattern.compile("\r\nTransfer-Encoding: *chunked", Pattern.CASE_INSENSITIVE);
    private static final Pattern EXPECT =
            Pattern.compile("\r\nExpect: *100-continue", Pattern.CASE_INSENSITIVE);

    private final InetSocketAddress upstream;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger faults = new AtomicInteger();
    private final int port;
    private ServerSocket listener;
    private Plan plan = request -> null;

    private FaultProxy(InetSocketAddress upstream) throws IOException {
        this.upstream = upstream;
        listen(0);
        port = listener.getLocalPort();
    }

    /**
     * Starts a proxy on a free port.
     *
     * @param upstream the server's address, as {@code http://127.0.0.1:8123}
     */
    public static FaultProxy start(String upstream) throws IOException {
        URI uri = URI.create(upstream);
        return new FaultProxy(new InetSocketAddress(uri.getHost(), uri.getPort()));
    }

    /** The address for clients. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Faults from now on, in place of those planned before. */
    public synchronized void plan(Plan next) {
        plan = next;
    }

    /** How many requests met a fault so far. */
    public int faults() {
        return faults.get();
    }

    /** Resets all connections and refuses new ones. */
    public synchronized void down() throws IOException {
        listener.close();
        for (Socket socket : open) {
            reset(socket);
        }
    }

    /** Accepts connections again. */
    public synchronized void up() throws IOException {
        if (listener.isClosed()) {
            listen(port);
        }
    }

    @Override
    public void close() throws IOException {
        down();
    }

    private void listen(int on) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(Loopback.ADDRESS, on));
        listener = socket;
        daemon("fault-proxy", () -> accept(socket));
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket from) {
        while (true) {
            Socket client;
            try {
                client = from.accept();
            } catch (IOException e) {
                // Closed by down().
                return;
            }
            open.add(client);
            if (from.isClosed()) {
                reset(client);
            }
            daemon("fault-proxy-connection", () -> serve(client));
        }
    }

    /** Passes requests of one connection on until either side ends it. */
    private void serve(Socket client) {
        Socket server = new Socket();
        open.add(server);
        try (client;
                server) {
            relay(client, server);
        } catch (IOException e) {
            // One side is gone; the other has to see it as well, and not as an orderly end.
            reset(client);
        } finally {
            open.remove(client);
            open.remove(server);
        }
    }

    private void relay(Socket client, Socket server) throws IOException {
        client.setTcpNoDelay(true);
        InputStream fromServer = InputStream.nullInputStream();
        InputStream fromClient = new BufferedInputStream(client.getInputStream(), 1 << 16);
        while (true) {
            byte[] raw = readMessage(fromClient, client.getOutputStream(), true);
            if (raw == null) {
                return;
            }
            Fault fault = chooseFault(raw);
            if (fault != null && fault.kind == Fault.Kind.RESET) {
                reset(client);
                return;
            }
            if (fault != null && fault.kind == Fault.Kind.STATUS) {
                client.getOutputStream().write(errorResponse(fault));
                continue;
            }
            if (fault != null && fault.kind == Fault.Kind.DELAY) {
                fault.action.run();
            }
            if (!server.isConnected()) {
                server.setTcpNoDelay(true);
                server.connect(upstream);
                fromServer = new BufferedInputStream(server.getInputStream(), 1 << 16);
            }
            if (fault != null && fault.kind == Fault.Kind.RESET_MIDWAY) {
                server.getOutputStream().write(raw, 0, raw.length / 2);
                reset(server);
                reset(client);
                return;
            }
            server.getOutputStream().write(raw);
            boolean hasBody = !isHead(raw);
            byte[] answer = readMessage(fromServer, OutputStream.nullOutputStream(), hasBody);
            if (answer == null) {
                throw new EOFException("The server closed the connection without an answer.");
            }
            if (fault != null && fault.kind == Fault.Kind.DROP_RESPONSE) {
                reset(client);
                return;
            }
            if (fault != null && fault.kind == Fault.Kind.CUT_RESPONSE) {
                client.getOutputStream().write(answer, 0, Math.min(fault.status, answer.length));
                return;
            }
            if (fault != null && fault.kind == Fault.Kind.AFTER_ANSWER) {
                fault.action.run();
            }
            client.getOutputStream().write(answer);
        }
    }

    private synchronized Fault chooseFault(byte[] raw) throws IOException {
        Fault fault = plan.faultOf(request(raw));
        if (fault != null) {
            faults.incrementAndGet();
        }
        return fault;
    }

    private static Request request(byte[] raw) throws IOException {
        int headEnd = headEnd(raw);
        String head = new String(raw, 0, headEnd, StandardCharsets.ISO_8859_1);
        String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", 3);
        if (line.length < 3) {
            throw new IOException("No HTTP request: " + Arrays.toString(line));
        }
        return new Request(
                line[0], URLDecoder.decode(line[1], StandardCharsets.UTF_8), raw, headEnd);
    }

    private static int headEnd(byte[] raw) {
        for (int i = 3; i < raw.length; i++) {
            if (raw[i] == '\n' && raw[i - 1] == '\r' && raw[i - 2] == '\n') {
                return i + 1;
            }
        }
        return raw.length;
    }

    private static byte[] errorResponse(Fault fault) {
        String body = "Code: " + fault.code + ". DB::Exception: A fault planned by the test.\n";
        return String.format(
                        Locale.ROOT,
                        "HTTP/1.1 %d Planned\r\n%sContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
                        fault.status,
                        fault.code == 0
                                ? ""
                                : "X-ClickHouse-Exception-Code: " + fault.code + "\r\n",
                        body.length(),
                        body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isHead(byte[] raw) {
        return new String(raw, 0, Math.min(5, raw.length), StandardCharsets.ISO_8859_1)
                .equals("HEAD ");
    }

    /**
     * One HTTP message with its framing as it came; null at the end of the connection.
     *
     * @param hasBody false of an answer to HEAD, which tells the length of a body that does not
     *     come
     */
    private static byte[] readMessage(InputStream in, OutputStream back, boolean hasBody)
            throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        if (!readLine(in, message)) {
            return null;
        }
        int lineStart;
        do {
            lineStart = message.size();
            if (!readLine(in, message)) {
                throw new EOFException("The connection ends inside a head.");
            }
        } while (message.size() - lineStart > 2);
        String head = message.toString(StandardCharsets.ISO_8859_1);
        if (EXPECT.matcher(head).find()) {
            back.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        if (!hasBody) {
            return message.toByteArray();
        }
        Matcher length = CONTENT_LENGTH.matcher(head);
        if (CHUNKED.matcher(head).find()) {
            long size;
            do {
                ByteArrayOutputStream line = new ByteArrayOutputStream();
                if (!readLine(in, line)) {
                    throw new EOFException("The connection ends between chunks.");
                }
                line.writeTo(message);
                size = Long.parseLong(line.toString(StandardCharsets.ISO_8859_1).strip(), 16);
                copy(in, message, size + 2);
            } while (size > 0);
        } else if (length.find()) {
            copy(in, message, Long.parseLong(length.group(1)));
        }
        return message.toByteArray();
    }

    private static boolean readLine(InputStream in, OutputStream out) throws IOException {
        for (int c = in.read(); c >= 0; c = in.read()) {
            out.write(c);
            if (c == '\n') {
                return true;
            }
        }
        return false;
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] bytes = in.readNBytes(Math.toIntExact(length));
        if (bytes.length < length) {
            throw new EOFException("The connection ends inside a body.");
        }
        out.write(bytes);
    }

    /** Ends a connection the hard way, so that the peer sees a reset and no orderly end. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (SocketException e) {
            // Closed already.
        } catch (IOException e) {
            throw new IllegalStateException("A connection does not close.", e);
        }
    }
}
