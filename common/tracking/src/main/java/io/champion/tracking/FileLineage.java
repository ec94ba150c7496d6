package io.champion.tracking;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a run made of which files: its artifact {@code lineage.json}, at once, and once more with
 * the files' hashes when these are known, with the metrics {@code bytes} and {@code
 * bytes_per_second}.
 *
 * @param job its name
 * @param run id of the run
 * @param started when it began to read
 * @param took how long it took
 * @param inputs rows that were read of each file
 * @param outputs rows that were written to each dataset
 */
public record FileLineage(
        String job,
        String run,
        Instant started,
        Duration took,
        Map<String, Long> inputs,
        Map<String, Long> outputs) {

    /** Puts it on record. */
    public void describe(TrackedRun.Builder record) {
        record.artifact(Lineage.FILE, lineage(file -> null)).afterwards(this::describeFiles);
    }

    private void describeFiles(TrackedRun.Builder record) throws IOException {
        FileHashes hashes = FileHashes.of(started, inputs.keySet());
        record.artifact(Lineage.FILE, lineage(hashes::version))
                .metric("bytes", hashes.bytes())
                .metric("bytes_per_second", hashes.bytes() * 1000.0 / took.toMillis());
    }

    private byte[] lineage(UnaryOperator<String> version) {
        List<Lineage.Item> from = new ArrayList<>();
        inputs.forEach((file, rows) -> from.add(new Lineage.Item(file, version.apply(file), rows)));
        List<Lineage.Item> to = new ArrayList<>();
        outputs.forEach((dataset, rows) -> to.add(new Lineage.Item(dataset, null, rows)));
        return new Lineage(job, run, from, to).toJson();
    }
}
