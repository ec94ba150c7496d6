package io.champion.model;

import java.util.Arrays;
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

    /**
     * The layer of the given folder.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Layer of(String folder) {
        return Arrays.stream(values())
                .filter(layer -> layer.folder().equals(folder))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "No layer '"
                                                + folder
                                                + "'. Known: "
                                                + Arrays.stream(values())
                                                        .map(Layer::folder)
                                                        .toList()));
    }
}
