package damo;

import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import java.util.List;

/// What networks are made of, composed of the rest. Users see the methods as members of [Damo].
abstract class Networks extends Tensors {
    Networks() {}

    /// `x²`.
    public static Variable sqr(Variable x) {
        return x.mul(x);
    }

    /// `x` moved to the nearest number in `low..high`.
    public static Variable clip(Variable x, Number low, Number high) {
        return x.maximum(low).minimum(high);
    }

    /// As [#clip(Variable, Number, Number)], with bounds that broadcast.
    public static Variable clip(Variable x, Variable low, Variable high) {
        return x.maximum(low).minimum(high);
    }

    /// `x` where it is positive, else 0.
    public static Variable relu(Variable x) {
        return x.maximum(0);
    }

    /// `x` where it is positive, else `slope · x`.
    public static Variable relu(Variable x, double slope) {
        return where(x.gt(0), x, x.mul(slope));
    }

    /// Brought to mean 0 and variance 1 along the last axis, then scaled and shifted: `(x − mean) / √(variance + epsilon) · scale + shift`.
    public static Variable layerNorm(Variable x, Variable scale, Variable shift, double epsilon) {
        Variable centred = x.sub(x.mean(true, -1));
        return centred.div(centred.mul(centred).mean(true, -1).add(epsilon).sqrt()).mul(scale).add(shift);
    }

    /// `−log p` of what is right, one for each row of `probabilities` (the last axis). `labels` are integers with one axis less, or
    /// probabilities of the same rank, each of which weighs the logarithm.
    public static Variable categoricalCrossEntropy(Variable probabilities, Variable labels) {
        if (labels.dtype().isInteger()) return picked("categoricalCrossEntropy", probabilities, labels).log().neg();
        weights("categoricalCrossEntropy", probabilities, labels);
        return where(labels.eq(0), 0, labels.mul(probabilities.log())).sum(-1).neg();
    }

    /// [#categoricalCrossEntropy] of the [#softmax] of `logits`, without overflow or a loss of digits.
    public static Variable softmaxCrossEntropy(Variable logits, Variable labels) {
        if (labels.dtype().isInteger()) return logits.logSumExp(-1).sub(picked("softmaxCrossEntropy", logits, labels));
        weights("softmaxCrossEntropy", logits, labels);
        return where(labels.eq(0), 0, labels.mul(logits.logSoftmax(-1))).sum(-1).neg();
    }

    /// `−t·log p − (1 − t)·log(1 − p)`, element by element.
    public static Variable binaryCrossEntropy(Variable p, Variable t) {
        Variable rest = sub(1, t);
        return where(t.eq(0), 0, t.mul(p.log())).add(where(rest.eq(0), 0, rest.mul(sub(1, p).log()))).neg();
    }

    /// [#binaryCrossEntropy] of the sigmoid of `logits`, without overflow.
    public static Variable sigmoidCrossEntropy(Variable logits, Variable t) {
        return logits.softplus().sub(t.mul(logits));
    }

    /// The element of each row of `x` that its label names.
    private static Variable picked(String op, Variable x, Variable labels) {
        if (labels.rank() != x.rank() - 1)
            throw Variable.error(op, "integer labels need one axis less than the rows they are for: %d axes, not %d"
                    .formatted(x.rank() - 1, labels.rank()), List.of(x, labels));
        Variable label = labels.cast(DType.INT64);
        Variable inside = label.ge(0).and(label.lt(x.shape(-1))).all();
        String message = Variable.message(op, "a label is not a position of the last axis: each must be at least 0 and less than its extent",
                List.of(x, labels));
        Variable checked = new Variable(new Op.Assert(label, inside, message));
        return where(checked.expandDims(-1).eq(arange(x.shape(-1))), x, 0).sum(-1);
    }

    private static void weights(String op, Variable x, Variable labels) {
        if (labels.rank() == x.rank() && labels.dtype().isFloat()) return;
        throw Variable.error(op, "labels must be integers with one axis less than the rows, or floats of the same rank", List.of(x, labels));
    }

    /// One-hot rows: 1 at the position that each label names, else 0.
    public static Variable oneHot(Variable labels, Object classes, DType dtype) {
        if (!labels.dtype().isInteger()) throw Variable.error("oneHot", "labels must be integers; cast them", List.of(labels));
        return labels.cast(DType.INT64).expandDims(-1).eq(arange(classes)).cast(dtype);
    }
}
