package io.champion.runtime;

import io.champion.lake.LakeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** What bounded runs leave below the home: {@code runs/<run id>/}, a file or more each. */
public final class RunReports {
    private RunReports() {}

    /** The report of a run, if it has no other name. */
    public static final String REPORT = "report.json";

    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    /** An id for a run that starts then: to the millisecond, and in the order of time. */
    public static String id(Instant start) {
        return ID.format(start);
    }

    /**
     * Stores a file of a run, in the place of one of that name.
     *
     * @param runId of {@link #id}
     * @param json its content
     */
    public static void store(Home home, String runId, String name, String json) throws IOException {
        Path file = new Path(home.runs() + "/" + runId + "/" + name);
        FileSystem fileSystem = file.getFileSystem();
        fileSystem.mkdirs(file.getParent());
        LakeFiles.put(fileSystem, file, json.getBytes(StandardCharsets.UTF_8));
    }
}
