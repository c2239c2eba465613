package damo.type;

import damo.DamoException;
import java.util.Arrays;
import java.util.Locale;

/// The type of an element, with the Java array that stores it. Unsigned integers live in the signed array of their width.
public enum DType {
    BOOL(Kind.BOOL, 8, boolean[].class),
    INT8(Kind.INT, 8, byte[].class),
    INT16(Kind.INT, 16, short[].class),
    INT32(Kind.INT, 32, int[].class),
    INT64(Kind.INT, 64, long[].class),
    UINT8(Kind.UINT, 8, byte[].class),
    UINT16(Kind.UINT, 16, short[].class),
    UINT32(Kind.UINT, 32, int[].class),
    UINT64(Kind.UINT, 64, long[].class),
    FLOAT32(Kind.FLOAT, 32, float[].class),
    FLOAT64(Kind.FLOAT, 64, double[].class);

    /// The families within which promotion takes the wider type.
    public enum Kind { BOOL, INT, UINT, FLOAT }

    private final Kind kind;
    private final int bits;
    private final Class<?> storage;
    private final String text = name().toLowerCase(Locale.ROOT);

    DType(Kind kind, int bits, Class<?> storage) {
        this.kind = kind;
        this.bits = bits;
        this.storage = storage;
    }

    /// The family.
    public Kind kind() {
        return kind;
    }

    /// The width of an element in bits; 8 for bool.
    public int bits() {
        return bits;
    }

    /// The class of the flat Java array that stores elements of this type.
    public Class<?> storage() {
        return storage;
    }

    /// Whether this is a floating-point type: the types that have derivatives.
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /// Whether this is a signed or unsigned integer type (bool is neither).
    public boolean isInteger() {
        return kind == Kind.INT || kind == Kind.UINT;
    }

    /// Whether this is an unsigned integer type.
    public boolean isUnsigned() {
        return kind == Kind.UINT;
    }

    /// The name in messages and IR text: `float64`, `int32`, `bool`.
    @Override public String toString() {
        return text;
    }

    /// The type of that name.
    ///
    /// @throws DamoException if there is none
    public static DType parse(String text) {
        for (DType type : values()) if (type.text.equals(text)) return type;
        throw new DamoException("dtype: no type is named '%s'; the names are %s".formatted(text, Arrays.toString(values())));
    }

    /// The type of the result when tensors of types `a` and `b` meet: NumPy's table for arrays.
    public static DType promote(DType a, DType b) {
        if (a == b || b.kind == Kind.BOOL) return a;
        if (a.kind == Kind.BOOL) return b;
        if (a.kind == b.kind) return a.bits >= b.bits ? a : b;
        if (a.isFloat()) return floatOf(a, b);
        if (b.isFloat()) return floatOf(b, a);
        DType signed = a.kind == Kind.INT ? a : b;
        DType unsigned = signed == a ? b : a;
        if (signed.bits > unsigned.bits) return signed;
        return switch (unsigned.bits) {                 // the next wider signed type holds both
            case 8 -> INT16;
            case 16 -> INT32;
            case 32 -> INT64;
            default -> FLOAT64;                         // nothing holds int64 and uint64 exactly; NumPy takes float64
        };
    }

    private static DType floatOf(DType floating, DType integer) {
        return integer.bits <= 16 ? floating : FLOAT64; // float32 holds 16-bit integers exactly, no more
    }

    /// The type in which a function with real values (`exp`, a quotient) of this type is computed.
    public DType toFloat() {
        return isFloat() ? this : bits <= 16 ? FLOAT32 : FLOAT64;
    }
}
