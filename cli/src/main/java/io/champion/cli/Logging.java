package io.champion.cli;

import java.nio.file.Path;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.LoggerFactory;

/** Where the log goes. The file is made when something is logged first. */
final class Logging {

    private static final String FILE = "champion.log.file";

    private Logging() {}

    /** Sends the log to a file. */
    static synchronized void to(Path file) {
        String before = System.setProperty(FILE, file.toString());
        if (before != null && !before.equals(file.toString())) {
            Configurator.reconfigure();
        }
    }

    /** The log file, or null if no home was known yet. */
    static String file() {
        return System.getProperty(FILE);
    }

    /** Writes down a failure with its stack trace. */
    static void failure(String command, Throwable failure) {
        if (file() != null) {
            LoggerFactory.getLogger("champion").error("'{}' failed.", command, failure);
        }
    }
}
