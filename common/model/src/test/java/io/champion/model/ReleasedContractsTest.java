package io.champion.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReleasedContractsTest {

    private static final Path RELEASED = Path.of("../../schemas/avro/released");

    @Test
    void theIndexNamesEveryFile() throws Exception {
        List<String> files;
        try (Stream<Path> all = Files.walk(RELEASED)) {
            files =
                    all.filter(file -> file.toString().endsWith(".avsc"))
                            .map(file -> RELEASED.relativize(file).toString())
                            .sorted()
                            .toList();
        }
        assertThat(Files.readAllLines(RELEASED.resolve("index"))).isEqualTo(files);
    }

    @Test
    void everyContractIsAmongThem() {
        assertThat(ReleasedContracts.all())
                .containsAll(Dataset.all().stream().map(Dataset::schema).toList());
    }
}
