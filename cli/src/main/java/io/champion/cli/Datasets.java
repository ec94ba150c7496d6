package io.champion.cli;

import io.champion.model.Dataset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Datasets as a person names them, and where their files are. */
final class Datasets {
    private Datasets() {}

    /** All datasets: layer by layer, then by name. */
    static List<Dataset> sorted() {
        return Dataset.all().stream()
                .sorted(Comparator.comparing(Dataset::layer).thenComparing(Dataset::name))
                .toList();
    }

    /**
     * The dataset of an id such as {@code normalized.equity_ohlc}, or of its table.
     *
     * @throws UserException if there is none
     */
    static Dataset find(String name) {
        String wanted = name.replace('/', '.');
        return Dataset.all().stream()
                .filter(d -> d.id().equals(wanted) || d.table().equals(wanted))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UserException(
                                        ExitCode.USAGE,
                                        "There is no dataset '"
                                                + name
                                                + "'. Known: "
                                                + sorted().stream()
                                                        .map(Dataset::id)
                                                        .collect(Collectors.joining(", "))
                                                + "."));
    }

    /** Folders of a dataset's partitions below the lake's root, as a glob. */
    static String partitionGlob(Dataset dataset) {
        StringBuilder glob =
                new StringBuilder(
                        dataset.folderField() != null
                                ? dataset.layer().folder() + "/*"
                                : dataset.folder());
        dataset.partitionBy().forEach(level -> glob.append('/').append(level).append("=*"));
        return glob.toString();
    }

    /** All files of a dataset below the lake's root, as a glob. */
    static String glob(Dataset dataset) {
        return partitionGlob(dataset) + "/*.parquet";
    }
}
