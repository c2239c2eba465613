package damo.value;

import damo.DamoException;
import damo.type.DType;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Where the elements of an array lie in its storage: element `[i, j]` is at `offset + i * strides[0] + j * strides[1]`.
/// A view is another layout of the same storage. The arrays are not copied: who makes a layout gives them away.
final class Layout {
    /// Of a single element without axes, the first one.
    static final Layout SCALAR = rowMajor(new long[0], 0);

    final long[] shape;
    final int[] strides;
    final int offset;
    final int size;
    final boolean contiguous;

    private Layout(long[] shape, int[] strides, int offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        long product = 1;
        for (long extent : shape) product *= extent;
        this.size = (int) product;   // wraps only if an extent is 0, and is 0 then
        this.contiguous = size == 0 || isRowMajor(shape, strides);
    }

    /// Row-major from `offset`. The size of `shape` has been checked.
    static Layout rowMajor(long[] shape, int offset) {
        int[] strides = new int[shape.length];
        boolean empty = false;
        for (long extent : shape) empty |= extent == 0;
        // An empty array has strides 0: nothing is ever read, and the other extents may exceed an int.
        for (int axis = shape.length - 1, stride = 1; axis >= 0 && !empty; axis--) {
            strides[axis] = stride;
            stride *= (int) shape[axis];
        }
        return new Layout(shape, strides, offset);
    }

    private static boolean isRowMajor(long[] shape, int[] strides) {
        long expected = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            if (shape[axis] != 1 && strides[axis] != expected) return false;
            expected *= shape[axis];
        }
        return true;
    }

    int rank() {
        return shape.length;
    }

    /// `axis` counted from the front.
    int axis(String asked, int axis) {
        int result = axis < 0 ? axis + rank() : axis;
        if (result >= 0 && result < rank()) return result;
        throw new DamoException("%s: axis %d of %s; it has %d axes".formatted(asked, axis, this, rank()));
    }

    /// The position of the first element under `index`, which names the leading axes.
    int position(String asked, long... index) {
        int position = offset;
        for (int axis = 0; axis < index.length; axis++) {
            long i = index[axis] < 0 ? index[axis] + shape[axis] : index[axis];
            if (i < 0 || i >= shape[axis])
                throw new DamoException("%s: index %s of %s; axis %d needs an index from %d to %d".formatted(
                    asked, Arrays.toString(index), this, axis, -shape[axis], shape[axis] - 1));
            position += (int) i * strides[axis];
        }
        return position;
    }

    /// The position of the element with row-major number `flat`.
    int position(long flat) {
        if (flat < 0 || flat >= size)
            throw new DamoException("element %d of %s; it has %d elements".formatted(flat, this, size));
        if (contiguous) return offset + (int) flat;
        int position = offset;
        int rest = (int) flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            int extent = (int) shape[axis];
            position += rest % extent * strides[axis];
            rest /= extent;
        }
        return position;
    }

    Layout at(long... index) {
        if (index.length > rank())
            throw new DamoException("at: %d indices for %s; it has %d axes".formatted(index.length, this, rank()));
        return new Layout(Arrays.copyOfRange(shape, index.length, rank()),
            Arrays.copyOfRange(strides, index.length, rank()), position("at", index));
    }

    Layout slice(int along, long start, long length, long step) {
        int axis = axis("slice", along);
        long extent = shape[axis];
        long first = start < 0 ? start + extent : start;
        boolean fits = step != 0 && length >= 0 && (length == 0 || first >= 0 && first < extent
            && length - 1 <= (step > 0 ? (extent - 1 - first) / step : first / -step));
        if (!fits)
            throw new DamoException(("slice: %d elements from %d, step %d, along axis %d of %s; "
                + "the step must not be 0 and every element must lie in 0..%d")
                .formatted(length, start, step, axis, this, extent - 1));
        long[] newShape = shape.clone();
        int[] newStrides = strides.clone();
        newShape[axis] = length;
        if (length > 1) newStrides[axis] *= (int) step;
        return new Layout(newShape, newStrides, length == 0 ? offset : offset + (int) first * strides[axis]);
    }

    Layout permute(int... axes) {
        int[] from = IntStream.of(axes).map(axis -> axis("permute", axis)).toArray();
        if (from.length != rank() || IntStream.of(from).distinct().count() != rank())
            throw new DamoException("permute: axes %s of %s; each of its %d axes is needed once"
                .formatted(Arrays.toString(axes), this, rank()));
        return new Layout(IntStream.of(from).mapToLong(axis -> shape[axis]).toArray(),
            IntStream.of(from).map(axis -> strides[axis]).toArray(), offset);
    }

    /// The extents that `wanted` means for this size, the one -1 computed.
    long[] resolve(DType dtype, long... wanted) {
        long[] result = wanted.clone();
        int open = IntStream.range(0, wanted.length).filter(axis -> wanted[axis] == -1).findFirst().orElse(-1);
        if (open >= 0) result[open] = 1;
        int known = Shape.size("reshape", dtype, result);        // refuses another -1 too
        if (open >= 0 && (known == 0 || size % known != 0)) throw cannotReshape(wanted, "the -1 has no value");
        if (open >= 0) result[open] = size / known;
        else if (known != size) throw cannotReshape(wanted, "the new shape has " + known);
        return result;
    }

    Layout broadcastTo(long... wanted) {
        int extra = wanted.length - rank();
        if (extra < 0)
            throw new DamoException("broadcastTo: %s has %d axes, %s only %d; axes cannot be dropped"
                .formatted(this, rank(), Arrays.toString(wanted), wanted.length));
        int[] newStrides = new int[wanted.length];
        for (int axis = 0; axis < rank(); axis++) {
            if (shape[axis] == wanted[extra + axis]) newStrides[extra + axis] = strides[axis];
            else if (shape[axis] != 1)
                throw new DamoException("broadcastTo: cannot broadcast %s to %s; axis %d is %d and %d (equal or 1 needed)"
                    .formatted(this, Arrays.toString(wanted), extra + axis, shape[axis], wanted[extra + axis]));
        }
        return new Layout(wanted.clone(), newStrides, offset);
    }

    /// Takes rows in logical order: `count` elements from `position`, `stride` apart, the first with row-major number `flat`.
    interface Rows {
        void row(int position, int stride, int count, int flat);
    }

    /// Gives every element to `rows`: all at once if contiguous, else one innermost row after the other.
    void forEachRow(Rows rows) {
        if (size == 0) return;
        if (contiguous) {
            rows.row(offset, 1, size, 0);
            return;
        }
        int last = rank() - 1;
        int count = (int) shape[last];
        int[] index = new int[last];
        int position = offset;
        for (int flat = 0; ; ) {
            rows.row(position, strides[last], count, flat);
            flat += count;
            if (flat == size) return;
            int axis = last - 1;
            for (; ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
                position -= (int) (shape[axis] - 1) * strides[axis];
            }
            position += strides[axis];
        }
    }

    @Override public String toString() {
        return Arrays.toString(shape);
    }

    private DamoException cannotReshape(long[] wanted, String why) {
        return new DamoException("reshape: %s to %s; there are %d elements, %s"
            .formatted(this, Arrays.toString(wanted), size, why));
    }
}
