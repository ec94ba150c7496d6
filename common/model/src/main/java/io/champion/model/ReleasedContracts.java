package io.champion.model;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** Every version of every contract that data may have been written with. */
public final class ReleasedContracts {

    private static final List<Schema> ALL =
            Collections.unmodifiableList(
                    Stream.concat(
                                    Dataset.resource("released/index")
                                            .lines()
                                            .map(file -> Dataset.resource("released/" + file))
                                            .map(text -> new Schema.Parser().parse(text)),
                                    Dataset.all().stream().map(Dataset::schema))
                            .distinct()
                            .toList());

    private ReleasedContracts() {}

    /** The released versions of all contracts, and the current ones, released or not. */
    public static List<Schema> all() {
        return ALL;
    }
}
