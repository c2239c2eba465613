package damo.kernel;

import damo.type.DType;
import java.util.List;

/// Memory for a tensor, row-major without gaps. The name is unique in a program; extents are int32 values.
public record Buffer(String name, DType dtype, List<Value> extents) {
    /// A buffer with these extents.
    public Buffer {
        extents = List.copyOf(extents);
    }

    /// The number of axes.
    public int rank() {
        return extents.size();
    }

    // By name: extents are shared values, and a name stands for one buffer.
    @Override public boolean equals(Object other) {
        return other instanceof Buffer b && b.name.equals(name);
    }

    @Override public int hashCode() {
        return name.hashCode();
    }
}
