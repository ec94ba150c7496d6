package io.champion.cli;

import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.warehouse.ClickHouse;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Shows the lake to the embedded engine: a database {@code lake} with one view per dataset that has
 * files, under the name of the dataset's table.
 */
final class LakeViews {

    static final String DATABASE = "lake";

    private LakeViews() {}

    /** Makes the views anew; datasets without files have none. */
    static void refresh(ClickHouse clickHouse, Path lake) {
        clickHouse.execute("CREATE DATABASE IF NOT EXISTS " + DATABASE);
        for (Dataset dataset : Datasets.sorted()) {
            String view = DATABASE + "." + ClickHouse.identifier(dataset.table());
            if (hasFiles(lake, dataset)) {
                clickHouse.execute(
                        "CREATE OR REPLACE VIEW " + view + " AS " + select(lake, dataset));
            } else {
                clickHouse.execute("DROP VIEW IF EXISTS " + view);
            }
        }
    }

    private static String select(Path lake, Dataset dataset) {
        List<Column> columns = TypeMapping.columns(dataset.schema());
        // Columns by name and types by contract: a file written before a field was added still
        // fits.
        String names =
                columns.stream()
                        .map(column -> ClickHouse.identifier(column.name()))
                        .collect(Collectors.joining(", "));
        String structure =
                columns.stream()
                        .map(column -> column.name() + " " + TypeMapping.clickHouse(column.type()))
                        .collect(Collectors.joining(", "));
        return "SELECT "
                + names
                + " FROM file("
                + ClickHouse.literal(lake + "/" + Datasets.glob(dataset))
                + ", 'Parquet', "
                + ClickHouse.literal(structure)
                + ")";
    }

    private static boolean hasFiles(Path lake, Dataset dataset) {
        return hasFiles(lake, Datasets.glob(dataset).split("/"), 0);
    }

    private static boolean hasFiles(Path folder, String[] globs, int level) {
        if (level == globs.length) {
            return true;
        }
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, globs[level])) {
            for (Path entry : entries) {
                if (hasFiles(entry, globs, level + 1)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UserException(
                    ExitCode.FAILED, "The lake's folder " + folder + " cannot be read: " + e, e);
        }
    }
}
