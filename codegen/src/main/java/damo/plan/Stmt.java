package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Value;
import java.util.List;
import java.util.Optional;

/// One thing that a scheduled kernel does. Sealed; what a list of statements computes first, the later ones may read, and the lists within them.
public sealed interface Stmt {
    /// Computes `value` here, once: later mentions read it.
    record Let(Value value) implements Stmt {}

    /// `body` for `axis` from `from` up to `to`.
    record Loop(Axis axis, Value from, Value to, List<Stmt> body) implements Stmt {}

    /// The same for `together` positions at once, the first of which is that of `axis` in `all`, while there are so many; and `one` for each that is
    /// left.
    record Several(Axis axis, Value to, int together, List<Stmt> all, List<Stmt> one) implements Stmt {}

    /// `body`, if all of these extents are above 0.
    record Guard(List<Value> extents, List<Stmt> body) implements Stmt {}

    /// Computes the [damo.kernel.Scalar.Fold] `fold`: `body` holds the one [Run] that feeds it, inside loops over its outer axes.
    record Fold(Value fold, List<Stmt> body) implements Stmt {
        /// The loop that feeds it, if there is nothing around that; else `null`.
        public Run run() {
            return body.size() == 1 && body.getFirst() instanceof Run run ? run : null;
        }
    }

    /// Does these, of which none needs another, and which have loops of the same length: a block of terms of each, and then the next block of each.
    /// So what they have in common comes from memory once. The order of each stays as it is.
    record Together(List<Fold> folds) implements Stmt {}

    /// The innermost loop of `fold`: for all of `axis`, `body`, and then `element` is taken in, by [#LANES] accumulators in turn or by one.
    ///
    /// @param lanes the number of accumulators: that is the order of a sum of floats, on every machine
    /// @param together how many of them, or vectors of them, are to be fed in one pass
    record Run(Value fold, Axis axis, int lanes, int together, List<Stmt> body, Value element) implements Stmt {
        /// Enough for two vectors of 16 floats in flight, four of 8 doubles.
        public static final int LANES = 32;
        /// Terms of a sum of floats that are added without compensation.
        public static final int BLOCK = 2048;

        /// Where the block of this number begins, in the order of a sum of so many terms: whole blocks come in pairs, one of each half, since a
        /// processor reads ahead of four streams more than of two.
        public static int begin(int block, int terms) {
            int half = terms / (2 * BLOCK);
            return BLOCK * (block / 2 < half ? block / 2 + block % 2 * half : block);
        }
    }

    /// For each position of `axis`: computes `before`, then as often as `times` has positions lets all `states` become what is next, and stores
    /// them. Each position may be done more than once.
    ///
    /// @param together how many vectors are to be done side by side, so that one need not wait for the step before
    record Repeat(Axis axis, Axis times, int together, List<Value> before, List<State> states) implements Stmt {}

    /// What `next` and the next values of other states call `value`; it begins as what that says. In the end it is stored at `offset` of `to`.
    record State(Value value, Value next, Buffer to, Value offset) {}

    /// Makes `z`, or adds to it, the product of two matrices, over `terms` columns of `x` and rows of `y`. If there is something to do `after`
    /// it, that is what puts its results into `z`, which then holds nothing but sums that are not complete.
    record Multiply(Matrix x, Matrix y, Matrix z, Axis row, Axis column, Value terms, boolean add, Optional<After> after) implements Stmt {}

    /// What is done with the sums of some rows and columns as soon as they are complete: `body`, whose loops over both keep to these.
    ///
    /// @param sums stands for the memory in which they lie then: from the place [#FROM] on, its rows [#ROW] apart, as if the first row and column of
    ///     the whole product were there too
    /// @param around which position of the loops around it is, as one number; [#AROUND] in `body`
    record After(Buffer sums, Value around, List<Stmt> body) {
        /// Symbols, which are known to `body` alone.
        public static final String FROM = "sums from", ROW = "sums row", AROUND = "around";
    }

    /// A matrix in a buffer, from an offset on; its rows lie `row` apart, its columns `column`.
    record Matrix(Buffer in, Value from, Value row, Value column) {}

    /// Stores `value` at the flat `offset`, or adds it to what is there.
    record Put(Buffer to, Value offset, Value value, boolean adds) implements Stmt {}

    /// Stores 0 in the first `size` elements.
    record Clear(Buffer to, Value size) implements Stmt {}
}
