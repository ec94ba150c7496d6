package io.champion.runtime;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Finds the files that an input names: a file, a folder with all below it, or a glob ({@code *} and
 * {@code ?} within a name, {@code **} across folders). Hidden files, whose names start with a dot
 * or an underscore, are left out of folders and globs.
 */
public final class Inputs {

    private Inputs() {}

    /**
     * A file found.
     *
     * @param named whether the input names this very file
     */
    public record Found(FileStatus status, boolean named) {}

    /**
     * All files that the inputs name, each once, in the order of their paths.
     *
     * @throws InputException if an input names nothing
     */
    public static List<Found> find(List<String> inputs) throws IOException {
        Map<String, Found> found = new LinkedHashMap<>();
        for (String input : inputs) {
            for (Found file : find(input)) {
                found.merge(file.status().getPath().toString(), file, (a, b) -> a.named() ? a : b);
            }
        }
        return found.values().stream()
                .sorted(Comparator.comparing(file -> file.status().getPath().toString()))
                .toList();
    }

    private static List<Found> find(String input) throws IOException {
        if (input.isBlank()) {
            throw new InputException("An input is blank: give a file, a folder or a glob.");
        }
        Path path = path(input);
        FileSystem fileSystem = path.getFileSystem();
        FileStatus status = status(fileSystem, path);
        List<Found> found = new ArrayList<>();
        if (status != null && !status.isDir()) {
            return List.of(new Found(status, true));
        } else if (status != null) {
            walk(fileSystem, path, Pattern.compile(".*", Pattern.DOTALL), found);
        } else if (isGlob(input)) {
            String text = path.toString();
            int wildcard = firstWildcard(text);
            Path root = new Path(text.substring(0, text.lastIndexOf('/', wildcard) + 1));
            if (status(fileSystem, root) != null) {
                walk(fileSystem, root, globPattern(path.getPath()), found);
            }
        } else {
            throw new InputException("There is no file or folder " + input + ".");
        }
        if (found.isEmpty()) {
            throw new InputException("The input " + input + " names no file.");
        }
        return found;
    }

    private static Path path(String input) throws InputException {
        try {
            boolean local = input.indexOf("://") < 0 && !input.startsWith("file:");
            return local
                    ? Path.fromLocalFile(new java.io.File(input).getAbsoluteFile())
                    : new Path(input);
        } catch (IllegalArgumentException e) {
            throw new InputException("The input " + input + " is no path: " + e.getMessage(), e);
        }
    }

    private static FileStatus status(FileSystem fileSystem, Path path) throws IOException {
        try {
            return fileSystem.getFileStatus(path);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private static void walk(FileSystem fileSystem, Path folder, Pattern pattern, List<Found> found)
            throws IOException {
        FileStatus[] children = fileSystem.listStatus(folder);
        if (children == null) {
            return;
        }
        Arrays.sort(children, Comparator.comparing(child -> child.getPath().toString()));
        for (FileStatus child : children) {
            String name = child.getPath().getName();
            if (name.startsWith(".") || name.startsWith("_")) {
                continue;
            }
            if (child.isDir()) {
                walk(fileSystem, child.getPath(), pattern, found);
            } else if (pattern.matcher(child.getPath().getPath()).matches()) {
                found.add(new Found(child, false));
            }
        }
    }

    private static boolean isGlob(String input) {
        return firstWildcard(input) >= 0;
    }

    private static int firstWildcard(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("*?[{".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static Pattern globPattern(String glob) throws InputException {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '*' && glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (c == '*' && glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '{') {
                braces++;
                regex.append("(?:");
            } else if (c == '}' && braces > 0) {
                braces--;
                regex.append(')');
            } else if (c == ',' && braces > 0) {
                regex.append('|');
            } else if (c == '[' && glob.indexOf(']', i) > i + 1) {
                int end = glob.indexOf(']', i);
                String set = glob.substring(i + 1, end).replace("\\", "\\\\");
                regex.append('[').append(set.replaceFirst("^!", "^")).append(']');
                i = end;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        if (braces > 0) {
            throw new InputException("The glob " + glob + " has a brace that is not closed.");
        }
        try {
            return Pattern.compile(regex.toString());
        } catch (java.util.regex.PatternSyntaxException e) {
            throw new InputException("The glob " + glob + " is malformed.", e);
        }
    }
}
