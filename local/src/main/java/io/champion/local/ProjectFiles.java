package io.champion.local;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what the build leaves in the project's folders. */
public final class ProjectFiles {

    private static final String ROOT_PROPERTY = "champion.root";

    private ProjectFiles() {}

    /**
     * Looks below the project's root: the system property champion.root, else whatever lies above
     * the working directory or above this code.
     */
    public static Optional<Path> find(Path relative) {
        String root = System.getProperty(ROOT_PROPERTY);
        Stream<Path> configured = root == null ? Stream.empty() : Stream.of(Path.of(root));
        return Stream.concat(configured, Stream.of(Path.of(""), locationOf(ProjectFiles.class)))
                .map(Path::toAbsolutePath)
                .flatMap(start -> Stream.iterate(start, path -> path != null, Path::getParent))
                .map(folder -> folder.resolve(relative))
                .filter(Files::exists)
                .findFirst();
    }

    /** The jar or folder that a class was loaded from. */
    static Path locationOf(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalStateException(type + " was not loaded from a file.");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(source.getLocation() + " is no path.", e);
        }
    }
}
