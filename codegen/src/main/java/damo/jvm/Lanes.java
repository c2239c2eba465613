package damo.jvm;

import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.type.DType;

/// How one scalar operation is emitted: the seam between what a kernel does, which [KernelMethod] walks, and the instructions for one
/// element or for a vector of them.
///
/// Operands lie on the stack, the last on top; each method takes them and leaves its result.
interface Lanes {
    /// `array, offset →` the element.
    void load(DType dtype);

    /// `array, offset, element →` nothing.
    void store(DType dtype);

    /// `→` the number, which is a [Scalar.Real] or a [Scalar.Whole].
    void number(Scalar number, DType dtype);

    /// `operands →` the result. One element at a time, [ScalarOp#WHERE] is not done so, but as a branch.
    void apply(ScalarOp f, DType operands);

    /// `x →` `x` shifted, as `f` says, by a number of bits that is known and below the width.
    void shift(ScalarOp f, DType dtype, int places);

    /// `x →` `x` as `to`.
    void convert(DType from, DType to);

    /// `x →` the bits of `x` as [Scalar.Bits] has them.
    void bits(DType from);

    /// `→` the value of a local variable.
    void get(DType dtype, int local);

    /// `x →` nothing.
    void set(DType dtype, int local);

    /// `x → x x`.
    void dup(DType dtype);

    /// How many local variables a value takes.
    int slots(DType dtype);
}
