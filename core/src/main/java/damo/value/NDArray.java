package damo.value;

import damo.DamoException;
import damo.type.DType;
import damo.type.TensorType;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.stream.LongStream;

/// A dense n-dimensional array of one [DType]: a flat Java array with an offset and a stride per axis, so that views are free.
///
/// - **Extents** `long`, with at most 2^31-1 elements in all, because one Java array stores them
/// - **Storage** the Java array of [DType#storage]; unsigned integers use the signed array of their width, bit for bit
/// - **Aliasing** `of`, `copy`, `to…` and `astype` copy; `wrap`, `storage()` and the views share, and see each other's writes
/// - **Order** "flat" element numbers are row-major in the logical shape, whatever the strides
/// - **Indices** negative indices and axes count from the end
/// - **Threads** immutable itself; the shared storage is as safe as any Java array
public final class NDArray {
    private final DType dtype;
    private final Object storage;                // a Java array, or a Remote that has one
    private final Layout layout;

    private NDArray(DType dtype, Object storage, Layout layout) {
        this.dtype = dtype;
        this.storage = storage;
        this.layout = layout;
    }

    // ---- making arrays

    /// A copy of `value`: a boxed number or boolean (no axes), a primitive array of any depth of nesting, a JOML vector,
    /// quaternion (x, y, z, w) or matrix (element `[row, column]`), or an `NDArray`, which is returned itself.
    /// An array with no rows gives extent 0 to the axes below: `new double[0][3]` becomes shape `[0, 0]`.
    ///
    /// @throws DamoException if rows differ in length, or for any other class
    public static NDArray of(Object value) {
        return switch (value) {
            case null -> throw new DamoException("of: null; needs a number, boolean, Java array, JOML value or NDArray");
            case NDArray array -> array;
            case Double x -> wrap(new double[] {x});
            case Float x -> wrap(new float[] {x});
            case Long x -> wrap(new long[] {x});
            case Integer x -> wrap(new int[] {x});
            case Short x -> wrap(new short[] {x});
            case Byte x -> wrap(new byte[] {x});
            case Boolean x -> wrap(new boolean[] {x});
            case Object other -> {
                NDArray read = other.getClass().isArray() ? Nested.read(other) : Joml.read(other);
                if (read == null)
                    throw new DamoException("of: a %s; needs a number, boolean, Java array, JOML value or NDArray"
                        .formatted(other.getClass().getName()));
                yield read;
            }
        };
    }

    /// `of(value).astype(dtype)`.
    public static NDArray of(DType dtype, Object value) {
        return of(value).astype(dtype);
    }

    /// Borrows a flat array as the row-major elements of `shape`; both sides see later writes. It may be longer than needed.
    ///
    /// @throws DamoException if `storage` is of another class than `dtype.storage()`, or too short
    public static NDArray wrap(DType dtype, Object storage, long... shape) {
        if (storage.getClass() != dtype.storage())
            throw new DamoException("wrap: %s in a %s; needs a %s"
                .formatted(dtype, storage.getClass().getSimpleName(), dtype.storage().getSimpleName()));
        int size = Shape.size("wrap", dtype, shape);
        int length = Array.getLength(storage);
        if (length < size)
            throw new DamoException("wrap: %s%s in an array of length %d; needs %d"
                .formatted(dtype, Arrays.toString(shape), length, size));
        return new NDArray(dtype, storage, shape.length == 0 ? Layout.SCALAR : Layout.rowMajor(shape.clone(), 0));
    }

    /// Borrows a flat array with the dtype of its class; the signed one for integers.
    public static NDArray wrap(Object storage, long... shape) {
        DType dtype = Nested.dtype(storage.getClass());
        if (dtype == null)
            throw new DamoException("wrap: a %s; needs a flat array of a primitive type other than char"
                .formatted(storage.getClass().getSimpleName()));
        return wrap(dtype, storage, shape);
    }

    /// The row-major elements of `shape`, which lie elsewhere: for back ends. Whatever reads an element fetches them all.
    public static NDArray remote(DType dtype, Remote elements, long... shape) {
        return new NDArray(dtype, elements, Layout.rowMajor(shape.clone(), 0));
    }

    /// All 0, or false.
    public static NDArray zeros(DType dtype, long... shape) {
        return allocate("zeros", dtype, shape);
    }

    /// All 1, or true.
    public static NDArray ones(DType dtype, long... shape) {
        return filled(allocate("ones", dtype, shape), 1);
    }

    /// All `value`, converted as [#astype] does.
    public static NDArray full(DType dtype, Number value, long... shape) {
        return filled(allocate("full", dtype, shape), value);
    }

    /// A single element without axes.
    public static NDArray scalar(DType dtype, double value) {
        return full(dtype, value);
    }

    /// A single element without axes; uint64 takes the 64 bits.
    public static NDArray scalar(DType dtype, long value) {
        return full(dtype, value);
    }

    /// The int64 numbers `0..n-1`.
    public static NDArray arange(long n) {
        NDArray result = allocate("arange", DType.INT64, n);
        Arrays.setAll((long[]) result.storage, i -> i);
        return result;
    }

    private static NDArray allocate(String asked, DType dtype, long... shape) {
        Object storage = Storage.allocate(dtype, Shape.size(asked, dtype, shape));
        return new NDArray(dtype, storage, Layout.rowMajor(shape.clone(), 0));
    }

    private static NDArray filled(NDArray array, Number value) {
        boolean real = value instanceof Double || value instanceof Float;
        for (int i = 0; i < array.layout.size; i++) {
            if (real) Storage.setDouble(array.dtype, array.storage, i, value.doubleValue());
            else Storage.setLong(array.dtype, array.storage, i, value.longValue());
        }
        return array;
    }

    // ---- what it is

    /// The type of the elements.
    public DType dtype() {
        return dtype;
    }

    /// The extents, in a fresh array.
    public long[] shape() {
        return layout.shape.clone();
    }

    /// The extent of `axis`.
    public long extent(int axis) {
        return layout.shape[layout.axis("extent", axis)];
    }

    /// The number of axes.
    public int rank() {
        return layout.rank();
    }

    /// The number of elements.
    public long size() {
        return layout.size;
    }

    /// The dtype and the extents.
    public TensorType type() {
        return new TensorType(dtype, LongStream.of(layout.shape).boxed().toList());
    }

    /// The flat array itself, borrowed. The elements are where [#offset] and [#stride] say; see [#isWhole].
    public Object storage() {
        return storage instanceof Remote elements ? elements.array() : storage;
    }

    /// Where the elements lie, if not in a Java array of their own; else `null`.
    public Remote remote() {
        return storage instanceof Remote elements ? elements : null;
    }

    /// The position of the first element in the storage.
    public int offset() {
        return layout.offset;
    }

    /// The distance in elements between neighbours along `axis`: 0 if broadcast, negative if reversed.
    public int stride(int axis) {
        return layout.strides[layout.axis("stride", axis)];
    }

    /// Whether the elements lie in row-major order without gaps, from any offset.
    public boolean isContiguous() {
        return layout.contiguous;
    }

    /// Whether the storage is exactly the elements in row-major order.
    public boolean isWhole() {
        return layout.contiguous && layout.offset == 0 && (storage instanceof Remote r ? r.length() : Array.getLength(storage)) == layout.size;
    }

    // ---- elements

    /// The element at `index`, one per axis, as a double. Unsigned types are never negative; bool is 0 or 1.
    public double get(long... index) {
        return Storage.getDouble(dtype, storage(), element(index));
    }

    /// The element at `index` as a long. Floats truncate as a Java cast does; uint64 gives its 64 bits.
    public long getLong(long... index) {
        return Storage.getLong(dtype, storage(), element(index));
    }

    /// Whether the element at `index` is not 0.
    public boolean getBoolean(long... index) {
        return get(index) != 0;
    }

    /// The only element as a double.
    ///
    /// @throws DamoException if there is not exactly one element; so do [#scalarLong] and [#scalarBoolean]
    public double scalar() {
        return Storage.getDouble(dtype, storage(), only());
    }

    /// The only element as a long.
    public long scalarLong() {
        return Storage.getLong(dtype, storage(), only());
    }

    /// Whether the only element is not 0.
    public boolean scalarBoolean() {
        return scalar() != 0;
    }

    /// The element with row-major number `flat` as a double, as [#get].
    public double doubleAt(long flat) {
        return Storage.getDouble(dtype, storage(), layout.position(flat));
    }

    /// The element with row-major number `flat` as a long, as [#getLong].
    public long longAt(long flat) {
        return Storage.getLong(dtype, storage(), layout.position(flat));
    }

    private int element(long... index) {
        if (index.length == rank()) return layout.position("get", index);
        throw new DamoException("get: %d indices for %s; needs %d (or at(...) for a view)".formatted(index.length, type(), rank()));
    }

    private int only() {
        if (layout.size == 1) return layout.offset;
        throw new DamoException("scalar: %s has %d elements; needs exactly 1".formatted(type(), layout.size));
    }

    // ---- out to Java

    /// The elements in flat row-major order, fresh, converted as [#astype] does.
    public double[] toDoubleArray() {
        return (double[]) flat(DType.FLOAT64);
    }

    /// As [#toDoubleArray], rounded to float.
    public float[] toFloatArray() {
        return (float[]) flat(DType.FLOAT32);
    }

    /// As [#toDoubleArray], narrowed to long.
    public long[] toLongArray() {
        return (long[]) flat(DType.INT64);
    }

    /// As [#toDoubleArray], narrowed to int.
    public int[] toIntArray() {
        return (int[]) flat(DType.INT32);
    }

    /// As [#toDoubleArray], true where not 0.
    public boolean[] toBooleanArray() {
        return (boolean[]) flat(DType.BOOL);
    }

    /// The elements in fresh nested arrays of the storage's element type (unsigned ones keep their bits); boxed if there are
    /// no axes.
    public Object toArray() {
        return Nested.write(this);
    }

    /// Sets a JOML vector, quaternion or matrix of the same shape, converting as [#astype] does, and returns it.
    ///
    /// @throws DamoException if the shapes differ or `target` is no mutable JOML value
    public <T> T to(T target) {
        return Joml.write(this, target);
    }

    /// Copies into a flat primitive array of length [#size], or nested ones of this shape, converting as [#astype] does.
    ///
    /// @throws DamoException if the sizes differ; nothing has been written then
    public void copyTo(Object flatOrNestedArray) {
        Nested.write(this, flatOrNestedArray);
    }

    private Object flat(DType to) {
        Object result = Storage.allocate(to, layout.size);
        Object from = storage();
        layout.forEachRow((position, stride, count, flat) ->
            Storage.copy(dtype, from, position, stride, to, result, flat, count));
        return result;
    }

    // ---- views, which share the storage

    /// The part under `index`, which names as many leading axes as it is long.
    public NDArray at(long... index) {
        return view(layout.at(index));
    }

    /// `length` elements along `axis`: `start`, `start + step`, and so on; a negative step goes backwards.
    ///
    /// @throws DamoException if one of them is outside, or `step` is 0
    public NDArray slice(int axis, long start, long length, long step) {
        return view(layout.slice(axis, start, length, step));
    }

    /// The axes in reverse order: for a matrix, its transpose.
    public NDArray transpose() {
        int[] axes = new int[rank()];
        Arrays.setAll(axes, i -> axes.length - 1 - i);
        return permute(axes);
    }

    /// Axis `i` of the result is axis `axes[i]` of this.
    public NDArray permute(int... axes) {
        return view(layout.permute(axes));
    }

    /// The same elements in row-major order under another shape, in which one extent may be -1. A view if this is
    /// contiguous, else a copy.
    public NDArray reshape(long... shape) {
        long[] extents = layout.resolve(dtype, shape);
        NDArray from = layout.contiguous ? this : copy();
        return new NDArray(dtype, from.storage, Layout.rowMajor(extents, from.layout.offset));
    }

    /// This repeated along axes of extent 1 and new leading axes, with stride 0.
    public NDArray broadcastTo(long... shape) {
        Shape.size("broadcastTo", dtype, shape);
        return view(layout.broadcastTo(shape));
    }

    private NDArray view(Layout other) {
        return new NDArray(dtype, storage, other);
    }

    // ---- copies

    /// A fresh copy that [#isWhole].
    public NDArray copy() {
        return new NDArray(dtype, flat(dtype), Layout.rowMajor(shape(), 0));
    }

    /// This if it [#isWhole], else a copy.
    public NDArray contiguous() {
        return isWhole() ? this : copy();
    }

    /// A fresh copy converted to `to`; this itself if that is its dtype. To bool is `x != 0` (NaN is true); integers keep the
    /// low bits; floats round to nearest. Floats to integers truncate toward zero and, out of range, follow the Java casts:
    /// int32 and int64 saturate, narrower ones wrap the int32, uint32 wraps the int64, uint64 saturates above and wraps
    /// negatives; NaN is 0.
    public NDArray astype(DType to) {
        return to == dtype ? this : new NDArray(to, flat(to), Layout.rowMajor(shape(), 0));
    }

    // ---- comparing and printing

    /// Whether the shapes are equal and every `|this - other| <= atol + rtol * |other|`, computed in doubles. Equal infinities
    /// are close, NaN is close to nothing.
    public boolean allClose(NDArray other, double rtol, double atol) {
        if (!Arrays.equals(layout.shape, other.layout.shape)) return false;
        for (int i = 0; i < layout.size; i++) {
            double a = doubleAt(i);
            double b = other.doubleAt(i);
            boolean close = a == b || Double.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b);
            if (!close) return false;
        }
        return true;
    }

    /// Whether `other` is an array of the same dtype, shape and elements; floats as [Double#equals]: NaN equals NaN, 0.0 is
    /// not -0.0.
    @Override public boolean equals(Object other) {
        return this == other || other instanceof NDArray that && dtype == that.dtype
            && Arrays.equals(layout.shape, that.layout.shape)
            && Arrays.deepEquals(new Object[] {contiguous().storage()}, new Object[] {that.contiguous().storage()});
    }

    @Override public int hashCode() {
        int elements = Arrays.deepHashCode(new Object[] {contiguous().storage()});
        return (dtype.name().hashCode() * 31 + Arrays.hashCode(layout.shape)) * 31 + elements;
    }

    /// As NumPy prints: `[[1. 2.]\n [3. 4.]]`, shortened above 1000 elements; the bare value if there are no axes.
    @Override public String toString() {
        return Format.text(this);
    }
}
