package io.champion.model;

import org.apache.avro.Schema;

/** Datasets of contracts that are for tests only. */
public final class TestDataset {
    private TestDataset() {}

    public static Dataset of(Schema contract) {
        return new Dataset(contract);
    }
}
