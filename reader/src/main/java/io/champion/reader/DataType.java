package io.champion.reader;

import io.champion.model.Dataset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a backtest reads. */
public enum DataType {
    TRADES("trades", List.of("price", "size")),
    QUOTES("quotes", List.of("bid_price", "bid_size", "ask_price", "ask_size")),
    /** Bars of one minute. */
    BARS_1M("bars_1m", List.of("open", "high", "low", "close", "volume")),
    /** Bars of one day. */
    BARS_1D("bars_1d", List.of("open", "high", "low", "close", "volume"));

    private final String folder;
    private final List<String> usual;

    DataType(String folder, List<String> usual) {
        this.folder = folder;
        this.usual = usual;
    }

    /** The type of a name such as {@code bars_1m}; empty where there is none. */
    public static Optional<DataType> of(String name) {
        return Arrays.stream(values()).filter(type -> type.folder.equals(name)).findFirst();
    }

    /** Its folder in the cache, and its dataset's name in the normalized layer. */
    public String folder() {
        return folder;
    }

    /** Where the lake has it. */
    public Dataset dataset() {
        return Dataset.of("normalized." + folder);
    }

    /** The columns that are read if none is named, beside {@code event_time}. */
    List<String> usual() {
        return usual;
    }
}
