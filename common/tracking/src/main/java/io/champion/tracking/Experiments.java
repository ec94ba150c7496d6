package io.champion.tracking;

import java.util.List;

/** The experiments that runs belong to. */
public final class Experiments {
    private Experiments() {}

    /** Files and ticks coming in. */
    public static final String INGESTION = "market-data-ingestion";

    /** Adjusted prices and features. */
    public static final String FEATURES = "feature-engineering";

    /** Whole days, each a run whose steps are runs. */
    public static final String DAILY = "daily-market-pipeline";

    public static final List<String> ALL = List.of(INGESTION, FEATURES, DAILY);
}
