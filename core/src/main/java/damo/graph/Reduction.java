package damo.graph;

import java.util.Locale;

/// How elements along an axis become one.
public enum Reduction {
    SUM(ScalarOp.ADD), PROD(ScalarOp.MUL), MAX(ScalarOp.MAX), MIN(ScalarOp.MIN);

    private final ScalarOp step;

    Reduction(ScalarOp step) {
        this.step = step;
    }

    /// The scalar function that takes in one more element.
    public ScalarOp step() {
        return step;
    }

    /// Whether the reduction of nothing has a value (0 for a sum, 1 for a product).
    public boolean hasIdentity() {
        return this == SUM || this == PROD;
    }

    /// The name in IR text and expressions: `sum`.
    @Override public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
