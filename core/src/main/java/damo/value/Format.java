package damo.value;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.LongStream;

/// Prints an array as NumPy does with its default options: columns aligned, lines of 75 characters, and beyond 1000 elements
/// only the first and last three along each axis.
final class Format {
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int WIDTH = 75;

    private final long[] shape;
    private final boolean brief;
    private final Iterator<String> words;                        // in the order in which they are printed

    private Format(long[] shape, boolean brief, Iterator<String> words) {
        this.shape = shape;
        this.brief = brief;
        this.words = words;
    }

    static String text(NDArray array) {
        if (array.size() == 0) return "[]";
        boolean single = array.dtype().bits() == 32;
        if (array.rank() == 0)
            return array.dtype().isFloat() ? Decimal.scalar(array.doubleAt(0), single) : word(array, 0);
        boolean brief = array.size() > THRESHOLD;
        long[] shown = shown(array.shape(), brief);
        String[] words = array.dtype().isFloat()
            ? Decimal.column(LongStream.of(shown).mapToDouble(array::doubleAt).toArray(), single)
            : alignRight(LongStream.of(shown).mapToObj(flat -> word(array, flat)).toArray(String[]::new));
        return new Format(array.shape(), brief, Arrays.asList(words).iterator()).nested(0, " ");
    }

    private static String word(NDArray array, long flat) {
        return switch (array.dtype()) {
            case BOOL -> array.longAt(flat) == 0 ? "False" : array.rank() == 0 ? "True" : " True";
            case UINT64 -> Long.toUnsignedString(array.longAt(flat));
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> Long.toString(array.longAt(flat));
            case FLOAT32, FLOAT64 -> Double.toString(array.doubleAt(flat));   // floats are printed by Decimal
        };
    }

    /// Every word with spaces before it, so that all are as long as the longest.
    static String[] alignRight(String[] words) {
        int width = 0;
        for (String word : words) width = Math.max(width, word.length());
        String[] result = new String[words.length];
        for (int i = 0; i < words.length; i++) result[i] = " ".repeat(width - words[i].length()) + words[i];
        return result;
    }

    /// The row-major numbers of the elements that are printed.
    private static long[] shown(long[] shape, boolean brief) {
        long[] result = {0};
        for (long extent : shape) {
            boolean cut = brief && extent > 2 * EDGE;
            long[] along = LongStream.range(0, cut ? 2 * EDGE : extent)
                .map(i -> cut && i >= EDGE ? extent - 2 * EDGE + i : i).toArray();
            result = LongStream.of(result).flatMap(outer -> LongStream.of(along).map(i -> outer * extent + i)).toArray();
        }
        return result;
    }

    private String nested(int axis, String indent) {
        boolean cut = brief && shape[axis] > 2 * EDGE;
        int count = cut ? 2 * EDGE : (int) shape[axis];
        if (axis == shape.length - 1) return line(count, cut, indent);
        String separator = "\n".repeat(shape.length - 1 - axis) + indent;
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            if (i > 0) text.append(separator);
            if (cut && i == EDGE) text.append("...").append(separator);
            text.append(nested(axis + 1, indent + " "));
        }
        return text.append("]").toString();
    }

    private String line(int count, boolean cut, String indent) {
        int limit = WIDTH - shape.length;                        // leaves room for the closing brackets
        StringBuilder text = new StringBuilder("[");
        int used = indent.length();
        for (int i = 0; i < count + (cut ? 1 : 0); i++) {
            String word = cut && i == EDGE ? "..." : words.next();
            boolean first = i == 0;
            boolean wrap = !first && used + 1 + word.length() > limit;
            if (wrap) text.setLength(text.toString().stripTrailing().length());
            text.append(first ? "" : wrap ? "\n" + indent : " ").append(word);
            used = (first || wrap ? indent.length() : used + 1) + word.length();
        }
        return text.append("]").toString();
    }
}
