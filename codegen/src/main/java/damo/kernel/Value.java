package damo.kernel;

import damo.type.DType;

/// A scalar that a kernel computes: what computes it and its dtype. Made and shared by [Values]; equal only to itself, so that a
/// kernel's body is a DAG.
public final class Value {
    private final Scalar op;
    private final DType dtype;

    Value(Scalar op, DType dtype) {
        this.op = op;
        this.dtype = dtype;
    }

    /// What computes it.
    public Scalar op() {
        return op;
    }

    /// Its dtype. Indices and extents are int32: a Java array has fewer than 2³¹ elements.
    public DType dtype() {
        return dtype;
    }

    @Override public String toString() {
        return KernelText.print(this);
    }
}
