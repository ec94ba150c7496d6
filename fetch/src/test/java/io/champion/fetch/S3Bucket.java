package io.champion.fetch;

import io.champion.local.S3Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** A bucket of an S3 server on loopback. */
final class S3Bucket implements AutoCloseable {

    static final String NAME = "flatfiles";
    static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(S3Server.IDENTITY, S3Server.SECRET));

    private final S3Server server;
    private final S3Client client;

    private S3Bucket(S3Server server) {
        this.server = server;
        this.client =
                S3Client.builder()
                        .endpointOverride(URI.create(server.url()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(CREDENTIALS)
                        .forcePathStyle(true)
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
    }

    static S3Bucket start(Path folder) throws Exception {
        return new S3Bucket(S3Server.start(folder, NAME));
    }

    String url() {
        return server.url();
    }

    void put(String key, byte[] bytes) {
        client.putObject(b -> b.bucket(NAME).key(key), RequestBody.fromBytes(bytes));
    }

    void putInParts(String key, byte[] bytes, int partSize) {
        String upload = client.createMultipartUpload(b -> b.bucket(NAME).key(key)).uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int start = 0; start < bytes.length; start += partSize) {
            byte[] part =
                    Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + partSize));
            int number = parts.size() + 1;
            String etag =
                    client.uploadPart(
                                    b ->
                                            b.bucket(NAME)
                                                    .key(key)
                                                    .uploadId(upload)
                                                    .partNumber(number),
                                    RequestBody.fromBytes(part))
                            .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        client.completeMultipartUpload(
                b -> b.bucket(NAME).key(key).uploadId(upload).multipartUpload(m -> m.parts(parts)));
    }

    String etag(String key) {
        return client.headObject(b -> b.bucket(NAME).key(key)).eTag();
    }

    void delete(String key) {
        client.deleteObject(b -> b.bucket(NAME).key(key));
    }

    /** Removes all objects. */
    void clear() {
        client.listObjectsV2Paginator(b -> b.bucket(NAME)).contents().stream()
                .map(object -> object.key())
                .toList()
                .forEach(this::delete);
    }

    @Override
    public void close() throws Exception {
        client.close();
        server.close();
    }
}
