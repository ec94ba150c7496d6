package io.champion.bhavcopy;

import io.champion.model.Dataset;
import java.util.List;

/** Files whose rows go to the same datasets, and so have to be taken together for a session. */
public enum Family {
    EQUITY("raw.equity_ohlc", "raw.index_ohlc", "normalized.equity_ohlc", "normalized.index_ohlc"),
    DERIVATIVES("raw.derivatives_ohlc", "normalized.derivatives_ohlc"),
    SYMBOL_MASTER("normalized.symbol_master"),
    CORPORATE_ACTIONS("normalized.corporate_actions");

    private final List<String> datasets;

    Family(String... datasets) {
        this.datasets = List.of(datasets);
    }

    /** Whether its files are of one session each. */
    boolean hasSession() {
        return this == EQUITY || this == DERIVATIVES;
    }

    /** The datasets that the family's rows go to, rejects aside. */
    public List<Dataset> datasets() {
        return datasets.stream().map(Dataset::of).toList();
    }
}
