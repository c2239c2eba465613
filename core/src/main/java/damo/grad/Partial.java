package damo.grad;

import damo.graph.Variable;

/// The derivative of an elementwise function by one operand, as a map from (co)tangents to (co)tangents.
sealed interface Partial {
    /// No derivative: a step function, or a result that is not a float.
    record Zero() implements Partial {}

    /// 1.
    record One() implements Partial {}

    /// −1.
    record Minus() implements Partial {}

    /// `factor`.
    record Times(Variable factor) implements Partial {}

    /// `1 / divisor`.
    record Over(Variable divisor) implements Partial {}

    /// 1 where `condition` is `taken`, elsewhere 0, whatever stands there.
    record Where(Variable condition, boolean taken) implements Partial {}

    Partial ZERO = new Zero();
    Partial ONE = new One();
    Partial MINUS = new Minus();
}
