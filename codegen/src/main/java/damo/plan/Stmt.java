package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Value;
import java.util.List;

/// One thing that a scheduled kernel does. Sealed; what a list of statements computes first, the later ones may read, and the lists within them.
public sealed interface Stmt {
    /// Computes `value` here, once: later mentions read it.
    record Let(Value value) implements Stmt {}

    /// `body` for `axis` from `from`, `step` apart, while it is below `to`.
    record Loop(Axis axis, Value from, Value to, int step, List<Stmt> body) implements Stmt {}

    /// `body`, if all of these extents are above 0.
    record Guard(List<Value> extents, List<Stmt> body) implements Stmt {}

    /// Computes the [damo.kernel.Scalar.Fold] `fold`: `body` holds the one [Run] that feeds it, inside loops over its outer axes.
    record Fold(Value fold, List<Stmt> body) implements Stmt {}

    /// The innermost loop of `fold`: for all of `axis`, `body`, and then `element` is taken in, by [#LANES] accumulators in turn or by one.
    ///
    /// @param lanes the number of accumulators: that is the order of a sum of floats, on every machine
    /// @param together how many of them, or vectors of them, are to be fed in one pass
    record Run(Value fold, Axis axis, int lanes, int together, List<Stmt> body, Value element) implements Stmt {
        /// Enough for two vectors of 16 floats in flight, four of 8 doubles.
        public static final int LANES = 32;
    }

    /// Makes `z`, or adds to it, the product of two matrices, over `terms` columns of `x` and rows of `y`.
    record Multiply(Matrix x, Matrix y, Matrix z, Value rows, Value columns, Value terms, boolean add) implements Stmt {}

    /// A matrix in a buffer, from an offset on; its rows lie `row` apart, its columns `column`.
    record Matrix(Buffer in, Value from, Value row, Value column) {}

    /// Stores `value` at the flat `offset`, or adds it to what is there.
    record Put(Buffer to, Value offset, Value value, boolean adds) implements Stmt {}

    /// Stores 0 in the first `size` elements.
    record Clear(Buffer to, Value size) implements Stmt {}
}
