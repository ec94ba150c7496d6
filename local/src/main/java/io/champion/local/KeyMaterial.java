package io.champion.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A key for 127.0.0.1 and localhost with a self-signed certificate, made by the JDK's keytool.
 *
 * @param keyStore PKCS 12, with the one key
 * @param password of key store and key
 * @param certificate PEM
 */
public record KeyMaterial(Path keyStore, String password, Path certificate) {

    private static final String ALIAS = "server";

    /** Makes key and certificate in a directory, in place of those there. */
    public static KeyMaterial create(Path directory) throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        KeyMaterial keys =
                new KeyMaterial(
                        directory.resolve("server.p12"),
                        HexFormat.of().formatHex(random),
                        directory.resolve("server.pem"));
        Files.deleteIfExists(keys.keyStore);
        keys.keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12");
        keys.keytool("-exportcert", "-rfc", "-file", keys.certificate.toString());
        return keys;
    }

    private void keytool(String... options) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-alias", ALIAS, "-keystore", keyStore.toString()));
        // Arguments are public on a machine, the environment is not.
        command.addAll(List.of("-storepass:env", "STORE_PASSWORD"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("STORE_PASSWORD", password);
        builder.redirectErrorStream(true);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool failed: " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while keytool runs.", e);
        }
    }

    @Override
    public String toString() {
        return "KeyMaterial of " + certificate;
    }
}
