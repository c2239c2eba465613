package damo.opencl;

import damo.CompilerBug;
import damo.kernel.Scalar;
import damo.type.DType;

/// The C types of dtypes, and numbers in them. A bool is a `uchar` that is 0 or 1.
final class CType {
    private CType() {}

    /// The type of an element, in memory and in variables.
    static String of(DType t) {
        return switch (t) {
            case BOOL, UINT8 -> "uchar";
            case INT8 -> "char";
            case INT16 -> "short";
            case UINT16 -> "ushort";
            case INT32 -> "int";
            case UINT32 -> "uint";
            case INT64 -> "long";
            case UINT64 -> "ulong";
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
        };
    }

    /// The type in which functions of it are computed: integers have at least 32 bits.
    static String wide(DType t) {
        return switch (t) {
            case INT8, INT16, INT32 -> "int";
            case BOOL, UINT8, UINT16, UINT32 -> "uint";
            case INT64, UINT64, FLOAT32, FLOAT64 -> of(t);
        };
    }

    /// The type in which integers wrap; signed ones must not overflow in C.
    static String wrapping(DType t) {
        return t.bits() == 64 ? "ulong" : "uint";
    }

    /// A number as C reads it back.
    static String number(Scalar number, DType t) {
        return switch (number) {
            case Scalar.Real(var x) -> real(x, t);
            case Scalar.Whole(var w) when t.isFloat() -> real(w, t);
            case Scalar.Whole(var w) -> whole(w, t);
            case Scalar.Symbol _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                 Scalar.Fold _ ->
                throw new CompilerBug("emit", "not a number of dtype " + t, number.toString());
        };
    }

    private static String real(double x, DType t) {
        boolean single = t == DType.FLOAT32;
        double value = single ? (float) x : x;
        if (Double.isNaN(value)) return "((%s)NAN)".formatted(of(t));
        if (Double.isInfinite(value)) return "((%s)%sINFINITY)".formatted(of(t), value > 0 ? "" : "-");
        String text = single ? Float.toString((float) value) + "f" : Double.toString(value);
        return text.startsWith("-") ? "(" + text + ")" : text;
    }

    private static String whole(long w, DType t) {
        return switch (t) {
            case BOOL -> w != 0 ? "1" : "0";
            case INT8 -> signed((byte) w, "");
            case INT16 -> signed((short) w, "");
            case INT32 -> signed((int) w, "");
            case INT64 -> signed(w, "L");
            case UINT8 -> String.valueOf(w & 0xFF);
            case UINT16 -> String.valueOf(w & 0xFFFF);
            case UINT32 -> (w & 0xFFFF_FFFFL) + "u";
            case UINT64 -> Long.toUnsignedString(w) + "UL";
            case FLOAT32, FLOAT64 -> real(w, t);
        };
    }

    /// C has no negative numbers, only their negation, so the least one is a difference.
    private static String signed(long w, String suffix) {
        if (w == Long.MIN_VALUE || suffix.isEmpty() && w == Integer.MIN_VALUE) return "(%d%s - 1)".formatted(w + 1, suffix);
        return w < 0 ? "(%d%s)".formatted(w, suffix) : w + suffix;
    }
}
