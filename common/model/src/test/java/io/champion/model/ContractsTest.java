package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds every contract of the platform against the rules of all contracts. */
class ContractsTest {

    private static final Path CONTRACTS =
            Path.of(System.getProperty("basedir", "")).resolve("../../schemas/avro").normalize();

    private static final List<String> ENVELOPE =
            List.of(
                    "event_id",
                    "event_time",
                    "ingest_time",
                    "source",
                    "schema_version",
                    "entity_id");

    static List<Dataset> datasets() {
        return List.copyOf(Dataset.all());
    }

    /** Contracts that were released, by the names of their folders. */
    static List<String> released() {
        Path released = CONTRACTS.resolve("released");
        return names(released).stream()
                .filter(name -> Files.isDirectory(released.resolve(name)))
                .toList();
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Schema parse(Path file) {
        try {
            return new Schema.Parser().parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theIndexListsEveryFile() throws IOException {
        assertThat(Files.readAllLines(CONTRACTS.resolve("index")))
                .isEqualTo(
                        names(CONTRACTS).stream().filter(file -> file.endsWith(".avsc")).toList());
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void isInTheListOfDatasets(Dataset dataset) throws IOException {
        String path =
                Stream.concat(
                                Stream.of(
                                        dataset.layer().folder()
                                                + "/"
                                                + (dataset.folderField() == null
                                                        ? folder(dataset)
                                                        : "{" + dataset.folderField() + "}")),
                                dataset.partitionBy().stream().map(level -> level + "="))
                        .collect(Collectors.joining("/"));
        assertThat(Files.readAllLines(CONTRACTS.resolve("../../docs/contracts.md")))
                .contains(
                        "| %s | %s | %s | %s | %s |"
                                .formatted(
                                        dataset.id(),
                                        dataset.schema().getName(),
                                        path,
                                        dataset.table(),
                                        dataset.tablePartition()));
    }

    private static String folder(Dataset dataset) {
        return dataset.schema().getObjectProp("dataset") instanceof Map<?, ?> where
                        && where.get("folder") instanceof String folder
                ? folder
                : dataset.name();
    }

    @Test
    void noTwoShareATableOrAFolder() {
        assertThat(datasets()).extracting(Dataset::table).doesNotHaveDuplicates();
        assertThat(datasets()).extracting(Dataset::id).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void mapsToLakeAndWarehouse(Dataset dataset) {
        assertThat(TypeMapping.parquet(dataset.schema()).getFieldCount())
                .isEqualTo(dataset.schema().getFields().size());
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void beginsWithTheEnvelopeAndRequiresIt(Dataset dataset) {
        List<Column> columns = TypeMapping.columns(dataset.schema());

        assertThat(columns.subList(0, ENVELOPE.size()))
                .extracting(Column::name)
                .isEqualTo(ENVELOPE);
        assertThat(columns.subList(0, ENVELOPE.size()))
                .extracting(column -> column.type().nullable())
                .containsOnly(false);
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void requiresWhatIdentifiesAndPlacesARow(Dataset dataset) {
        Set<String> identity =
                Set.of("symbol", "exchange", "instrument_id", "trade_date", "sequence_number");
        assertThat(TypeMapping.columns(dataset.schema()))
                .filteredOn(
                        column ->
                                identity.contains(column.name())
                                        || column.name().equals(dataset.partitionTime()))
                .allSatisfy(column -> assertThat(column.type().nullable()).isFalse());
    }

    @ParameterizedTest
    @MethodSource("datasets")
    void saysWhatEveryFieldIsAndInWhichUnit(Dataset dataset) {
        Set<Kind> numbers = Set.of(Kind.INT, Kind.LONG, Kind.FLOAT, Kind.DOUBLE, Kind.DECIMAL);
        assertThat(dataset.schema().getDoc()).as(dataset.id()).endsWith(".");
        for (Column column : TypeMapping.columns(dataset.schema())) {
            Field field = dataset.schema().getFields().get(column.position());
            ColumnType value =
                    column.type().kind() == Kind.ARRAY ? column.type().element() : column.type();
            assertThat(field.doc()).as(field.name()).isNotBlank().endsWith(".");
            if (numbers.contains(value.kind())) {
                assertThat(field.getProp("unit")).as("unit of " + field.name()).isNotBlank();
            }
            if (column.type().nullable()) {
                assertThat(field.hasDefaultValue()).as("default of " + field.name()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("released")
    void mayFollowItsLastRelease(String name) {
        Path current = CONTRACTS.resolve(name + ".avsc");
        assertThat(current).as("A released contract stays").exists();
        Path folder = CONTRACTS.resolve("released").resolve(name);

        List<Schema> versions =
                names(folder).stream()
                        .map(file -> parse(folder.resolve(file)))
                        .sorted(Comparator.comparing(ContractEvolution.Version::of))
                        .toList();

        assertThat(names(folder))
                .containsExactlyInAnyOrderElementsOf(
                        versions.stream()
                                .map(version -> ContractEvolution.Version.of(version) + ".avsc")
                                .toList());
        assertThat(ContractEvolution.violations(versions.get(versions.size() - 1), parse(current)))
                .isEmpty();
    }
}
