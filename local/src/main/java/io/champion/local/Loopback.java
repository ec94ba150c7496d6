package io.champion.local;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** 127.0.0.1, which every server started here binds to, and no other address. */
final class Loopback {

    static final InetAddress ADDRESS = address();

    private Loopback() {}

    private static InetAddress address() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError("Four bytes are an address.", e);
        }
    }
}
