package damo.text;

import damo.type.DType;
import damo.value.NDArray;
import damo.value.Storage;

/// Elements of constants, exactly: what is printed reads back as the same bits (all NaN are one).
final class Literals {
    private Literals() {}

    /// The element with row-major number `flat`.
    static String print(NDArray value, long flat) {
        return switch (value.dtype()) {
            case BOOL -> Boolean.toString(value.longAt(flat) != 0);
            case UINT64 -> Long.toUnsignedString(value.longAt(flat));
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> Long.toString(value.longAt(flat));
            case FLOAT32 -> special(Float.toString((float) value.doubleAt(flat)));
            case FLOAT64 -> special(Double.toString(value.doubleAt(flat)));
        };
    }

    private static String special(String text) {
        return text.replace("NaN", "nan").replace("Infinity", "inf");
    }

    /// Writes the element that `text` says.
    ///
    /// @throws NumberFormatException if it is no element of `dtype`
    static void parse(DType dtype, String text, Object storage, int i) {
        switch (dtype) {
            case BOOL -> {
                if (!text.equals("true") && !text.equals("false")) throw new NumberFormatException("true or false");
                Storage.setLong(dtype, storage, i, text.equals("true") ? 1 : 0);
            }
            case UINT64 -> Storage.setLong(dtype, storage, i, Long.parseUnsignedLong(text));
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> {
                long value = Long.parseLong(text);
                Storage.setLong(dtype, storage, i, value);
                if (Storage.getLong(dtype, storage, i) != value) throw new NumberFormatException("in range");
            }
            case FLOAT32 -> Storage.setDouble(dtype, storage, i, Float.parseFloat(unspecial(text)));
            case FLOAT64 -> Storage.setDouble(dtype, storage, i, Double.parseDouble(unspecial(text)));
        }
    }

    private static String unspecial(String text) {
        return text.replace("nan", "NaN").replace("inf", "Infinity");
    }

    /// A scalar where an operand may stand: `2` is int64, `2.0` float64, `true` bool; the others name their dtype: `float32(2.0)`.
    static String inline(NDArray value) {
        String element = print(value, 0);
        return switch (value.dtype()) {
            case BOOL, INT64, FLOAT64 -> element;
            case INT8, INT16, INT32, UINT8, UINT16, UINT32, UINT64, FLOAT32 -> "%s(%s)".formatted(value.dtype(), element);
        };
    }
}
