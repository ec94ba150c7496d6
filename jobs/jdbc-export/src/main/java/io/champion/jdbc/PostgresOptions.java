package io.champion.jdbc;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of jobs that use PostgreSQL. */
public final class PostgresOptions {
    private PostgresOptions() {}

    public static final ConfigOption<String> URL =
            ConfigOptions.key("postgres.url")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Address of the database, as `postgresql://host:5432/database`, with"
                                    + " the driver's parameters after a `?`, for example"
                                    + " `sslmode=verify-full`. The password is read from"
                                    + " `POSTGRES_PASSWORD`, or the file that"
                                    + " `POSTGRES_PASSWORD_FILE` names, where the job runs.");

    public static final ConfigOption<String> USER =
            ConfigOptions.key("postgres.user")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "User of the database; `POSTGRES_USER` of the environment if unset,"
                                    + " else `postgres`.");
}
