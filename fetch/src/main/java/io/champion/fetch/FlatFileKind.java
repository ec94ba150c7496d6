package io.champion.fetch;

import java.util.Locale;

/** What flat files hold, and how their folders are called in either layout. */
public enum FlatFileKind {
    TRADES("trades_v1", "trades"),
    QUOTES("quotes_v1", "quotes"),
    MINUTE("minute_aggs_v1", "aggregates/minute"),
    DAY("day_aggs_v1", "aggregates/day");

    private final String daily;
    private final String byTicker;

    FlatFileKind(String daily, String byTicker) {
        this.daily = daily;
        this.byTicker = byTicker;
    }

    /** As commands and the manifest call it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String folder(FlatFileLayout layout) {
        return layout == FlatFileLayout.DAILY ? daily : byTicker;
    }
}
