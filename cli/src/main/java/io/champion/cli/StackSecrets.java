package io.champion.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The passwords of the stack of docker-compose.yml: made once, each another one, and kept in an
 * environment file that its owner alone reads.
 *
 * @param file {@code NAME=value}, a line each
 */
record StackSecrets(Path file) {

    /** Variables of docker-compose.yml. */
    static final List<String> NAMES =
            List.of(
                    "CLICKHOUSE_PASSWORD",
                    "CLUSTER_SECRET",
                    "POSTGRES_PASSWORD",
                    "S3_SECRET_KEY",
                    "GRAFANA_PASSWORD");

    private static final int BYTES = 24;

    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    /** Those of a folder; makes the ones that are missing. */
    static StackSecrets of(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("secrets.env");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        List<String> all = new ArrayList<>(lines);
        for (String name : NAMES) {
            if (lines.stream().noneMatch(line -> line.startsWith(name + "="))) {
                all.add(name + "=" + password());
            }
        }
        if (all.size() > lines.size()) {
            Path made =
                    Files.createTempFile(
                            folder, "secrets", null, PosixFilePermissions.asFileAttribute(OWNER));
            Files.write(made, all);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } else if (!Files.getPosixFilePermissions(file).equals(OWNER)) {
            Files.setPosixFilePermissions(file, OWNER);
        }
        return new StackSecrets(file);
    }

    /** Letters and digits of a URL: no server needs them quoted. */
    private static String password() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        // A leading minus could be taken for an option.
        return "p" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** They are of no use without the data that they protect. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
