package io.champion.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** User and password; not a record, so that no generated toString can spell them. */
final class Credentials {

    private final String user;
    private final String password;

    private Credentials(String user, String password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Reads {@code <name>_USER} and {@code <name>_PASSWORD} or, if it is set, the file that {@code
     * <name>_PASSWORD_FILE} names; empty if there is no user.
     *
     * @throws UncheckedIOException if the password file cannot be read
     */
    static Optional<Credentials> from(Map<String, String> environment, String name) {
        String user = environment.get(name + "_USER");
        if (user == null) {
            return Optional.empty();
        }
        String variable = name + "_PASSWORD_FILE";
        String file = environment.get(variable);
        if (file == null) {
            return Optional.of(
                    new Credentials(user, environment.getOrDefault(name + "_PASSWORD", "")));
        }
        try {
            return Optional.of(new Credentials(user, Files.readString(Path.of(file)).strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    variable
                            + " names the file "
                            + file
                            + ", which cannot be read: make it readable, or unset the variable.",
                    e);
        }
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }
}
