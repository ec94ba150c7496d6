package io.champion.cli;

import io.champion.local.EmbeddedClickHouse;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The warehouse that a command works with: the server that the configuration names, or else the
 * home's embedded engine, which is started unless it runs.
 */
final class Warehouse implements AutoCloseable {

    private final EmbeddedClickHouse engine;
    private final ClickHouse clickHouse;

    private Warehouse(EmbeddedClickHouse engine, ClickHouse clickHouse) {
        this.engine = engine;
        this.clickHouse = clickHouse;
    }

    /**
     * Connects.
     *
     * @throws UserException if the embedded engine does not start
     */
    static Warehouse open(JobConfig config) {
        if (config.getOptional(CommonOptions.WAREHOUSE_URL).isPresent()) {
            return new Warehouse(null, ClickHouse.connect(CommonOptions.warehouse(config)));
        }
        EmbeddedClickHouse engine;
        try {
            engine = EmbeddedClickHouse.attachOrStart(store(config));
        } catch (IOException | IllegalStateException e) {
            throw new UserException(
                    ExitCode.UNAVAILABLE,
                    e.getMessage() + " Or name a server with --warehouse http://host:port.",
                    e);
        }
        ClickHouseConfig reached =
                ClickHouseConfig.of(engine.url())
                        .withTimeouts(
                                config.get(CommonOptions.WAREHOUSE_CONNECT_TIMEOUT),
                                config.get(CommonOptions.WAREHOUSE_REQUEST_TIMEOUT));
        String database = config.get(CommonOptions.WAREHOUSE_DATABASE);
        try (ClickHouse any = ClickHouse.connect(reached.withDatabase("default"))) {
            any.execute("CREATE DATABASE IF NOT EXISTS " + ClickHouse.identifier(database));
        }
        return new Warehouse(engine, ClickHouse.connect(reached.withDatabase(database)));
    }

    /** Where the embedded engine keeps its tables. */
    static Path store(JobConfig config) {
        return Context.localHome(config).resolve("warehouse");
    }

    ClickHouse clickHouse() {
        return clickHouse;
    }

    /** Whether it is the home's own engine, which sees the home's files. */
    boolean isEmbedded() {
        return engine != null;
    }

    /** What tells a job where this warehouse is. */
    List<String> asOverrides() {
        return List.of(
                CommonOptions.WAREHOUSE_URL.key()
                        + "="
                        + String.join(";", clickHouse.config().urls()));
    }

    String url() {
        return clickHouse.config().urls().get(0);
    }

    @Override
    public void close() {
        clickHouse.close();
        if (engine != null) {
            try {
                engine.close();
            } catch (IOException e) {
                throw new UserException(
                        ExitCode.FAILED, "The embedded engine did not stop: " + e.getMessage(), e);
            }
        }
    }
}
