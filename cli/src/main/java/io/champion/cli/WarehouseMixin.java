package io.champion.cli;

import io.champion.runtime.CommonOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that names a server instead of the embedded engine. */
final class WarehouseMixin {

    @Option(
            names = "--warehouse",
            paramLabel = "URL",
            description =
                    "A ClickHouse server, http://host:port, instead of the home's embedded engine."
                            + " User and password: CLICKHOUSE_USER and CLICKHOUSE_PASSWORD in the"
                            + " environment.")
    private String url;

    List<String> overrides() {
        List<String> overrides = new ArrayList<>();
        if (url != null) {
            overrides.add(CommonOptions.WAREHOUSE_URL.key() + "=" + url);
        }
        return overrides;
    }
}
