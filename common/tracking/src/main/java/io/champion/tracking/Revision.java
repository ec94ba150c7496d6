package io.champion.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * Which code this is.
 *
 * @param version of the release; {@code 0.1.0-SNAPSHOT} between releases
 * @param commit that it was built from; null where it was built outside a repository
 */
public record Revision(String version, String commit) {
    private static final String FILE = "revision.properties";
    private static final Revision THIS = read();

    /** Of this build. */
    public static Revision current() {
        return THIS;
    }

    private static Revision read() {
        Properties properties = new Properties();
        try (InputStream in = Revision.class.getResourceAsStream(FILE)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(FILE + " is part of the build.", e);
        }
        String commit = properties.getProperty("commit");
        return new Revision(
                properties.getProperty("version"), commit.matches("[0-9a-f]{40}") ? commit : null);
    }

    /** For people: the version, and the commit where it is known. */
    @Override
    public String toString() {
        return commit == null ? version : version + " " + commit;
    }
}
