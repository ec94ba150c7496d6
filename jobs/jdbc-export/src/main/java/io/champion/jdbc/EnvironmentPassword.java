package io.champion.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Gives the driver the password where and when it connects, so that no job graph, checkpoint or log
 * ever holds it: {@code POSTGRES_PASSWORD}, or the file that {@code POSTGRES_PASSWORD_FILE} names.
 *
 * <p>Public, because the driver makes it by its name.
 */
public final class EnvironmentPassword implements AuthenticationPlugin {
    static final String VARIABLE = "POSTGRES_PASSWORD";
    static final String FILE_VARIABLE = "POSTGRES_PASSWORD_FILE";

    private final Map<String, String> environment;

    public EnvironmentPassword() {
        this(System.getenv());
    }

    EnvironmentPassword(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        String file = environment.get(FILE_VARIABLE);
        if (file == null) {
            String password = environment.get(VARIABLE);
            return password == null ? null : password.toCharArray();
        }
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8).strip().toCharArray();
        } catch (IOException e) {
            throw new PSQLException(
                    FILE_VARIABLE
                            + " names the file "
                            + file
                            + ", which cannot be read: make it readable, or unset the variable.",
                    PSQLState.INVALID_PARAMETER_VALUE,
                    e);
        }
    }
}
