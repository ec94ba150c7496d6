package io.champion.warehouse;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a process so that another on the same machine can tell whether it still lives.
 *
 * @param name process and host, for people
 * @param pid its number
 * @param space where that number means the same process: a boot of a machine and a PID namespace;
 *     empty where the system does not say, and then nobody is taken for dead
 */
record LockHolder(String name, long pid, String space) {

    private static final Pattern FORM = Pattern.compile("(\\S*) with pid (\\d+) in (\\S*)");

    static final LockHolder THIS_PROCESS =
            new LockHolder(
                    ManagementFactory.getRuntimeMXBean().getName().replaceAll("\\s", "_"),
                    ProcessHandle.current().pid(),
                    thisSpace());

    private static String thisSpace() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip()
                    + "/"
                    + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
        } catch (IOException e) {
            // Not Linux: a dead holder is waited for until its lease ends.
            return "";
        }
    }

    /** Reads what {@link #toString} wrote; null if it is something else. */
    static LockHolder parse(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? new LockHolder(parts.group(1), Long.parseLong(parts.group(2)), parts.group(3))
                : null;
    }

    /** Whether it is certain that the process is gone. */
    boolean isDead() {
        return !space.isEmpty()
                && space.equals(THIS_PROCESS.space)
                && ProcessHandle.of(pid).isEmpty();
    }

    @Override
    public String toString() {
        return name + " with pid " + pid + " in " + space;
    }
}
