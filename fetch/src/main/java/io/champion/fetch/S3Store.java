package io.champion.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * A bucket of an object store. Every method makes one attempt; what goes wrong is a {@link
 * FileFailure} that tells whether another may succeed.
 */
final class S3Store implements AutoCloseable {

    /**
     * An object, as the store describes it.
     *
     * @param etag without quotes; empty where the store has none
     */
    record Listed(String key, long size, String etag, Instant modified) {}

    /**
     * The bytes of an object, from an offset on.
     *
     * @param isDigested whether the ETag can say anything of the bytes
     */
    record Body(ResponseInputStream<GetObjectResponse> stream, long offset, boolean isDigested)
            implements AutoCloseable {

        InputStream in() {
            return stream;
        }

        /** Ends the connection, so that what is left of the body need not be read. */
        @Override
        public void close() {
            stream.abort();
        }
    }

    private final S3Client client;
    private final String endpoint;
    private final String bucket;

    S3Store(
            URI endpoint,
            String region,
            String bucket,
            AwsCredentialsProvider credentials,
            Duration timeout) {
        this.endpoint = endpoint.toString();
        this.bucket = bucket;
        this.client =
                S3Client.builder()
                        .endpointOverride(endpoint)
                        .region(Region.of(region))
                        .credentialsProvider(credentials)
                        .forcePathStyle(true)
                        // Other stores than Amazon's do not know their checksums; ours are held
                        // against the ETag.
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(
                                o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(timeout)
                                        .socketTimeout(timeout))
                        .build();
    }

    /**
     * One page of the objects whose keys begin with a prefix.
     *
     * @param token of the page, from the page before; null for the first
     * @return the token of the next page, or null if this is the last
     */
    String list(String prefix, String token, Consumer<Listed> into) throws IOException {
        ListObjectsV2Request request =
                ListObjectsV2Request.builder()
                        .bucket(bucket)
                        .prefix(prefix)
                        .continuationToken(token)
                        .build();
        try {
            ListObjectsV2Response page = client.listObjectsV2(request);
            for (S3Object object : page.contents()) {
                into.accept(
                        new Listed(
                                object.key(),
                                object.size(),
                                ETag.plain(object.eTag() == null ? "" : object.eTag()),
                                object.lastModified()));
            }
            return Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    /** What an object is now. */
    Listed head(String key) throws IOException {
        try {
            HeadObjectResponse head =
                    client.headObject(HeadObjectRequest.builder().bucket(bucket).key(key).build());
            return new Listed(
                    key,
                    head.contentLength(),
                    ETag.plain(head.eTag() == null ? "" : head.eTag()),
                    head.lastModified());
        } catch (SdkException e) {
            throw failure(e);
        }
    }

    /** The size of the parts that an object was uploaded in, or 0 where the store does not tell. */
    long partSize(Listed object) throws IOException {
        HeadObjectRequest request =
                HeadObjectRequest.builder()
                        .bucket(bucket)
                        .key(object.key())
                        .ifMatch(quoted(object.etag()))
                        .partNumber(1)
                        .build();
        try {
            HeadObjectResponse head = client.headObject(request);
            boolean told = head.partsCount() != null && head.partsCount() > 0;
            return told ? head.contentLength() : 0;
        } catch (SdkException e) {
            FileFailure failure = failure(e);
            if (failure.isTransient()) {
                throw failure;
            }
            // A store that does not know the question.
            return 0;
        }
    }

    /**
     * Opens the bytes of an object, as it was listed, from an offset on; a store that knows no
     * ranges gives all of them.
     */
    Body open(Listed object, long offset) throws IOException {
        GetObjectRequest.Builder request =
                GetObjectRequest.builder().bucket(bucket).key(object.key());
        if (!object.etag().isEmpty()) {
            request.ifMatch(quoted(object.etag()));
        }
        if (offset > 0) {
            request.range("bytes=" + offset + "-");
        }
        ResponseInputStream<GetObjectResponse> stream;
        try {
            stream = client.getObject(request.build());
        } catch (SdkException e) {
            throw failure(e);
        }
        GetObjectResponse response = stream.response();
        if (!object.etag().isEmpty() && !object.etag().equals(ETag.plain(response.eTag()))) {
            // A store that knows no If-Match.
            stream.abort();
            throw republished(null);
        }
        return new Body(stream, start(response.contentRange()), isDigested(response));
    }

    private static long start(String contentRange) {
        return contentRange != null && contentRange.matches("bytes \\d{1,18}-.*")
                ? Long.parseLong(contentRange.substring(6, contentRange.indexOf('-')))
                : 0;
    }

    /** The ETag of an object that is encrypted with a key of its own is no digest of its bytes. */
    private static boolean isDigested(GetObjectResponse response) {
        ServerSideEncryption encryption = response.serverSideEncryption();
        return response.sseCustomerAlgorithm() == null
                && (encryption == null || encryption == ServerSideEncryption.AES256);
    }

    private static String quoted(String etag) {
        return '"' + etag + '"';
    }

    private static FileFailure republished(Throwable cause) {
        return new FileFailure(
                FileFailure.Kind.REPUBLISHED,
                "It was published again while it was fetched, time and again.",
                cause);
    }

    private FileFailure failure(SdkException e) {
        if (e instanceof S3Exception answer) {
            int status = answer.statusCode();
            String said = said(answer);
            if (status == 404) {
                return new FileFailure(
                        FileFailure.Kind.NOT_FOUND, "The server does not have it" + said + ".", e);
            }
            if (status == 412) {
                return republished(e);
            }
            if (status == 401 || status == 403) {
                return new FileFailure(
                        FileFailure.Kind.DENIED,
                        "The server denies access"
                                + said
                                + "; the subscription may not include it, or the credentials may be"
                                + " wrong.",
                        e);
            }
            // 501 is a store that does not know the request, now or later.
            boolean busy = (status >= 500 && status != 501) || status == 429 || status == 408;
            return new FileFailure(
                    busy ? FileFailure.Kind.TRANSIENT : FileFailure.Kind.PERMANENT,
                    "The server answers " + status + said + ".",
                    busy ? retryAfter(answer) : null,
                    e);
        }
        boolean ours = e instanceof SdkClientException && !e.retryable();
        return new FileFailure(
                FileFailure.Kind.NO_ANSWER,
                (ours ? "The request to " : "The connection to ")
                        + endpoint
                        + " failed: "
                        + innermost(e)
                        + ".",
                e);
    }

    private static Duration retryAfter(S3Exception answer) {
        if (answer.awsErrorDetails() == null
                || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return null;
        }
        return answer.awsErrorDetails()
                .sdkHttpResponse()
                .firstMatchingHeader("Retry-After")
                .map(text -> RetryAfter.parse(text, Instant.now()))
                .orElse(null);
    }

    /** The store's code of an error, which is what its manual explains. */
    private static String said(S3Exception answer) {
        String code =
                answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
        return code == null || !code.matches("[A-Za-z0-9.]{1,60}") ? "" : " (" + code + ")";
    }

    private static String innermost(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.strip().replaceAll("\\.$", "");
    }

    /** An endpoint, for messages. */
    String place() {
        return endpoint + "/" + bucket;
    }

    /** All keys that begin with a prefix. */
    void listAll(String prefix, Retries retries, Consumer<Listed> into) throws IOException {
        String token = null;
        do {
            String page = token;
            // A page that is asked for again must not count twice.
            List<Listed> objects = new ArrayList<>();
            token =
                    retries.run(
                            "list " + prefix,
                            () -> {
                                objects.clear();
                                return list(prefix, page, objects::add);
                            });
            objects.forEach(into);
            if (token != null && token.equals(page)) {
                throw new FileFailure(
                        FileFailure.Kind.PERMANENT, "The server's list has no end.", null);
            }
        } while (token != null);
    }

    @Override
    public void close() {
        client.close();
    }
}
