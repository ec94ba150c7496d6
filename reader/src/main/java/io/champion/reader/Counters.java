package io.champion.reader;

import java.util.concurrent.atomic.LongAdder;

/** What a {@link MarketData} has done so far; {@link ReadStats} says what each number means. */
final class Counters {
    final LongAdder reads = new LongAdder();
    final LongAdder rows = new LongAdder();
    final LongAdder fromMemory = new LongAdder();
    final LongAdder fromCache = new LongAdder();
    final LongAdder fromLake = new LongAdder();
    final LongAdder bytesRead = new LongAdder();
    final LongAdder pagesDecoded = new LongAdder();
    final LongAdder slowColumns = new LongAdder();
}
