package damo.type;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/// What is known of a tensor before it has a value: the dtype, and per axis the extent or [#UNKNOWN].
public record TensorType(DType dtype, List<Long> extents) {
    /// The extent of an axis of which only the existence is known.
    public static final long UNKNOWN = -1;

    /// The type of a tensor with these extents.
    public TensorType {
        extents = List.copyOf(extents);
    }

    /// The type with no axes.
    public static TensorType scalar(DType dtype) {
        return new TensorType(dtype, List.of());
    }

    /// The type with `rank` axes of unknown extents.
    public static TensorType ofRank(DType dtype, int rank) {
        return new TensorType(dtype, Collections.nCopies(rank, UNKNOWN));
    }

    /// The number of axes.
    public int rank() {
        return extents.size();
    }

    /// The extent of `axis`, or [#UNKNOWN].
    public long extent(int axis) {
        return extents.get(axis);
    }

    /// Whether every extent is known.
    public boolean isStatic() {
        return !extents.contains(UNKNOWN);
    }

    /// The same extents with another dtype.
    public TensorType withDtype(DType other) {
        return new TensorType(other, extents);
    }

    /// The same dtype with other extents.
    public TensorType withExtents(List<Long> other) {
        return new TensorType(dtype, other);
    }

    /// Whether a value of type `other` is surely or possibly of this type: same dtype and rank, no known extents that differ.
    public boolean mayHold(TensorType other) {
        if (dtype != other.dtype || rank() != other.rank()) return false;
        for (int i = 0; i < rank(); i++)
            if (extent(i) != other.extent(i) && extent(i) != UNKNOWN && other.extent(i) != UNKNOWN) return false;
        return true;
    }

    /// `float64` for a scalar, `float64[?, 3]` for a matrix with an unknown extent.
    @Override public String toString() {
        if (extents.isEmpty()) return dtype.toString();
        return dtype + extents.stream().map(e -> e == UNKNOWN ? "?" : e.toString()).collect(Collectors.joining(", ", "[", "]"));
    }
}
