package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ChildMainTest {

    @Test
    void runsTheOtherMainAndEndsWithTheParent() throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ChildMain.class.getName(),
                                Forever.class.getName(),
                                "a",
                                "b")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
        assertThat(output.readLine()).isEqualTo("[a, b]");
        assertThat(child.isAlive()).isTrue();

        // The pipe closes with the parent, too.
        child.getOutputStream().close();
        assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A program without an end. */
    public static final class Forever {

        private Forever() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println(Arrays.toString(args));
            Thread.currentThread().join();
        }
    }
}
