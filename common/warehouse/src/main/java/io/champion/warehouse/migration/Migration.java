package io.champion.warehouse.migration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One file of the migrations: {@code NNNN_name.sql}, where the name is that of the table or view it
 * makes. Its statements end with a semicolon and can be run twice.
 *
 * @param text the file, with {@link Placeholders}
 */
record Migration(int version, String name, String text) {

    private static final Pattern FILE = Pattern.compile("(\\d{4})_([a-z][a-z0-9_]*)\\.sql");

    private static final String FOLDER = "champion/ddl";

    /** The file that comes first in any set, by which the folder is found. */
    private static final String FIRST = "0001_database.sql";

    /** The files of this release, in their order. */
    static List<Migration> ofThisRelease() {
        URL first = Migration.class.getClassLoader().getResource(FOLDER + "/" + FIRST);
        if (first == null) {
            throw new IllegalStateException("Missing from the class path: " + FOLDER);
        }
        try {
            URI uri = first.toURI();
            if (!uri.getScheme().equals("jar")) {
                return in(Path.of(uri).getParent());
            }
            String jar = uri.getRawSchemeSpecificPart();
            Path file = Path.of(URI.create(jar.substring(0, jar.indexOf("!/"))));
            // By path and not by URI, because a file system of the latter is shared by all threads.
            try (FileSystem files = FileSystems.newFileSystem(file)) {
                return in(files.getPath(FOLDER));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException("No URI: " + first, e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + first, e);
        }
    }

    /** The files of a folder, in their order. */
    static List<Migration> in(Path folder) throws IOException {
        List<Migration> migrations = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                migrations.add(
                        of(
                                file.getFileName().toString(),
                                Files.readString(file, StandardCharsets.UTF_8)));
            }
        }
        return migrations;
    }

    static Migration of(String file, String text) {
        Matcher parts = FILE.matcher(file);
        if (!parts.matches()) {
            throw new MigrationException(
                    List.of(
                            "The file '"
                                    + file
                                    + "' is no migration: call it NNNN_name.sql, with the next free"
                                    + " number and the name of its table or view."));
        }
        return new Migration(
                Integer.parseInt(parts.group(1)), parts.group(2), text.replace("\r\n", "\n"));
    }

    /** Its file's name. */
    String file() {
        return String.format(Locale.ROOT, "%04d_%s.sql", version, name);
    }

    /** Changes with any change to the file but one of line ends. */
    String checksum() {
        return checksum(text);
    }

    /** Checksum of the first statements. */
    String checksum(int statements) {
        return checksum(String.join(";", Statements.split(text).subList(0, statements)));
    }

    private static String checksum(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JVM has SHA-256.", e);
        }
    }

    /** How many statements it has. */
    int size() {
        return Statements.split(text).size();
    }

    /**
     * Its statements.
     *
     * @throws MigrationException if one has a placeholder that is not known
     */
    List<String> statements(Placeholders placeholders) {
        try {
            return Statements.split(text).stream().map(placeholders::fillIn).toList();
        } catch (IllegalArgumentException e) {
            throw new MigrationException(List.of(file() + ": " + e.getMessage()));
        }
    }
}
