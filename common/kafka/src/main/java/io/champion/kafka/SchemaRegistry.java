package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.UNKNOWN_SCHEMA;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A schema registry with Confluent's <a
 * href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">REST
 * interface</a>: Confluent's own, Karapace, or Apicurio at {@code /apis/ccompat/v7}. Answers are
 * remembered: a schema's number never means another one. Not thread-safe.
 *
 * <p>User and password are read from {@code SCHEMA_REGISTRY_USER} and {@code
 * SCHEMA_REGISTRY_PASSWORD}, or from the file that {@code SCHEMA_REGISTRY_PASSWORD_FILE} names;
 * without a user there is no authentication.
 */
public final class SchemaRegistry {

    private static final String CREDENTIALS = "SCHEMA_REGISTRY";
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 5;

    /** How long a number stays unknown without the registry being asked again. */
    private static final Duration UNKNOWN_FOR = Duration.ofSeconds(30);

    /** Numbers of broken messages are any numbers. */
    private static final int MOST_UNKNOWN = 10_000;

    /** HTTP/1.1, because not every proxy before a registry lets a connection change to HTTP/2. */
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .build();

    private final ObjectMapper json = new ObjectMapper();
    private final URI url;
    private final String authorization;
    private final Map<Integer, Schema> byId = new HashMap<>();
    private final Map<Integer, Long> unknownSince = new HashMap<>();

    /** What to say of numbers whose schema is not Avro's; a number never gets another. */
    private final Map<Integer, String> noAvro = new HashMap<>();

    private final RetryPolicy<HttpResponse<String>> retries =
            RetryPolicy.<HttpResponse<String>>builder()
                    .handle(IOException.class)
                    .handleResultIf(SchemaRegistry::isTransient)
                    .withMaxAttempts(ATTEMPTS)
                    .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(5))
                    .build();

    /** A registry with the credentials of this process's environment. */
    public SchemaRegistry(URI url) {
        this(url, System.getenv());
    }

    SchemaRegistry(URI url, Map<String, String> environment) {
        if (url.getHost() == null || url.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "The schema registry's URL must read http://host:port/path or https://..., "
                            + "without credentials: set "
                            + CREDENTIALS
                            + "_USER and "
                            + CREDENTIALS
                            + "_PASSWORD in the environment instead.");
        }
        this.url = URI.create(url.toString().replaceFirst("/+$", ""));
        this.authorization =
                Credentials.from(environment, CREDENTIALS)
                        .map(
                                c ->
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                (c.user() + ":" + c.password())
                                                                        .getBytes(
                                                                                StandardCharsets
                                                                                        .UTF_8)))
                        .orElse(null);
    }

    /**
     * The schema of a number.
     *
     * @throws WireException if the registry does not know the number, or it is not an Avro schema's
     * @throws RegistryException if the registry does not answer
     */
    public Schema byId(int id) throws WireException {
        Schema schema = byId.get(id);
        if (schema != null) {
            return schema;
        }
        String other = noAvro.get(id);
        if (other != null) {
            throw new WireException(UNKNOWN_SCHEMA, other);
        }
        Long since = unknownSince.get(id);
        if (since == null || System.nanoTime() - since > UNKNOWN_FOR.toNanos()) {
            HttpResponse<String> response = send(request("/schemas/ids/" + id).GET().build());
            if (response.statusCode() != 404) {
                schema = parse(id, answer(response));
                byId.put(id, schema);
                unknownSince.remove(id);
                return schema;
            }
            if (unknownSince.size() == MOST_UNKNOWN) {
                unknownSince.clear();
            }
            unknownSince.put(id, System.nanoTime());
        }
        throw new WireException(
                UNKNOWN_SCHEMA, "The schema registry knows no schema with the id " + id + ".");
    }

    /**
     * Makes sure that a subject has the schema as a version.
     *
     * @param subject {@code <topic>-value} by convention
     * @return the schema's number
     * @throws RegistryException if the registry does not answer, or refuses the schema
     */
    public int register(String subject, Schema schema) {
        String body = json.createObjectNode().put("schema", schema.toString()).toString();
        String path =
                "/subjects/"
                        + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20")
                        + "/versions";
        HttpRequest request =
                request(path)
                        .header("Content-Type", CONTENT_TYPE)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return answer(send(request)).path("id").asInt();
    }

    private Schema parse(int id, JsonNode answer) throws WireException {
        String type = answer.path("schemaType").asText("AVRO");
        try {
            if (type.equals("AVRO")) {
                return new Schema.Parser().parse(answer.path("schema").asText());
            }
        } catch (AvroRuntimeException e) {
            type = "broken: " + e.getMessage();
        }
        String sentence = "The schema with the id " + id + " is no Avro schema but " + type + ".";
        noAvro.put(id, sentence);
        throw new WireException(UNKNOWN_SCHEMA, sentence);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path))
                        .timeout(TIMEOUT)
                        .header("Accept", CONTENT_TYPE + ", application/json");
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return Failsafe.with(retries)
                    .get(() -> http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (FailsafeException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new RegistryException(
                    "The schema registry at " + url + " does not answer: " + e.getCause(),
                    e.getCause());
        }
    }

    private JsonNode answer(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new RegistryException(
                    "The schema registry answered "
                            + response.request().method()
                            + " "
                            + response.uri()
                            + " with status "
                            + response.statusCode()
                            + ": "
                            + response.body(),
                    null);
        }
        try {
            return json.readTree(response.body());
        } catch (IOException e) {
            throw new RegistryException(
                    "The answer of the schema registry at " + url + " is no JSON.", e);
        }
    }

    private static boolean isTransient(HttpResponse<String> response) {
        return response != null && (response.statusCode() >= 500 || response.statusCode() == 429);
    }
}
