package io.champion.bhavcopy;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * All files of one session and family: what is read, merged and replaced together.
 *
 * @param date the session, or null for files that have none
 * @param rejectsDate date that its rejects are kept under: the session, or else the day of the run
 * @param files in the order of {@link IngestPlan#PUBLISHED}
 */
public record Session(
        Family family,
        @TypeInfo(LocalDateTypeInfoFactory.class) LocalDate date,
        @TypeInfo(LocalDateTypeInfoFactory.class) LocalDate rejectsDate,
        List<PlannedFile> files)
        implements Serializable {

    /** Id of the dataset that takes the rejects. */
    static final String REJECTS = "quarantine.rejects";

    /** The partitions that the session's rows go to, and that a run replaces as a whole. */
    public List<PartitionKey> partitions() {
        Set<PartitionKey> partitions = new LinkedHashSet<>();
        for (Dataset dataset : family.datasets()) {
            // A dataset without sessions has one partition, whatever the day.
            partitions.add(dataset.partitionOf(rejectsDate));
            partitions.add(rejectsOf(dataset.name()));
        }
        return List.copyOf(partitions);
    }

    /** The partition that takes the rejects of rows meant for a dataset. */
    PartitionKey rejectsOf(String dataset) {
        return new PartitionKey(REJECTS, "quarantine/" + dataset, "date=" + rejectsDate);
    }

    @Override
    public String toString() {
        return family.name().toLowerCase(Locale.ROOT) + (date == null ? "" : " " + date);
    }
}
