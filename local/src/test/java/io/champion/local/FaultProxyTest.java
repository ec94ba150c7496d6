package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.champion.local.FaultProxy.Fault;
import io.champion.local.FaultProxy.Plan;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FaultProxyTest {

    /** Bodies that reached the server whole. */
    private final List<String> served = new CopyOnWriteArrayList<>();

    private HttpServer server;
    private FaultProxy proxy;
    private HttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(Loopback.ADDRESS, 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        byte[] body = exchange.getRequestBody().readAllBytes();
                        served.add(new String(body, StandardCharsets.UTF_8));
                        exchange.sendResponseHeaders(
                                200, body.length % 2 == 0 ? body.length + 1 : 0);
                        exchange.getResponseBody().write(body);
                        if (body.length % 2 == 0) {
                            exchange.getResponseBody().write('.');
                        }
                    }
                });
        server.start();
        proxy = FaultProxy.start("http://127.0.0.1:" + server.getAddress().getPort());
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.stop(0);
    }

    @Test
    void withoutAPlanRequestsPass() throws Exception {
        assertThat(post("odd").body()).isEqualTo("odd");
        assertThat(post("even").body()).isEqualTo("even.");
        assertThat(served).containsExactly("odd", "even");
        assertThat(proxy.faults()).isZero();
    }

    @Test
    void aDroppedResponseIsARequestThatHappened() throws Exception {
        proxy.plan(Plan.next(1, request -> request.contains("two"), Fault.dropResponse()));
        assertThat(post("one").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> post("two")).isInstanceOf(IOException.class);
        assertThat(post("two").statusCode()).isEqualTo(200);
        assertThat(served).containsExactly("one", "two", "two");
        assertThat(proxy.faults()).isEqualTo(1);
    }

    @Test
    void aResetRequestNeverHappened() throws Exception {
        for (Fault fault : List.of(Fault.reset(), Fault.resetMidway())) {
            proxy.plan(Plan.next(1, request -> request.method().equals("POST"), fault));
            assertThatThrownBy(() -> post("x".repeat(10_000))).isInstanceOf(IOException.class);
        }
        assertThat(post("y").statusCode()).isEqualTo(200);
        assertThat(served).containsExactly("y");
    }

    @Test
    void aStatusIsAnsweredInTheServersPlace() throws Exception {
        proxy.plan(
                Plan.next(
                        1, request -> request.target().equals("/?a=b c"), Fault.status(503, 202)));
        HttpResponse<String> response = post("z");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("X-ClickHouse-Exception-Code")).contains("202");
        assertThat(served).isEmpty();
        assertThat(post("z").statusCode()).isEqualTo(200);
    }

    @Test
    void theServerIsDoneBeforeTheActionAndTheClientAfterIt() throws Exception {
        List<String> seen = new ArrayList<>();
        proxy.plan(Plan.next(1, r -> true, Fault.afterAnswer(() -> seen.addAll(served))));
        assertThat(post("x").statusCode()).isEqualTo(200);
        assertThat(seen).containsExactly("x");
    }

    @Test
    void aDelayedRequestArrives() throws Exception {
        proxy.plan(Plan.next(1, r -> true, Fault.delay(Duration.ofMillis(200))));
        long start = System.nanoTime();
        assertThat(post("x").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThan(Duration.ofMillis(190));
    }

    @Test
    void downRefusesAndUpServesOnTheSamePort() throws Exception {
        assertThat(post("before").statusCode()).isEqualTo(200);
        proxy.down();
        assertThatThrownBy(() -> post("x")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> post("x")).isInstanceOf(ConnectException.class);
        proxy.up();
        assertThat(post("after").statusCode()).isEqualTo(200);
        assertThat(served).containsExactly("before", "after");
    }

    @Test
    void aSeedGivesTheSameFaults() {
        assertThat(draw(42)).isEqualTo(draw(42)).isNotEqualTo(draw(43)).contains(true, false);
    }

    private static List<Boolean> draw(long seed) {
        Plan plan = Plan.random(seed, 0.5, Fault.reset(), Fault.dropResponse());
        return IntStream.range(0, 64)
                .mapToObj(i -> plan.faultOf(null) != null)
                .collect(Collectors.toList());
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(proxy.url() + "/?a=b%20c"))
                        .POST(
                                HttpRequest.BodyPublishers.fromPublisher(
                                        HttpRequest.BodyPublishers.ofString(body)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
