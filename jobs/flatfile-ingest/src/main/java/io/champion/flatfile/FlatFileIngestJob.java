package io.champion.flatfile;

public final class FlatFileIngestJob {
    private FlatFileIngestJob() {}
}
