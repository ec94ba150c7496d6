package io.champion.fetch;

/** Is told how far a fetch is, often and from several threads. */
@FunctionalInterface
public interface FetchProgress {

    /**
     * @param files that are done
     * @param ofFiles how many there are
     * @param bytes that have come
     * @param ofBytes how many there are, or 0 where that is not known
     */
    void update(int files, int ofFiles, long bytes, long ofBytes);
}
