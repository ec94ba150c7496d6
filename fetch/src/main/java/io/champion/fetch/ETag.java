package io.champion.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the ETag of an S3 object says of its bytes. Of an object that was uploaded at once it is
 * their MD5; of one uploaded in N parts it is the MD5 of the parts' MD5s, then {@code -N}; of one
 * that is encrypted with a key of its own, and elsewhere, it says nothing.
 */
final class ETag {

    private static final Pattern MD5 = Pattern.compile("[0-9a-fA-F]{32}");
    private static final Pattern PARTS = Pattern.compile("([0-9a-fA-F]{32})-([1-9][0-9]{0,4})");
    private static final long MIB = 1L << 20;

    /** Sizes of parts that clients upload in by default or by habit, MiB. */
    private static final List<Long> USUAL_PARTS =
            List.of(5L, 8L, 10L, 15L, 16L, 20L, 25L, 32L, 50L, 64L, 100L, 128L, 256L, 512L, 1024L);

    private ETag() {}

    /** Without the quotes that HTTP wraps it in; null stays null. */
    static String plain(String etag) {
        return etag == null ? null : etag.replace("\"", "");
    }

    /** Whether two objects with this ETag have the same bytes. */
    static boolean identifiesBytes(String etag) {
        return etag != null && (MD5.matcher(etag).matches() || PARTS.matcher(etag).matches());
    }

    /** Whether it is that of an object uploaded in parts. */
    static boolean isOfParts(String etag) {
        return etag != null && PARTS.matcher(etag).matches();
    }

    /** A file whose bytes are not those that its ETag says. */
    static final class MismatchException extends IOException {

        private static final long serialVersionUID = 1L;

        private MismatchException(String found, String etag) {
            super("Its MD5 is " + found + ", but its ETag says " + etag + ".");
        }
    }

    /**
     * Holds a file against an ETag.
     *
     * @param etag without quotes, or null
     * @param partSize bytes of each part but the last, as the server says, or 0 where it does not:
     *     then the usual sizes are tried
     * @return what the file was held against
     * @throws MismatchException if the bytes are others
     */
    static Checked verify(Path file, String etag, long partSize) throws IOException {
        if (etag == null) {
            return Checked.SIZE;
        }
        if (MD5.matcher(etag).matches()) {
            String found = md5(file);
            if (!found.equals(etag.toLowerCase(Locale.ROOT))) {
                throw new MismatchException(found, etag);
            }
            return Checked.MD5;
        }
        Matcher parts = PARTS.matcher(etag);
        if (!parts.matches()) {
            return Checked.SIZE;
        }
        long size = Files.size(file);
        int count = Integer.parseInt(parts.group(2));
        List<Long> candidates =
                partSize > 0
                        ? List.of(partSize)
                        : USUAL_PARTS.stream()
                                .map(mib -> mib * MIB)
                                .filter(bytes -> parts(size, bytes) == count)
                                .toList();
        String found = null;
        for (long candidate : candidates) {
            found = ofParts(file, candidate);
            if (found.equals(etag.toLowerCase(Locale.ROOT))) {
                return Checked.PARTS;
            }
        }
        if (partSize > 0) {
            throw new MismatchException(found, etag);
        }
        return Checked.SIZE;
    }

    private static long parts(long size, long partSize) {
        return Math.max(1, (size + partSize - 1) / partSize);
    }

    private static String md5(Path file) throws IOException {
        MessageDigest md5 = newMd5();
        try (InputStream in = Files.newInputStream(file)) {
            update(md5, in, Long.MAX_VALUE);
        }
        return HexFormat.of().formatHex(md5.digest());
    }

    static String ofParts(Path file, long partSize) throws IOException {
        MessageDigest all = newMd5();
        MessageDigest part = newMd5();
        int count = 0;
        try (InputStream in = Files.newInputStream(file)) {
            long left = Files.size(file);
            do {
                left -= update(part, in, partSize);
                all.update(part.digest());
                count++;
            } while (left > 0);
        }
        return HexFormat.of().formatHex(all.digest()) + "-" + count;
    }

    private static long update(MessageDigest digest, InputStream in, long limit)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        long done = 0;
        while (done < limit) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, limit - done));
            if (read < 0) {
                break;
            }
            digest.update(buffer, 0, read);
            done += read;
        }
        return done;
    }

    private static MessageDigest newMd5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has MD5.", e);
        }
    }
}
