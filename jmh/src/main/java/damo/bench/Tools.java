package damo.bench;

import java.util.function.Consumer;

/// What networks written by hand are made of: by plain loops, by vectors, or by a library.
///
/// @param add `out += x y`, as in [Product]
/// @param addTransposed `out += xᵀ y`
/// @param tanh in place
record Tools(Multiply add, Multiply addTransposed, Consumer<float[]> tanh) {
    interface Multiply { void apply(float[] x, float[] y, float[] out, int n); }

    static Tools plain() {
        return new Tools(Product::add, Product::addTransposed, Plain::tanh);
    }

    static Tools vector() {
        return new Tools(VectorFloatProduct::add, VectorFloatProduct::addTransposed, VectorMath::tanh);
    }

    static Tools openBlas() {
        return new Tools(OpenBlas::add, OpenBlas::addTransposed, VectorMath::tanh);
    }
}
