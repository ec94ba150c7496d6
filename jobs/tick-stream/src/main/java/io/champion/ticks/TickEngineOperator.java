package io.champion.ticks;

import io.champion.kafka.DeadLetter;
import io.champion.kafka.TickReader;
import io.champion.kafka.TickReader.Text;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import io.champion.lake.ContractTypeInfo;
import io.champion.model.ColumnBatch;
import io.champion.model.record.Bar;
import io.champion.model.record.TickKind;
import io.champion.tracking.IntervalMeter;
import io.champion.tracking.IntervalPart;
import io.champion.tracking.IntervalRuns;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SerializableSupplier;

/**
 * Decodes, checks and deduplicates ticks, applies amendments and makes bars. Accepted ticks, as
 * columns, are the main output; bars and dead letters are side outputs.
 *
 * <p>What is known of an instrument is an {@link InstrumentBook} on the heap, whatever the state
 * backend. Books are written to state when a checkpoint is taken, and then only what changed; after
 * a restore a book is loaded when its instrument is met again. Where more is remembered than is to
 * stay on the heap, books of quiet instruments are dropped after a checkpoint and loaded again when
 * needed.
 *
 * <p>Flink forgets the watermark in a restore. Without it, ticks that were late before could be
 * taken again, when nothing is remembered that would tell them to be duplicates. So the watermark
 * is kept for each range of key groups, and goes with them when the job is rescaled; and beside it
 * the time before which all ticks were late, for the allowed lateness may be another next time.
 *
 * <p>A job that is drained gets a last watermark after all times. It emits all bars that have
 * begun, but nothing is forgotten: when the job goes on after all, those bars get further versions.
 *
 * <p>Nor can the first windows of a bar interval that is added in a restore be made, where trades
 * of them may be forgotten. So it is kept from when on all trades are remembered, and of each
 * interval from when on its windows are made.
 */
final class TickEngineOperator extends AbstractStreamOperator<ColumnBatch>
        implements OneInputStreamOperator<TickBatch, ColumnBatch>,
                Triggerable<String, VoidNamespace> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<SpecificRecordBase> BARS =
            new OutputTag<>("bars", ContractTypeInfo.INSTANCE);
    static final OutputTag<RefusedTick> DEAD_LETTERS =
            new OutputTag<>("dead-letters", RefusedTickSerializer.TYPE);

    /** What was done, for {@link IntervalRuns}. */
    static final OutputTag<IntervalPart> PARTS = new OutputTag<>("parts", IntervalPart.TYPE);

    /** Figures of {@link #PARTS}. */
    static final String READ = "ticks_read";

    static final String ACCEPTED = "ticks_accepted";
    static final String BARS_MADE = "bars";

    private static final String SOURCE = "tick-stream";
    private static final String REJECTED = "ticksRejected";
    private static final long NANOS_PER_MILLI = 1_000_000;

    /**
     * What the engine has to know.
     *
     * @param outsideSession whether ticks outside the session make bars
     * @param maxAhead milliseconds by which an event time may lie after the message's timestamp
     * @param maxHeap bytes that books may take on the heap between checkpoints
     * @param ingestTime when the run started, for bars
     */
    record Settings(
            BookSettings books,
            SessionCalendar calendar,
            boolean outsideSession,
            long maxAhead,
            long maxHeap,
            Instant ingestTime)
            implements Serializable {}

    private final Settings settings;
    private final SerializableSupplier<WireSchemas> schemas;

    private transient MapState<Long, byte[]> tradesState;
    private transient MapState<Long, byte[]> windowsState;
    private transient ValueState<Long> forgottenState;
    private transient ListState<Tuple3<Integer, Integer, Long>> watermarkState;
    private transient ListState<Tuple3<Integer, Integer, Long>> horizonState;
    private transient ListState<Tuple3<Long, Long, Long>> intervalsState;
    private transient InternalTimerService<VoidNamespace> timers;

    /** The settings, with the windows that are made. */
    private transient BookSettings books;

    /** No trade of this millisecond or later was forgotten in this run, but by the watermark. */
    private transient long remembered;

    private transient TickReader tick;
    private transient AcceptedTicks acceptedTicks;
    private transient Map<String, Entry> entries;
    private transient List<Entry> changed;
    private transient Varints buffer;

    /** The last one; not the one that drains the job. */
    private transient long watermark;

    /** The watermark whose timers have all fired: what is due later has not been emitted. */
    private transient long emitted;

    private transient boolean drained;
    private transient KeyGroupRange keyGroups;
    private transient int maxParallelism;

    /** Watermarks before a restore, by key group from the first of this task. */
    private transient long[] floors;

    /** Of the same, the first millisecond that was not late. */
    private transient long[] horizons;

    private transient long liveTrades;
    private transient long liveBytes;
    private transient long checkpoints;
    private transient JobCounters counters;
    private transient Counter ticks;
    private transient Counter accepted;
    private transient Counter duplicates;
    private transient Counter late;
    private transient Counter forgottenEarly;
    private transient Counter[] bars;
    private transient Map<String, Counter> rejects;
    private transient IntervalMeter meter;
    private transient long bytes;

    /**
     * @param schemas those that messages may have been written with
     */
    TickEngineOperator(Settings settings, SerializableSupplier<WireSchemas> schemas) {
        this.settings = settings;
        this.schemas = schemas;
    }

    /** A book, and its part of the state. */
    private final class Entry implements BookStore, InstrumentBook.Bars {
        final String instrument;
        final InstrumentBook book;
        final long floor;
        SessionCalendar.Sessions sessions;

        /** The earliest timer that is known to be set. */
        long timer = Long.MAX_VALUE;

        boolean isChanged;
        long usedAfterCheckpoint;

        /** What of the book is in the task's totals. */
        private int countedTrades;

        private long countedBytes;
        private long countedEarly;

        /** Of the last tick, for bars. */
        String exchange;

        String symbol;
        String series;

        Entry(String instrument) {
            this.instrument = instrument;
            int keyGroup = keyGroupOf(instrument);
            this.floor = floors[keyGroup];
            this.book = new InstrumentBook(books, this);
            long horizon = horizons[keyGroup];
            if (horizon > books.oldest(emittedUntil())) {
                book.loadForgotten(horizon - 1);
            }
        }

        long watermark() {
            return Math.max(watermark, floor);
        }

        private long emittedUntil() {
            return Math.max(emitted, floor);
        }

        void load() throws Exception {
            long until = emittedUntil();
            setCurrentKey(instrument);
            for (Map.Entry<Long, byte[]> piece : tradesState.entries()) {
                book.loadTrades(piece.getKey(), piece.getValue());
            }
            for (Map.Entry<Long, byte[]> piece : windowsState.entries()) {
                book.loadWindows(piece.getKey(), piece.getValue(), until);
            }
            Long forgotten = forgottenState.value();
            if (forgotten != null) {
                book.loadForgotten(forgotten);
            }
            book.loaded(until);
            count();
        }

        void setTimer() {
            if (book.nextDue() < timer) {
                timer = book.nextDue();
                setCurrentKey(instrument);
                timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timer);
            }
        }

        void setChanged() {
            usedAfterCheckpoint = checkpoints;
            if (!isChanged) {
                isChanged = true;
                changed.add(this);
            }
        }

        void advance(long watermark) {
            if (drained) {
                book.drain(this);
            } else {
                book.advance(Math.max(watermark, floor), this);
            }
            count();
            setChanged();
        }

        void count() {
            liveTrades += book.rows() - countedTrades;
            countedTrades = book.rows();
            liveBytes += book.heapBytes() - countedBytes;
            countedBytes = book.heapBytes();
            if (book.forgottenEarly() > countedEarly) {
                remembered = Math.max(remembered, book.forgotten() + 1);
                forgottenEarly.inc(book.forgottenEarly() - countedEarly);
                countedEarly = book.forgottenEarly();
            }
        }

        /** Takes the book out of the totals, for it leaves the heap. */
        void uncount() {
            liveTrades -= countedTrades;
            liveBytes -= countedBytes;
        }

        @Override
        public void emit(int interval, long start, int version, BarAggregate aggregate) {
            if (exchange == null) {
                splitInstrument();
            }
            long length = settings.books().intervals().millis(interval);
            bars[interval].inc();
            output.collect(
                    BARS,
                    new StreamRecord<>(
                            bar(interval, start, version, aggregate), start + length - 1));
        }

        private void splitInstrument() {
            int first = instrument.indexOf(':');
            int second = instrument.lastIndexOf(':');
            exchange = instrument.substring(0, first);
            symbol =
                    instrument.substring(first + 1, second == first ? instrument.length() : second);
            series = second == first ? "" : instrument.substring(second + 1);
        }

        private Bar bar(int interval, long start, int version, BarAggregate aggregate) {
            BarIntervals intervals = settings.books().intervals();
            String name = intervals.name(interval);
            Bar bar = new Bar();
            bar.setEventTime(start * NANOS_PER_MILLI);
            bar.setIngestTime(settings.ingestTime());
            bar.setSource(SOURCE);
            bar.setSchemaVersion(BAR_VERSION);
            bar.setEntityId(instrument);
            bar.setSymbol(symbol);
            bar.setExchange(exchange);
            bar.setSeries(series);
            bar.setInstrumentId(instrument);
            bar.setBarInterval(name);
            bar.setWindowStart(start * NANOS_PER_MILLI);
            bar.setWindowEnd((start + intervals.millis(interval)) * NANOS_PER_MILLI);
            setVersion(bar, version);
            bar.setTrades(aggregate.trades());
            if (aggregate.trades() > 0) {
                double volume = aggregate.volume();
                double turnover = aggregate.turnover();
                bar.setOpen(aggregate.open());
                bar.setHigh(aggregate.high());
                bar.setLow(aggregate.low());
                bar.setClose(aggregate.close());
                bar.setVolume(volume);
                bar.setTurnover(turnover);
                bar.setVwap(turnover / volume);
                bar.setFirstEventTime(aggregate.firstTime());
                bar.setLastEventTime(aggregate.lastTime());
            }
            return bar;
        }

        @Override
        public void putTrades(long key, byte[] bytes) {
            change(() -> tradesState.put(key, bytes));
        }

        @Override
        public void removeTrades(long key) {
            change(() -> tradesState.remove(key));
        }

        @Override
        public void putWindows(long minute, byte[] bytes) {
            change(() -> windowsState.put(minute, bytes));
        }

        @Override
        public void removeWindows(long minute) {
            change(() -> windowsState.remove(minute));
        }

        @Override
        public void putForgotten(Long millis) {
            change(() -> forgottenState.update(millis));
        }

        private void change(StateChange change) {
            setCurrentKey(instrument);
            try {
                change.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(
                        "The state of " + instrument + " cannot be changed.", e);
            }
        }
    }

    /** Gives a bar its version, and the id that follows from it. */
    static void setVersion(Bar bar, int version) {
        bar.setVersion(version);
        bar.setEventId(
                bar.getInstrumentId()
                        + ":"
                        + bar.getBarInterval()
                        + ":"
                        + bar.getWindowStart() / NANOS_PER_MILLI
                        + ":"
                        + version);
    }

    /** A call of the state backend. */
    private interface StateChange {
        void run() throws Exception;
    }

    private static final String BAR_VERSION =
            Bar.getClassSchema().getField("schema_version").defaultVal().toString();

    private int keyGroupOf(String instrument) {
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(instrument, maxParallelism);
        if (!keyGroups.contains(keyGroup)) {
            // Batches are made by the key groups of their source.
            throw new IllegalStateException(
                    instrument
                            + " came to a task that it does not belong to. Sources and engine need"
                            + " the same maximum parallelism; set pipeline.max-parallelism.");
        }
        return keyGroup - keyGroups.getStartKeyGroup();
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        maxParallelism = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
        keyGroups =
                KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex(
                        maxParallelism,
                        getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
        tradesState =
                context.getKeyedStateStore()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "trades", LongSerializer.INSTANCE, new PieceSerializer()));
        windowsState =
                context.getKeyedStateStore()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "windows", LongSerializer.INSTANCE, new PieceSerializer()));
        forgottenState =
                context.getKeyedStateStore()
                        .getState(new ValueStateDescriptor<>("forgotten", LongSerializer.INSTANCE));
        watermarkState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "watermarks",
                                        Types.TUPLE(Types.INT, Types.INT, Types.LONG)));
        horizonState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "horizons", Types.TUPLE(Types.INT, Types.INT, Types.LONG)));
        intervalsState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>(
                                        "intervals",
                                        Types.TUPLE(Types.LONG, Types.LONG, Types.LONG)));
        counters =
                new JobCounters(
                        context.getOperatorStateStore(),
                        getRuntimeContext().getJobInfo().getJobId(),
                        getMetricGroup());
        watermark = Long.MIN_VALUE;
        emitted = Long.MIN_VALUE;
        restoreIntervals();
        floors = byKeyGroup(watermarkState);
        horizons = byKeyGroup(horizonState);
    }

    private long[] byKeyGroup(ListState<Tuple3<Integer, Integer, Long>> state) throws Exception {
        long[] times = new long[keyGroups.getNumberOfKeyGroups()];
        Arrays.fill(times, Long.MIN_VALUE);
        for (Tuple3<Integer, Integer, Long> range : state.get()) {
            for (int i = 0; i < times.length; i++) {
                int keyGroup = keyGroups.getStartKeyGroup() + i;
                if (keyGroup >= range.f0 && keyGroup <= range.f1) {
                    times[i] = Math.max(times[i], range.f2);
                }
            }
        }
        return times;
    }

    private void restoreIntervals() throws Exception {
        remembered = Long.MIN_VALUE;
        Map<Long, Long> before = new HashMap<>();
        for (Tuple3<Long, Long, Long> interval : intervalsState.get()) {
            before.merge(interval.f0, interval.f1, Math::max);
            remembered = Math.max(remembered, interval.f2);
        }
        BarIntervals intervals = settings.books().intervals();
        long[] since = new long[intervals.count()];
        for (int interval = 0; interval < since.length; interval++) {
            since[interval] = before.getOrDefault(intervals.millis(interval), remembered);
        }
        books = settings.books().with(intervals.since(since));
    }

    @Override
    public void open() throws Exception {
        super.open();
        tick = new TickReader(schemas.get());
        acceptedTicks = new AcceptedTicks(rows -> output.collect(new StreamRecord<>(rows)));
        entries = new HashMap<>();
        changed = new ArrayList<>();
        buffer = Varints.writer();
        timers = getInternalTimerService("due", VoidNamespaceSerializer.INSTANCE, this);
        MetricGroup metrics = getMetricGroup();
        ticks = counters.counter("ticks");
        accepted = counters.counter("ticksAccepted");
        duplicates = counters.counter("ticksDuplicate");
        late = counters.counter("ticksLate");
        forgottenEarly = counters.counter("tradesForgottenEarly");
        meter = new IntervalMeter();
        rejects = new HashMap<>();
        counters.values(REJECTED).forEach(this::rejected);
        BarIntervals intervals = settings.books().intervals();
        bars = new Counter[intervals.count()];
        for (int interval = 0; interval < bars.length; interval++) {
            bars[interval] = counters.counter("interval", intervals.name(interval), "bars");
        }
        meter(intervals);
        metrics.gauge("liveInstruments", entries::size);
        metrics.gauge("liveTrades", () -> liveTrades);
        metrics.gauge("liveBytes", () -> liveBytes);
        metrics.gauge(
                "watermarkLag",
                () -> watermark == Long.MIN_VALUE ? 0L : System.currentTimeMillis() - watermark);
    }

    private void meter(BarIntervals intervals) {
        meter.figure(READ, ticks::getCount);
        meter.figure("bytes", () -> bytes);
        meter.figure(ACCEPTED, accepted::getCount);
        meter.figure("ticks_duplicate", duplicates::getCount);
        meter.figure("ticks_late", late::getCount);
        meter.figure("trades_forgotten_early", forgottenEarly::getCount);
        for (int interval = 0; interval < bars.length; interval++) {
            meter.figure(BARS_MADE + "." + intervals.name(interval), bars[interval]::getCount);
        }
    }

    /** Nothing: the key is set where state is used, which is seldom. */
    @Override
    public void setKeyContextElement(StreamRecord<TickBatch> record) {}

    @Override
    public void processElement(StreamRecord<TickBatch> element) throws Exception {
        for (TickMessage message : element.getValue().messages()) {
            ticks.inc();
            bytes += message.value == null ? 0 : message.value.length;
            meter.message(message.partition, message.offset);
            try {
                process(message);
            } catch (WireException e) {
                reject(message, e.reason().code(), "", "", e.getMessage());
            } catch (RejectedTickException e) {
                reject(message, e.reason().code(), e.field(), e.found(), e.getMessage());
            }
        }
    }

    private void reject(
            TickMessage message, String reason, String field, String found, String sentence) {
        rejected(reason).inc();
        letter(message, DeadLetter.Kind.REJECT, reason, field, found, sentence);
    }

    private Counter rejected(String reason) {
        return rejects.computeIfAbsent(
                reason,
                code -> {
                    Counter counter = counters.counter("reason", code, REJECTED);
                    meter.figure("rejected." + code, counter::getCount);
                    return counter;
                });
    }

    private void process(TickMessage message) throws Exception {
        tick.read(message.value);
        TickValidator.check(tick);
        long time = tick.eventTime();
        if (time / NANOS_PER_MILLI > message.timestamp + settings.maxAhead()) {
            throw new RejectedTickException(
                    RejectedTickException.Reason.AHEAD_OF_TIME,
                    "event_time",
                    String.valueOf(time),
                    "The event time lies more than "
                            + settings.maxAhead()
                            + " ms after the message's timestamp.");
        }
        Entry entry = entries.get(message.instrument);
        if (entry == null) {
            if (!message.isOfAnInstrument()) {
                throw new RejectedTickException(
                        RejectedTickException.Reason.UNKNOWN_SCHEMA,
                        "",
                        "",
                        "Its schema was not known where it was read, and is known now; it can be"
                                + " sent back.");
            }
            entry = load(message.instrument);
            entry.setTimer();
        }
        if (entry.sessions == null) {
            entry.exchange = tick.string(Text.EXCHANGE);
            entry.symbol = tick.string(Text.SYMBOL);
            entry.series = tick.string(Text.SERIES);
            entry.sessions = settings.calendar().of(entry.exchange);
        }
        boolean cancelled = tick.kind() == TickKind.CANCELLATION;
        boolean counts = !cancelled && (settings.outsideSession() || entry.sessions.isOpen(time));
        InstrumentBook book = entry.book;
        InstrumentBook.Verdict verdict =
                book.accept(
                        tick.sequenceNumber(),
                        TradeKeys.of(
                                tick.bytes(), tick.start(Text.TRADE_ID), tick.end(Text.TRADE_ID)),
                        time,
                        cancelled ? 0 : FixedPoint.of(tick.price()),
                        cancelled ? 0 : FixedPoint.of(tick.size()),
                        counts,
                        entry.watermark());
        switch (verdict) {
            case ACCEPTED -> {
                accepted.inc();
                entry.count();
                entry.setChanged();
                entry.setTimer();
                acceptedTicks.add(tick);
            }
            case DUPLICATE -> duplicates.inc();
            case LATE -> {
                late.inc();
                letter(
                        message,
                        DeadLetter.Kind.LATE,
                        "late",
                        "event_time",
                        String.valueOf(time),
                        "The tick came more than the allowed lateness after its time; the watermark"
                                + " was "
                                + entry.watermark()
                                + ".");
            }
        }
        if (book.isEmpty()) {
            remove(entry);
        }
    }

    private void remove(Entry entry) {
        entries.remove(entry.instrument);
        entry.uncount();
    }

    private Entry load(String instrument) throws Exception {
        Entry entry = new Entry(instrument);
        entry.load();
        entries.put(instrument, entry);
        return entry;
    }

    private void letter(
            TickMessage message,
            DeadLetter.Kind kind,
            String reason,
            String field,
            String found,
            String sentence) {
        output.collect(
                DEAD_LETTERS,
                new StreamRecord<>(new RefusedTick(message, kind, reason, field, found, sentence)));
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // Before the timers that it sets off.
        drained = mark.getTimestamp() == Long.MAX_VALUE;
        if (!drained) {
            watermark = mark.getTimestamp();
        }
        super.processWatermark(mark);
        emitted = watermark;
        // In batch mode the end of time is over already, and there is no life after.
        if (drained && timers.currentWatermark() == Long.MAX_VALUE) {
            // For the life after; any sooner, this watermark would set them off at once.
            entries.values().forEach(Entry::setTimer);
        }
    }

    @Override
    public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
        String instrument = timer.getKey();
        Entry entry = entries.get(instrument);
        if (entry == null) {
            entry = load(instrument);
        }
        entry.timer = Long.MAX_VALUE;
        // In batch mode each instrument has the end of time after its last tick.
        entry.advance(timers.currentWatermark());
        if (entry.book.isEmpty()) {
            remove(entry);
        } else if (!drained) {
            entry.setTimer();
        }
    }

    @Override
    public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
        throw new IllegalStateException("No timer of processing time is ever set.");
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        requireAccounted();
        acceptedTicks.flush();
        for (Entry entry : changed) {
            entry.isChanged = false;
            entry.book.flush(buffer);
            entry.count();
        }
        changed.clear();
        if (liveBytes > settings.maxHeap()) {
            dropQuiet();
        }
        checkpoints++;
        output.collect(PARTS, new StreamRecord<>(meter.take()));
    }

    @Override
    public void finish() throws Exception {
        acceptedTicks.flush();
        output.collect(PARTS, new StreamRecord<>(meter.take()));
        super.finish();
    }

    private void requireAccounted() {
        long rejected = rejects.values().stream().mapToLong(Counter::getCount).sum();
        long known = accepted.getCount() + duplicates.getCount() + late.getCount() + rejected;
        if (ticks.getCount() != known) {
            throw new IllegalStateException(
                    "Of "
                            + ticks.getCount()
                            + " ticks "
                            + known
                            + " are accounted for: "
                            + accepted.getCount()
                            + " accepted, "
                            + duplicates.getCount()
                            + " duplicates, "
                            + late.getCount()
                            + " late, "
                            + rejected
                            + " rejected.");
        }
    }

    /** Drops books that were not used since the last checkpoint, then others, until few enough. */
    private void dropQuiet() {
        for (long quiet = checkpoints - 1; quiet <= checkpoints; quiet++) {
            long since = quiet;
            entries.values()
                    .removeIf(
                            entry -> {
                                if (liveBytes <= settings.maxHeap()
                                        || entry.usedAfterCheckpoint > since) {
                                    return false;
                                }
                                entry.uncount();
                                return true;
                            });
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        snapshotWatermarks();
        snapshotIntervals();
        counters.snapshot();
    }

    private void snapshotIntervals() throws Exception {
        long now = remembered;
        for (Tuple3<Integer, Integer, Long> range : watermarkState.get()) {
            now = Math.max(now, books.remembered(range.f2));
        }
        BarIntervals intervals = books.intervals();
        List<Tuple3<Long, Long, Long>> all = new ArrayList<>();
        for (int interval = 0; interval < intervals.count(); interval++) {
            all.add(Tuple3.of(intervals.millis(interval), intervals.since(interval), now));
        }
        intervalsState.update(all);
    }

    private void snapshotWatermarks() throws Exception {
        List<Tuple3<Integer, Integer, Long>> watermarks = new ArrayList<>();
        List<Tuple3<Integer, Integer, Long>> oldest = new ArrayList<>();
        for (int i = 0; i < keyGroups.getNumberOfKeyGroups(); i++) {
            int keyGroup = keyGroups.getStartKeyGroup() + i;
            long reached = Math.max(watermark, floors[i]);
            append(watermarks, keyGroup, reached);
            append(oldest, keyGroup, Math.max(books.oldest(reached), horizons[i]));
        }
        watermarkState.update(watermarks);
        horizonState.update(oldest);
    }

    /** Lengthens the last range by a key group of the same time, or begins another. */
    private static void append(
            List<Tuple3<Integer, Integer, Long>> ranges, int keyGroup, long time) {
        Tuple3<Integer, Integer, Long> last =
                ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null && last.f2 == time) {
            last.f1 = keyGroup;
        } else {
            ranges.add(Tuple3.of(keyGroup, keyGroup, time));
        }
    }
}
