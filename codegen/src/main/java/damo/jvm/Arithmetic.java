package damo.jvm;

import damo.interpret.Polygamma;

/// What takes more than an instruction or a call of `java.lang.Math`. [Helpers] copies these methods into the classes that use them, so
/// that those need nothing but `java.base`.
final class Arithmetic {
    private Arithmetic() {}

    static float polygamma(float n, float x) {
        return (float) Polygamma.of(n, x);
    }

    static double polygamma(double n, double x) {
        return Polygamma.of(n, x);
    }

    static int floorDiv(int x, int y) {
        return y == 0 ? 0 : Math.floorDiv(x, y);
    }

    static long floorDiv(long x, long y) {
        return y == 0 ? 0 : Math.floorDiv(x, y);
    }

    static int floorMod(int x, int y) {
        return y == 0 ? 0 : Math.floorMod(x, y);
    }

    static long floorMod(long x, long y) {
        return y == 0 ? 0 : Math.floorMod(x, y);
    }

    static int divideUnsigned(int x, int y) {
        return y == 0 ? 0 : Integer.divideUnsigned(x, y);
    }

    static long divideUnsigned(long x, long y) {
        return y == 0 ? 0 : Long.divideUnsigned(x, y);
    }

    static int remainderUnsigned(int x, int y) {
        return y == 0 ? 0 : Integer.remainderUnsigned(x, y);
    }

    static long remainderUnsigned(long x, long y) {
        return y == 0 ? 0 : Long.remainderUnsigned(x, y);
    }

    static int maxUnsigned(int x, int y) {
        return Integer.compareUnsigned(x, y) >= 0 ? x : y;
    }

    static long maxUnsigned(long x, long y) {
        return Long.compareUnsigned(x, y) >= 0 ? x : y;
    }

    static int minUnsigned(int x, int y) {
        return Integer.compareUnsigned(x, y) <= 0 ? x : y;
    }

    static long minUnsigned(long x, long y) {
        return Long.compareUnsigned(x, y) <= 0 ? x : y;
    }

    static int shiftLeft(int x, int y) {
        return (y & ~31) == 0 ? x << y : 0;
    }

    static long shiftLeft(long x, long y) {
        return (y & ~63) == 0 ? x << y : 0;
    }

    static int shiftRight(int x, int y) {
        return x >> ((y & ~31) == 0 ? y : 31);
    }

    static long shiftRight(long x, long y) {
        return x >> ((y & ~63) == 0 ? y : 63);
    }

    static int shiftRightUnsigned(int x, int y) {
        return (y & ~31) == 0 ? x >>> y : 0;
    }

    static long shiftRightUnsigned(long x, long y) {
        return (y & ~63) == 0 ? x >>> y : 0;
    }

    static int pow(int x, int y) {
        return (int) pow((long) x, (long) y);
    }

    /// To a negative power: `1 / |…|`, toward zero, and 0 of 0.
    static long pow(long x, long y) {
        if (y >= 0) return powUnsigned(x, y);
        return x == 1 ? 1 : x == -1 ? (y & 1) == 0 ? 1 : -1 : 0;
    }

    static int powUnsigned(int x, int y) {
        return (int) powUnsigned(x & 0xFFFF_FFFFL, y & 0xFFFF_FFFFL);
    }

    static long powUnsigned(long x, long y) {
        long result = 1;
        for (long square = x; y != 0; y >>>= 1, square *= square)
            if ((y & 1) != 0) result *= square;
        return result;
    }

    /// As C has it: any power of 1 is 1, and so are the infinite powers of −1.
    static double pow(double x, double y) {
        return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : Math.pow(x, y);
    }

    static float pow(float x, float y) {
        return (float) pow((double) x, (double) y);
    }

    /// From the exact remainder, as C's `fmod` gives it: the floor of a rounded quotient would be wrong next to an integer.
    static double floorDiv(double x, double y) {
        if (y == 0) return x / y;
        double rest = x % y;
        double quotient = (x - rest) / y;
        if (rest != 0 && rest < 0 != y < 0) quotient -= 1;
        return quotient == 0 ? Math.copySign(0, x / y) : Math.rint(quotient);
    }

    static float floorDiv(float x, float y) {
        return (float) floorDiv((double) x, (double) y);
    }

    static double floorMod(double x, double y) {
        double rest = x % y;
        if (rest == 0) return Math.copySign(0, y);
        return rest < 0 != y < 0 ? rest + y : rest;
    }

    static float floorMod(float x, float y) {
        return (float) floorMod((double) x, (double) y);
    }

    // Halved with the lost bit kept as sticky, so that the one rounding is the conversion's.
    static double unsignedToDouble(long bits) {
        return bits >= 0 ? bits : (double) (bits >>> 1 | bits & 1) * 2;
    }

    static float unsignedToFloat(long bits) {
        return bits >= 0 ? bits : (float) (bits >>> 1 | bits & 1) * 2;
    }

    static long doubleToUnsigned(double value) {
        if (value < 0x1p63) return (long) value;
        if (value >= 0x1p64) return -1;
        return value >= 0x1p63 ? (long) (value - 0x1p63) + Long.MIN_VALUE : 0;   // 0 for NaN
    }
}
