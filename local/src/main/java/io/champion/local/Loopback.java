package io.champion.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** 127.0.0.1, which every server started here binds to, and no other address. */
public final class Loopback {

    public static final InetAddress ADDRESS = address();

    /**
     * Ports are taken from below the range that systems give to outgoing connections: a client that
     * keeps trying while a server is down could otherwise be given the server's own port.
     */
    private static final int LOWEST_PORT = 15_000;

    private static final int HIGHEST_PORT = 32_767;

    private Loopback() {}

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError("Four bytes are an address.", e);
        }
    }

    /** Ports that nobody listens on, each another one. */
    public static List<Integer> freePorts(int number) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            while (sockets.size() < number) {
                ServerSocket socket = new ServerSocket();
                sockets.add(socket);
                bind(socket);
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static void bind(ServerSocket socket) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int candidate = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try {
                socket.bind(new InetSocketAddress(ADDRESS, candidate));
                return;
            } catch (BindException e) {
                if (attempt == 100) {
                    throw new IOException("No free port was found.", e);
                }
            }
        }
    }
}
