package io.champion.jdbc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.IOUtils;

/**
 * Adds columns of a table of reference data to rows, and remembers what it found, or that there was
 * nothing, for a while. A database that fails is asked again a few times, later each time; then the
 * job fails for good.
 *
 * <p>Metrics: {@code lookupHits} (answered from memory), {@code lookupMisses} (asked of the
 * database), {@code lookupUnknown} (no such row), {@code lookupHitRate} and {@code
 * lookupCacheEntries}.
 */
final class LookupRows extends RichMapFunction<Row, Row> implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    /** What it counts: rows for which the table has a row, and those without. */
    static final String FOUND = "lookup.found";

    static final String UNKNOWN = "lookup.unknown";

    private static final int ATTEMPTS = 6;

    private final LookupTable lookup;
    private final Duration firstDelay;

    private transient Cache<List<Object>, Object[]> cache;
    private transient RetryPolicy<Object[]> retries;
    private transient Connection connection;
    private transient PreparedStatement query;
    private transient Counter hits;
    private transient Counter misses;
    private transient Counter unknown;
    private transient Tally tally;

    /** What is remembered of a key that the table does not have. */
    private static final Object[] NOTHING = {};

    LookupRows(LookupTable lookup) {
        this(lookup, Duration.ofMillis(500));
    }

    /**
     * @param firstDelay before the database is asked again; doubled each time
     */
    LookupRows(LookupTable lookup, Duration firstDelay) {
        this.lookup = lookup;
        this.firstDelay = firstDelay;
    }

    @Override
    public void open(OpenContext context) {
        cache =
                Caffeine.newBuilder()
                        .maximumSize(lookup.cacheEntries())
                        .expireAfterWrite(lookup.cacheAge())
                        // No thread of a pool that outlives the job.
                        .executor(Runnable::run)
                        .build();
        retries =
                RetryPolicy.<Object[]>builder()
                        .handleIf(
                                failure ->
                                        failure instanceof SQLException sql
                                                && PostgresException.isTransient(sql))
                        .withMaxAttempts(ATTEMPTS)
                        .withBackoff(firstDelay, firstDelay.multipliedBy(1L << ATTEMPTS))
                        .onRetry(event -> disconnect())
                        .build();
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        hits = metrics.counter("lookupHits");
        misses = metrics.counter("lookupMisses");
        unknown = metrics.counter("lookupUnknown");
        metrics.gauge(
                "lookupHitRate",
                () -> {
                    long all = hits.getCount() + misses.getCount();
                    return all == 0 ? 0.0 : (double) hits.getCount() / all;
                });
        metrics.gauge("lookupCacheEntries", () -> cache.estimatedSize());
    }

    @Override
    public Row map(Row row) {
        List<Object> key = new ArrayList<>(lookup.positions().size());
        for (int position : lookup.positions()) {
            key.add(row.getField(position));
        }
        Object[] found = cache.getIfPresent(key);
        if (found == null) {
            misses.inc();
            found = ask(key);
            cache.put(key, found);
        } else {
            hits.inc();
        }
        int arity = row.getArity();
        Row complete = new Row(arity + lookup.columns().size());
        for (int i = 0; i < arity; i++) {
            complete.setField(i, row.getField(i));
        }
        if (found == NOTHING) {
            unknown.inc();
            tally.counter(UNKNOWN).add(1L);
        } else {
            tally.counter(FOUND).add(1L);
            for (int i = 0; i < found.length; i++) {
                complete.setField(arity + i, found[i]);
            }
        }
        return complete;
    }

    private Object[] ask(List<Object> key) {
        if (key.stream().anyMatch(Objects::isNull)) {
            return NOTHING;
        }
        try {
            return Failsafe.with(retries).get(() -> find(key));
        } catch (FailsafeException e) {
            if (!(e.getCause() instanceof SQLException sql)) {
                throw e;
            }
            throw new PostgresException(
                    "Nothing can be looked up in the table "
                            + lookup.table()
                            + (PostgresException.isTransient(sql)
                                    ? " after " + ATTEMPTS + " attempts"
                                    : "")
                            + ". "
                            + PostgresException.of(lookup.server(), sql).getMessage(),
                    sql);
        }
    }

    private Object[] find(List<Object> key) throws SQLException {
        if (connection == null) {
            connection = lookup.server().connect();
            connection.setReadOnly(true);
            query = connection.prepareStatement(lookup.query());
        }
        for (int i = 0; i < key.size(); i++) {
            lookup.key().get(i).type().set(query, i + 1, key.get(i));
        }
        try (ResultSet rows = query.executeQuery()) {
            if (!rows.next()) {
                return NOTHING;
            }
            Object[] values = new Object[lookup.columns().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(rows, i + 1, lookup.columns().get(i).type());
            }
            return values;
        }
    }

    private static Object value(ResultSet rows, int column, PgType type) throws SQLException {
        Object value =
                switch (type) {
                    case BOOLEAN -> rows.getBoolean(column);
                    case INTEGER -> rows.getInt(column);
                    case BIGINT -> rows.getLong(column);
                    case REAL -> rows.getFloat(column);
                    case DOUBLE -> rows.getDouble(column);
                    case NUMERIC -> rows.getBigDecimal(column);
                    case DATE -> rows.getObject(column, LocalDate.class);
                    default -> rows.getString(column);
                };
        return rows.wasNull() ? null : value;
    }

    private void disconnect() {
        IOUtils.closeQuietly(connection);
        connection = null;
        query = null;
    }

    @Override
    public void close() {
        disconnect();
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        tally = new Tally(getRuntimeContext(), context, List.of(FOUND, UNKNOWN));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        tally.snapshot();
    }
}
