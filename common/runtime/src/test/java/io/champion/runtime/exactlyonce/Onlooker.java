package io.champion.runtime.exactlyonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.WarehouseException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;

/**
 * Reads lake and warehouse as their users do, while a run replaces partitions, and remembers what
 * each partition looked like: as before, then as after, and never as anything else.
 */
final class Onlooker implements AutoCloseable {
    private static final String ABSENT = "absent";
    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

    private final ExactlyOnceJob.Options options;
    private final ClickHouseConfig direct;
    private final Set<PartitionKey> partitions;

    /** Contents of each partition in the order in which they were seen, without repetitions. */
    private final Map<String, List<String>> seen = new TreeMap<>();

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private Future<?> looking;
    private int looks;
    private volatile boolean enough;

    private Onlooker(
            ExactlyOnceJob.Options options, ClickHouseConfig direct, Set<PartitionKey> partitions) {
        this.options = options;
        this.direct = direct;
        this.partitions = partitions;
    }

    /**
     * Takes a first look, and goes on until it is closed.
     *
     * @param partitions all that exist, those of the lake
     */
    static Onlooker start(
            ExactlyOnceJob.Options options, ClickHouseConfig direct, Set<PartitionKey> partitions)
            throws Exception {
        Onlooker onlooker = new Onlooker(options, direct, partitions);
        onlooker.look();
        onlooker.looking = onlooker.thread.submit(onlooker::lookOn);
        return onlooker;
    }

    private Void lookOn() throws Exception {
        while (!enough) {
            long start = System.nanoTime();
            try {
                look();
            } catch (WarehouseException e) {
                if (e.kind() != Kind.TRANSIENT) {
                    throw e;
                }
                // ClickHouse is down: no answer is no wrong answer.
            }
            // A look costs as much as the run does meanwhile, so the run has twice the time.
            long took = System.nanoTime() - start;
            LockSupport.parkNanos(Math.max(SHORTEST_PAUSE, 2 * took));
        }
        return null;
    }

    private void look() throws Exception {
        LakeReader lake = new LakeReader(new Path(options.lake().toUri()));
        for (PartitionKey partition : partitions) {
            remember("lake " + partition.location(), content(lake, partition));
        }
        try (ClickHouse clickHouse = ClickHouse.connect(direct)) {
            for (Dataset dataset : KnownRows.DATASETS) {
                contents(clickHouse, dataset).forEach(this::remember);
            }
        }
        looks++;
    }

    private static String content(LakeReader lake, PartitionKey partition) throws Exception {
        long rows = 0;
        long sum = 0;
        Set<String> sources = new TreeSet<>();
        try (CloseableIterator<SpecificRecordBase> read = lake.read(partition)) {
            while (read.hasNext()) {
                SpecificRecordBase row = read.next();
                sources.add(row.get(row.getSchema().getField("source").pos()).toString());
                sum += KnownRows.index(row);
                rows++;
            }
        }
        return rows == 0 ? ABSENT : rows + " rows of " + sources + ", " + sum;
    }

    private Map<String, String> contents(ClickHouse clickHouse, Dataset dataset) {
        String table = "warehouse " + dataset.table() + " ";
        Map<String, String> contents = new HashMap<>();
        seen.keySet().stream()
                .filter(partition -> partition.startsWith(table))
                .forEach(partition -> contents.put(partition, ABSENT));
        clickHouse
                .query(
                        "SELECT _partition_id, concat(toString(count()), ' rows of ',"
                                + " toString(arraySort(groupUniqArray(source))), ', ',"
                                + " toString(sum(cityHash64(event_id, source)))) FROM "
                                + clickHouse.table(dataset.table())
                                + " GROUP BY _partition_id")
                .forEach(row -> contents.put(table + row.getString(1), row.getString(2)));
        return contents;
    }

    private void remember(String partition, String content) {
        List<String> before = seen.computeIfAbsent(partition, p -> new ArrayList<>());
        if (before.isEmpty() || !before.get(before.size() - 1).equals(content)) {
            before.add(content);
        }
    }

    /** Takes a last look, and asserts that no partition was ever seen between old and new. */
    void assertNothingBetween() throws Exception {
        close();
        looking.get();
        look();
        assertThat(looks).as("looks at the stores").isGreaterThan(2);
        assertThat(seen)
                .as("partitions that were seen to change")
                .anySatisfy((partition, contents) -> assertThat(contents).hasSize(2));
        assertThat(seen)
                .as("contents of each partition, in the order in which they were seen")
                .allSatisfy((partition, contents) -> assertThat(contents).hasSizeBetween(1, 2));
    }

    @Override
    public void close() {
        enough = true;
        thread.shutdown();
    }
}
