package io.champion.containers;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.testcontainers.containers.Container;

/**
 * PostgreSQL in a container, with prepared transactions, which XA needs. Its data outlive {@link
 * #kill}. In a {@link #withNetwork network} of containers its name is {@link #HOST}.
 */
public final class PostgresContainer extends ServerContainer<PostgresContainer> {

    /** Its name for containers of its network. */
    public static final String HOST = "postgres";

    private static final int PORT = 5432;
    private static final String USER = "champion";

    private final String password;

    /** A server with one database that is not started yet. */
    public PostgresContainer() throws IOException {
        super(PORT);
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        password = HexFormat.of().formatHex(random);
        withNetworkAliases(HOST);
        withEnv("PGPASSWORD", password);
        withCreateContainerCmdModifier(command -> command.withUser("postgres"));
        withCommand(
                "bash",
                "-c",
                """
                set -e
                bin=$(echo /usr/lib/postgresql/*/bin)
                data=/var/lib/postgresql/data
                if [ ! -e $data/ready ]; then
                  rm -rf $data
                  $bin/initdb -D $data -U %1$s --auth=scram-sha-256 --pwfile=<(printf %%s "$PGPASSWORD")
                  echo "host all all all scram-sha-256" >> $data/pg_hba.conf
                  $bin/pg_ctl -D $data -w -o "-c listen_addresses= -k /tmp" start
                  $bin/createdb -h /tmp -U %1$s %1$s
                  $bin/pg_ctl -D $data -w stop
                  touch $data/ready
                fi
                exec $bin/postgres -D $data -k /tmp -c listen_addresses='*' -c max_prepared_transactions=64
                """
                        .formatted(USER));
    }

    /** The database, as a driver of this machine names it. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + published(PORT) + "/" + USER;
    }

    /** The database, as a driver in a container of its network names it. */
    String jdbcUrlInside() {
        return "jdbc:postgresql://" + HOST + ":" + PORT + "/" + USER;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    /**
     * Runs statements in one session and returns their rows, a line each.
     *
     * @throws IllegalStateException if one fails, with what the server said
     */
    public String query(String sql) throws IOException, InterruptedException {
        Container.ExecResult result = psql(sql);
        if (result.getExitCode() != 0) {
            throw new IllegalStateException(result.getStderr());
        }
        return result.getStdout().strip();
    }

    private Container.ExecResult psql(String sql) throws IOException, InterruptedException {
        return execInContainer(
                "psql", "-h", "/tmp", "-U", USER, "-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, USER);
    }

    @Override
    boolean answers() {
        try {
            // Over TCP: the server that makes the database has no such listener.
            return execInContainer("psql", "-h", "127.0.0.1", "-U", USER, "-c", "SELECT 1", USER)
                            .getExitCode()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while PostgreSQL starts.", e);
        }
    }
}
