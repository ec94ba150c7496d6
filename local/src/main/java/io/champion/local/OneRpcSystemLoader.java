package io.champion.local;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rpc.AddressResolution;
import org.apache.flink.runtime.rpc.RpcSystem;
import org.apache.flink.runtime.rpc.RpcSystemLoader;
import org.apache.flink.runtime.rpc.pekko.PekkoRpcSystemLoader;

/**
 * One RPC system for all clusters that a process starts. Flink's own loader unpacks 20 MB for each
 * cluster and loads some thousand classes from there, which no archive of classes and no compiled
 * code of an earlier cluster is good for. Where what it unpacks is on the class path already, as it
 * is for the launcher, nothing is unpacked at all.
 */
public final class OneRpcSystemLoader implements RpcSystemLoader {

    private static final String PEKKO = "org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem";

    private static RpcSystem system;

    /** Before Flink's own, whose priority is 0. */
    @Override
    public int getLoadPriority() {
        return -1;
    }

    @Override
    public RpcSystem loadRpcSystem(Configuration configuration) {
        synchronized (OneRpcSystemLoader.class) {
            if (system == null) {
                RpcSystem loaded = load(configuration);
                Runtime.getRuntime().addShutdownHook(new Thread(loaded::close, "rpc-system-close"));
                system = new Kept(loaded);
            }
            return system;
        }
    }

    private static RpcSystem load(Configuration configuration) {
        try {
            return (RpcSystem) Class.forName(PEKKO).getDeclaredConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            return new PekkoRpcSystemLoader().loadRpcSystem(configuration);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Flink's RPC system could not be made.", e);
        }
    }

    /** Stays when the cluster that asked for it is closed. */
    private record Kept(RpcSystem system) implements RpcSystem {

        @Override
        public RpcServiceBuilder localServiceBuilder(Configuration configuration) {
            return system.localServiceBuilder(configuration);
        }

        @Override
        public RpcServiceBuilder remoteServiceBuilder(
                Configuration configuration, String externalAddress, String externalPortRange) {
            return system.remoteServiceBuilder(configuration, externalAddress, externalPortRange);
        }

        @Override
        public String getRpcUrl(
                String host,
                int port,
                String endpoint,
                AddressResolution resolution,
                Configuration configuration)
                throws UnknownHostException {
            return system.getRpcUrl(host, port, endpoint, resolution, configuration);
        }

        @Override
        public InetSocketAddress getInetSocketAddressFromRpcUrl(String url) throws Exception {
            return system.getInetSocketAddressFromRpcUrl(url);
        }

        @Override
        public long getMaximumMessageSizeInBytes(Configuration configuration) {
            return system.getMaximumMessageSizeInBytes(configuration);
        }

        @Override
        public void close() {}
    }
}
