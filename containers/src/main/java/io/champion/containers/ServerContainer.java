package io.champion.containers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.champion.local.Loopback;
import io.champion.local.ProjectFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * A server in a container that can be killed and started again: on the same data, and on the same
 * ports, which are published on 127.0.0.1 alone.
 *
 * @param <S> the class itself
 */
public abstract class ServerContainer<S extends ServerContainer<S>> extends GenericContainer<S> {

    /** What {@code deploy/test-images/build} makes. */
    static final String IMAGE = "champion-test/base:bookworm-1";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long POLL_MS = 50;

    /** Published port of each port inside. */
    private final Map<Integer, Integer> ports = new LinkedHashMap<>();

    /**
     * A container that is not started yet.
     *
     * @param inside the ports that the server listens on
     * @throws IOException if no ports are free
     */
    ServerContainer(int... inside) throws IOException {
        super(DockerImageName.parse(IMAGE));
        // Fixed ones: an engine gives a container that starts again other free ports.
        List<Integer> free = Loopback.freePorts(inside.length);
        for (int i = 0; i < inside.length; i++) {
            ports.put(inside[i], free.get(i));
        }
        withCreateContainerCmdModifier(this::publish);
        waitingFor(
                new AbstractWaitStrategy() {
                    @Override
                    protected void waitUntilReady() {
                        awaitAnswer();
                    }
                });
    }

    private void publish(CreateContainerCmd command) {
        command.withExposedPorts(ports.keySet().stream().map(ExposedPort::tcp).toList());
        Objects.requireNonNull(command.getHostConfig())
                .withPortBindings(
                        ports.entrySet().stream()
                                .map(
                                        port ->
                                                new PortBinding(
                                                        Ports.Binding.bindIpAndPort(
                                                                "127.0.0.1", port.getValue()),
                                                        ExposedPort.tcp(port.getKey())))
                                .toList());
    }

    /** The port on 127.0.0.1 of one inside. */
    final int published(int inside) {
        return ports.get(inside);
    }

    /** A file or folder that the build left in the project. */
    static Path built(Path relative) {
        return ProjectFiles.find(relative)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "There is no "
                                                + relative
                                                + " in the project; 'mvn verify -pl containers"
                                                + " -am' makes it."));
    }

    /** Whether the server takes clients; asked until it does. */
    abstract boolean answers();

    private void awaitAnswer() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (!isUp() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        getClass().getSimpleName() + " does not take clients:\n" + logTail());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while a server starts.", e);
            }
        }
    }

    private boolean isUp() {
        return Boolean.TRUE.equals(
                getDockerClient()
                        .inspectContainerCmd(getContainerId())
                        .exec()
                        .getState()
                        .getRunning());
    }

    private String logTail() {
        List<String> lines = getLogs().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /** Ends the server by SIGKILL, as a machine that loses power does. */
    public void kill() {
        getDockerClient().killContainerCmd(getContainerId()).exec();
    }

    /** Starts the server again, after {@link #kill}, and waits until it takes clients. */
    public void startAgain() {
        getDockerClient().startContainerCmd(getContainerId()).exec();
        awaitAnswer();
    }

    /** Stops the server in good order, starts it again and waits until it takes clients. */
    public void restart() {
        getDockerClient().restartContainerCmd(getContainerId()).exec();
        awaitAnswer();
    }
}
