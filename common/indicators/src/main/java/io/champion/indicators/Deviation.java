package io.champion.indicators;

/** What the squares are divided by: their number, or one less. */
enum Deviation {
    POPULATION,
    SAMPLE
}
