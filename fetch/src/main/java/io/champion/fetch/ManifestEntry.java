package io.champion.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;

/**
 * What the manifest knows of a file.
 *
 * @param key where it lies below the root of its tier
 * @param kind what it holds, as commands name it
 * @param day the session that it is of
 * @param state what became of it
 * @param size in bytes; 0 where there is no file
 * @param etag as the server gave it, without quotes, or null
 * @param lastModified when it was published, as the server says, or null
 * @param fetched when it was fetched, or was found not to be there
 * @param checked what it was held against
 * @param version 1, and one more each time it was published again
 */
public record ManifestEntry(
        String key,
        String kind,
        LocalDate day,
        State state,
        long size,
        String etag,
        Instant lastModified,
        Instant fetched,
        Checked checked,
        int version) {

    /** What became of a file. */
    public enum State {
        /** It was fetched and lies in the tier. */
        FETCHED,
        /** It was fetched, and deleted when it was older than the tier keeps. */
        PURGED,
        /** The server has none: the exchange was closed on that day. */
        CLOSED
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    ManifestEntry purged() {
        return new ManifestEntry(
                key, kind, day, State.PURGED, size, etag, lastModified, fetched, checked, version);
    }

    ObjectNode toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("key", key);
        node.put("kind", kind);
        node.put("day", day.toString());
        node.put("state", state.name().toLowerCase(Locale.ROOT));
        node.put("size", size);
        node.put("etag", etag);
        node.put("last_modified", lastModified == null ? null : lastModified.toString());
        node.put("fetched", fetched.toString());
        node.put("checked", checked.name().toLowerCase(Locale.ROOT));
        node.put("version", version);
        return node;
    }

    /** Throws a runtime exception where a field is missing or is not what it has to be. */
    static ManifestEntry of(JsonNode node) {
        String modified = node.path("last_modified").asText(null);
        return new ManifestEntry(
                node.required("key").textValue(),
                node.required("kind").textValue(),
                LocalDate.parse(node.required("day").textValue()),
                State.valueOf(node.required("state").textValue().toUpperCase(Locale.ROOT)),
                node.required("size").longValue(),
                node.path("etag").asText(null),
                modified == null ? null : Instant.parse(modified),
                Instant.parse(node.required("fetched").textValue()),
                Checked.valueOf(node.required("checked").textValue().toUpperCase(Locale.ROOT)),
                node.required("version").intValue());
    }
}
