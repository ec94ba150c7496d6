package io.champion.kafka;

import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.scram.ScramExtensionsCallback;

/**
 * Tells a Kafka client its user and password out of the environment of the process that connects,
 * so that client properties, which travel in job graphs and are logged, hold no secret.
 */
public final class EnvironmentLogin implements AuthenticateCallbackHandler {

    static final String NAME = "KAFKA";

    @Override
    public void configure(
            Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {}

    @Override
    public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        Credentials credentials =
                Credentials.from(environment(), NAME)
                        .orElseThrow(
                                () ->
                                        new ConfigException(
                                                "Kafka asks for a user, but the environment names"
                                                        + " none: set KAFKA_USER, and KAFKA_PASSWORD"
                                                        + " or KAFKA_PASSWORD_FILE."));
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback name) {
                name.setName(credentials.user());
            } else if (callback instanceof PasswordCallback password) {
                password.setPassword(credentials.password().toCharArray());
            } else if (!(callback instanceof ScramExtensionsCallback
                    || callback instanceof SaslExtensionsCallback)) {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public void close() {}
}
