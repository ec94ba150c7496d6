package io.champion.indicators;

/** How an average without an end begins. */
enum Seed {
    /** With the mean of the first values, as many as its window; known from there on. */
    SMA,
    /** With the first value; known from there on. */
    FIRST
}
