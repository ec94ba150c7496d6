package io.champion.jdbc;

import java.sql.SQLException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A server, a table or an input with which no export or import is possible; its message says why
 * and what to do. A job that meets one is not started again.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class PostgresException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PostgresException(String message) {
        super(message);
    }

    PostgresException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What the server, or its absence, says, as a sentence. */
    static PostgresException of(PostgresServer server, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String said = firstLine(e);
        String what =
                switch (state) {
                    case "08001", "08004", "08006" ->
                            said.contains("password was provided")
                                    ? "The PostgreSQL server "
                                            + server
                                            + " asks for a password: put it into "
                                            + EnvironmentPassword.VARIABLE
                                            + " of the environment, or name a file with "
                                            + EnvironmentPassword.FILE_VARIABLE
                                            + "."
                                    : "No PostgreSQL server can be reached at "
                                            + server
                                            + ": "
                                            + said;
                    case "28P01", "28000" ->
                            "The PostgreSQL server "
                                    + server
                                    + " refuses the user or the password: set 'postgres.user' or "
                                    + PostgresServer.USER_VARIABLE
                                    + ", and "
                                    + EnvironmentPassword.VARIABLE
                                    + " or "
                                    + EnvironmentPassword.FILE_VARIABLE
                                    + ". It said: "
                                    + said;
                    case "08P01", "3D000", "42501", "42P01", "42703", "23505" -> said;
                    default -> "The PostgreSQL server " + server + " said: " + said;
                };
        return new PostgresException(what, e);
    }

    /** Whether the same may go well a little later. */
    static boolean isTransient(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") && !"08P01".equals(state)
                || state.startsWith("57P")
                // A prepared transaction that a lost connection is still at work on.
                || "55000".equals(state)
                || state.startsWith("53");
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
        if (message.startsWith("ERROR: ") || message.startsWith("FATAL: ")) {
            message = message.substring("ERROR: ".length());
        }
        return message.endsWith(".") ? message : message + ".";
    }
}
