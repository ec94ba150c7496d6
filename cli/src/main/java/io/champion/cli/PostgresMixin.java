package io.champion.cli;

import io.champion.jdbc.PostgresOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name a database. */
final class PostgresMixin {

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The database, postgresql://host:5432/name. The password is read from"
                            + " POSTGRES_PASSWORD, or the file that POSTGRES_PASSWORD_FILE names.")
    private String url;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "Its user; default $POSTGRES_USER, else postgres.")
    private String user;

    List<String> overrides() {
        List<String> overrides = new ArrayList<>();
        if (url != null) {
            overrides.add(PostgresOptions.URL.key() + "=" + url);
        }
        if (user != null) {
            overrides.add(PostgresOptions.USER.key() + "=" + user);
        }
        return overrides;
    }
}
