package io.champion.local;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * CityHash128 of version 1.0.2, the checksum of ClickHouse's compressed blocks. Later versions of
 * CityHash give other values.
 *
 * @see <a
 *     href="https://github.com/ClickHouse/ClickHouse/tree/master/contrib/cityhash102">cityhash102</a>
 */
final class CityHash128 {

    private static final long K0 = 0xc3a5c85c97cb3127L;
    private static final long K1 = 0xb492b66fbe98f273L;
    private static final long K2 = 0x9ae16a3b2f90404fL;
    private static final long K3 = 0xc949d7c7509e6557L;
    private static final long MUL = 0x9ddfea08eb382d69L;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    final long low;
    final long high;

    private CityHash128(long low, long high) {
        this.low = low;
        this.high = high;
    }

    static CityHash128 of(byte[] s, int offset, int length) {
        if (length >= 16) {
            return seeded(
                    s, offset + 16, length - 16, fetch64(s, offset) ^ K3, fetch64(s, offset + 8));
        }
        if (length >= 8) {
            return seeded(
                    s,
                    offset,
                    0,
                    fetch64(s, offset) ^ (length * K0),
                    fetch64(s, offset + length - 8) ^ K1);
        }
        return seeded(s, offset, length, K0, K1);
    }

    private static CityHash128 seeded(
            byte[] s, int offset, int length, long seedLow, long seedHigh) {
        if (length < 128) {
            return murmur(s, offset, length, seedLow, seedHigh);
        }
        int p = offset;
        int left = length;
        long x = seedLow;
        long y = seedHigh;
        long z = length * K1;
        long v1 = rotate(y ^ K1, 49) * K1 + fetch64(s, p);
        long v2 = rotate(v1, 42) * K1 + fetch64(s, p + 8);
        long w1 = rotate(y + z, 35) * K1 + x;
        long w2 = rotate(x + fetch64(s, p + 88), 53) * K1;
        do {
            for (int half = 0; half < 2; half++) {
                x = rotate(x + y + v1 + fetch64(s, p + 16), 37) * K1;
                y = rotate(y + v2 + fetch64(s, p + 48), 42) * K1;
                x ^= w2;
                y ^= v1;
                z = rotate(z ^ w1, 33);

                long a = v2 * K1 + fetch64(s, p);
                long b = rotate(x + w1 + a + fetch64(s, p + 24), 21);
                long c = a;
                a += fetch64(s, p + 8) + fetch64(s, p + 16);
                b += rotate(a, 44);
                v1 = a + fetch64(s, p + 24);
                v2 = b + c;

                a = z + w2 + fetch64(s, p + 32);
                b = rotate(y + a + fetch64(s, p + 56), 21);
                c = a;
                a += fetch64(s, p + 40) + fetch64(s, p + 48);
                b += rotate(a, 44);
                w1 = a + fetch64(s, p + 56);
                w2 = b + c;

                long swap = z;
                z = x;
                x = swap;
                p += 64;
            }
            left -= 128;
        } while (left >= 128);
        y += rotate(w1, 37) * K0 + z;
        x += rotate(v1 + z, 49) * K0;
        for (int done = 0; done < left; ) {
            done += 32;
            int q = p + left - done;
            y = rotate(y - x, 42) * K0 + v2;
            w1 += fetch64(s, q + 16);
            x = rotate(x, 49) * K0 + w1;
            w1 += v1;

            long a = v1 + fetch64(s, q);
            long b = rotate(v2 + a + fetch64(s, q + 24), 21);
            long c = a;
            a += fetch64(s, q + 8) + fetch64(s, q + 16);
            b += rotate(a, 44);
            v1 = a + fetch64(s, q + 24);
            v2 = b + c;
        }
        x = hash16(x, v1);
        y = hash16(y, w1);
        return new CityHash128(hash16(x + v2, w2) + y, hash16(x + w2, y + v2));
    }

    private static CityHash128 murmur(
            byte[] s, int offset, int length, long seedLow, long seedHigh) {
        long a = seedLow;
        long b = seedHigh;
        long c;
        long d;
        int left = length - 16;
        if (left <= 0) {
            a = shiftMix(a * K1) * K1;
            c = b * K1 + hash0to16(s, offset, length);
            d = shiftMix(a + (length >= 8 ? fetch64(s, offset) : c));
        } else {
            c = hash16(fetch64(s, offset + length - 8) + K1, a);
            d = hash16(b + length, c + fetch64(s, offset + length - 16));
            a += d;
            int p = offset;
            do {
                a ^= shiftMix(fetch64(s, p) * K1) * K1;
                a *= K1;
                b ^= a;
                c ^= shiftMix(fetch64(s, p + 8) * K1) * K1;
                c *= K1;
                d ^= c;
                p += 16;
                left -= 16;
            } while (left > 0);
        }
        a = hash16(a, c);
        b = hash16(d, b);
        return new CityHash128(a ^ b, hash16(b, a));
    }

    private static long hash0to16(byte[] s, int offset, int length) {
        if (length > 8) {
            long a = fetch64(s, offset);
            long b = fetch64(s, offset + length - 8);
            return hash16(a, rotate(b + length, length)) ^ b;
        }
        if (length >= 4) {
            return hash16(length + (fetch32(s, offset) << 3), fetch32(s, offset + length - 4));
        }
        if (length > 0) {
            int a = s[offset] & 0xff;
            int b = s[offset + (length >>> 1)] & 0xff;
            int c = s[offset + length - 1] & 0xff;
            int y = a + (b << 8);
            int z = length + (c << 2);
            return shiftMix(y * K2 ^ z * K3) * K2;
        }
        return K2;
    }

    private static long hash16(long u, long v) {
        long a = (u ^ v) * MUL;
        a ^= a >>> 47;
        long b = (v ^ a) * MUL;
        b ^= b >>> 47;
        return b * MUL;
    }

    private static long shiftMix(long value) {
        return value ^ (value >>> 47);
    }

    private static long rotate(long value, int shift) {
        return Long.rotateRight(value, shift);
    }

    private static long fetch64(byte[] s, int offset) {
        return (long) LONG.get(s, offset);
    }

    private static long fetch32(byte[] s, int offset) {
        return (int) INT.get(s, offset) & 0xffffffffL;
    }
}
