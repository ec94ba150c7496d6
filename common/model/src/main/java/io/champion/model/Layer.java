package io.champion.model;

import java.util.Locale;

/** A layer of the lake. Raw, normalized, features and gold are bronze, silver, silver and gold. */
public enum Layer {
    RAW,
    NORMALIZED,
    FEATURES,
    GOLD,
    QUARANTINE;

    /** The layer's folder, which is also how contracts spell it. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Layer of(String folder) {
        return valueOf(folder.toUpperCase(Locale.ROOT));
    }
}
