package io.champion.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Gets files over HTTP, one attempt at a time; what goes wrong is a {@link FileFailure} that tells
 * whether another may succeed. Cookies are kept from one request to the next, and redirects
 * followed, though not from HTTPS to HTTP.
 */
final class HttpFile {

    /** RFC 9110, 5.6.7: the day has two digits, which Java's RFC 1123 does not write. */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    /** Enough of a page to know it by. */
    private static final int PAGE = 512;

    private final HttpClient client;
    private final String userAgent;
    private final Duration timeout;
    private final long maxBytes;
    private final Clock clock;

    /**
     * @param timeout until the body is whole
     * @param maxBytes the largest body taken
     */
    HttpFile(String userAgent, Duration timeout, long maxBytes, Clock clock) {
        this.userAgent = userAgent;
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .cookieHandler(new CookieManager())
                        .connectTimeout(timeout)
                        .build();
    }

    /**
     * What came.
     *
     * @param isUnchanged the server says that it is the file we have; nothing came
     * @param etag as it stands in the header, or null
     * @param modified or null
     */
    record Answer(boolean isUnchanged, String etag, Instant modified) {}

    /**
     * Gets a file.
     *
     * @param known what we have of it, or null
     * @param into is overwritten
     */
    Answer get(URI uri, ManifestEntry known, Path into) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .header("User-Agent", userAgent)
                        .header("Accept", "*/*")
                        .header("Accept-Language", "en")
                        .header("Referer", uri.resolve("/").toString());
        if (known != null && known.etag() != null) {
            request.header("If-None-Match", known.etag());
        }
        if (known != null && known.lastModified() != null) {
            request.header("If-Modified-Since", httpDate(known.lastModified()));
        }
        HttpResponse<Boolean> response;
        try (OutputStream out = Files.newOutputStream(into)) {
            response = send(request.build(), out);
        }
        return understand(response, uri, into);
    }

    private HttpResponse<Boolean> send(HttpRequest request, OutputStream out) throws IOException {
        CompletableFuture<HttpResponse<Boolean>> answer =
                client.sendAsync(request, info -> limited(out));
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new FileFailure(
                    FileFailure.Kind.TRANSIENT,
                    request.uri().getHost() + " took longer than " + timeout.toSeconds() + " s.",
                    e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            String message = cause.getMessage();
            throw new FileFailure(
                    FileFailure.Kind.NO_ANSWER,
                    "The connection to "
                            + request.uri().getAuthority()
                            + " failed: "
                            + (message == null ? cause.getClass().getSimpleName() : message)
                            + ".",
                    cause);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The fetch was interrupted.");
        }
    }

    /** Writes a body down to the limit; whether it was longer. */
    private BodySubscriber<Boolean> limited(OutputStream out) {
        LimitedWriter writer = new LimitedWriter(out, maxBytes);
        return BodySubscribers.mapping(
                BodySubscribers.ofByteArrayConsumer(writer), nothing -> writer.isOver);
    }

    private static final class LimitedWriter implements Consumer<Optional<byte[]>> {
        private final OutputStream out;
        private long left;
        private boolean isOver;

        private LimitedWriter(OutputStream out, long limit) {
            this.out = out;
            this.left = limit;
        }

        @Override
        public void accept(Optional<byte[]> chunk) {
            if (chunk.isEmpty() || isOver) {
                return;
            }
            byte[] bytes = chunk.get();
            left -= bytes.length;
            isOver = left < 0;
            if (!isOver) {
                try {
                    out.write(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Answer understand(HttpResponse<Boolean> response, URI asked, Path body)
            throws IOException {
        int status = response.statusCode();
        HttpHeaders headers = response.headers();
        if (status == 304) {
            return new Answer(true, null, null);
        }
        if (status == 404 || status == 410) {
            throw notFound("the server has no such file");
        }
        if (status >= 300 && status < 400) {
            throw new FileFailure(
                    FileFailure.Kind.PERMANENT,
                    "The server redirects time and again, or from HTTPS to HTTP; the last time to "
                            + headers.firstValue("Location")
                                    .map(HttpFile::printable)
                                    .orElse("nowhere")
                            + ".",
                    null);
        }
        if (status == 401 || status == 403) {
            throw new FileFailure(
                    FileFailure.Kind.DENIED,
                    "The server refuses to give it ("
                            + status
                            + "); it may take us for a robot, or have had enough of us for now.",
                    null);
        }
        if (status != 200) {
            boolean busy = status >= 500 || status == 429 || status == 408;
            Duration wait =
                    headers.firstValue("Retry-After")
                            .map(text -> RetryAfter.parse(text, clock.instant()))
                            .orElse(null);
            throw new FileFailure(
                    busy ? FileFailure.Kind.TRANSIENT : FileFailure.Kind.PERMANENT,
                    "The server answers "
                            + status
                            + (wait == null ? "" : " and asks to wait " + wait.toSeconds() + " s")
                            + ".",
                    busy ? wait : null,
                    null);
        }
        if (response.body()) {
            throw new FileFailure(
                    FileFailure.Kind.PERMANENT,
                    "The file is larger than " + maxBytes + " bytes.",
                    null);
        }
        if (isPage(headers, body)) {
            if (!response.uri().equals(asked)) {
                // How these sites say that there is none.
                throw notFound("the server has a page in place of the file");
            }
            throw new FileFailure(
                    FileFailure.Kind.TRANSIENT,
                    "The server sends a page in place of the file.",
                    null);
        }
        return new Answer(
                false,
                headers.firstValue("ETag").map(HttpFile::printable).orElse(null),
                headers.firstValue("Last-Modified").map(HttpFile::date).orElse(null));
    }

    private static FileFailure notFound(String reason) {
        return new FileFailure(FileFailure.Kind.NOT_FOUND, reason, null);
    }

    private static boolean isPage(HttpHeaders headers, Path body) throws IOException {
        if (headers.firstValue("Content-Type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("html")) {
            return true;
        }
        ByteBuffer head = ByteBuffer.allocate(PAGE);
        try (var channel = Files.newByteChannel(body)) {
            while (head.hasRemaining() && channel.read(head) >= 0) {
                // Until there is enough.
            }
        }
        String text =
                new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1)
                        .strip()
                        .toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype") || text.startsWith("<html");
    }

    private static String httpDate(Instant instant) {
        return HTTP_DATE.format(instant.atZone(ZoneOffset.UTC));
    }

    private static Instant date(String text) {
        try {
            return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String printable(String text) {
        String shown = text.length() > 200 ? text.substring(0, 200) : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
