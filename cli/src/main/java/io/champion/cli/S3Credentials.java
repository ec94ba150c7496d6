package io.champion.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/** The keys of an object store: from the environment, or from a profile of the AWS tools. */
final class S3Credentials {

    private static final String KEY = "AWS_ACCESS_KEY_ID";
    private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
    private static final String TOKEN = "AWS_SESSION_TOKEN";

    private S3Credentials() {}

    /**
     * @param profile whose keys are used in place of those of the environment, or null
     */
    static AwsCredentialsProvider of(Map<String, String> environment, String profile) {
        if (profile == null) {
            String key = environment.get(KEY);
            String secret = environment.get(SECRET);
            if (present(key) && present(secret)) {
                return provider(key, secret, environment.get(TOKEN));
            }
            if (present(key) || present(secret)) {
                throw none(
                        "Of "
                                + KEY
                                + " and "
                                + SECRET
                                + " only "
                                + (present(key) ? "the first" : "the second")
                                + " is set; set both.");
            }
        }
        String name =
                profile != null ? profile : environment.getOrDefault("AWS_PROFILE", "default");
        Path file = file(environment);
        if (!Files.isRegularFile(file)) {
            throw none(
                    "There are no credentials for the object store: set "
                            + KEY
                            + " and "
                            + SECRET
                            + ", or write the profile '"
                            + name
                            + "' into "
                            + file
                            + ".");
        }
        Optional<Profile> found =
                ProfileFile.builder()
                        .content(file)
                        .type(ProfileFile.Type.CREDENTIALS)
                        .build()
                        .profile(name);
        Optional<String> key = found.flatMap(p -> p.property("aws_access_key_id"));
        Optional<String> secret = found.flatMap(p -> p.property("aws_secret_access_key"));
        if (key.isEmpty() || secret.isEmpty()) {
            throw none(
                    "The profile '"
                            + name
                            + "' in "
                            + file
                            + (found.isEmpty()
                                    ? " does not exist"
                                    : " lacks aws_access_key_id or aws_secret_access_key")
                            + "; add it, or set "
                            + KEY
                            + " and "
                            + SECRET
                            + ".");
        }
        return provider(
                key.get(),
                secret.get(),
                found.flatMap(p -> p.property("aws_session_token")).orElse(null));
    }

    private static Path file(Map<String, String> environment) {
        String named = environment.get("AWS_SHARED_CREDENTIALS_FILE");
        return present(named)
                ? Path.of(named)
                : Path.of(
                        environment.getOrDefault("HOME", System.getProperty("user.home")),
                        ".aws",
                        "credentials");
    }

    private static boolean present(String value) {
        return value != null && !value.isBlank();
    }

    private static AwsCredentialsProvider provider(String key, String secret, String token) {
        AwsCredentials credentials =
                present(token)
                        ? AwsSessionCredentials.create(key, secret, token)
                        : AwsBasicCredentials.create(key, secret);
        return StaticCredentialsProvider.create(credentials);
    }

    private static UserException none(String message) {
        return new UserException(ExitCode.USAGE, message);
    }
}
