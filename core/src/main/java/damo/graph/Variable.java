package damo.graph;

import damo.DamoException;
import damo.type.DType;
import damo.type.TensorType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A symbolic value: what computes it, its type, perhaps a name, and the user's source line that created it. Immutable, free of
/// global state, and equal only to itself.
///
/// Axes may be negative, counting from the end. A method that finds a broken rule throws a [DamoException] at once.
public class Variable extends Fluent {
    private final Op op;
    private final TensorType type;
    private final String name;
    private final Source source;

    /// A variable that computes `op`, created on the current source line.
    ///
    /// @throws DamoException if the operands break a rule of the op
    public Variable(Op op) {
        this(op, "", Source.here());
    }

    /// A variable with a name (empty for none) and a source line.
    public Variable(Op op, String name, Source source) {
        this.op = op;
        this.type = TypeRule.of(op);
        this.name = name;
        this.source = source;
    }

    /// A variable of this type whose op is still to be said: a subclass that says it in [#op].
    Variable(TensorType type, String name, Source source) {
        this.op = null;
        this.type = type;
        this.name = name;
        this.source = source;
    }

    @Override Variable self() {
        return this;
    }

    /// What computes it.
    public Op op() {
        return op;
    }

    /// What is known of its values.
    public TensorType type() {
        return type;
    }

    /// The dtype of its elements.
    public DType dtype() {
        return type.dtype();
    }

    /// The number of axes.
    public int rank() {
        return type.rank();
    }

    /// The name, or an empty string.
    public String name() {
        return name;
    }

    /// The user's line that created it.
    public Source source() {
        return source;
    }

    /// The same computation under a name, for printing and errors.
    public Variable named(String name) {
        return new Variable(op(), name, source);
    }

    /// The same op on the images of its operands (an operand without an image stays); itself if no operand changes.
    public Variable rebuilt(Map<Variable, Variable> images) {
        List<Variable> before = op().operands();
        List<Variable> after = before.stream().map(o -> images.getOrDefault(o, o)).toList();
        return after.equals(before) ? this : new Variable(op().with(after), name, source);
    }

    /// The name, or else the opcode: what a message calls it.
    public String label() {
        return !name.isEmpty() ? name : op() instanceof Op.Constant(var c) && c.rank() == 0 ? c.toString() : op().opcode();
    }

    /// `x is float64[?, 3], created at Train.java:41`.
    public String describe() {
        return "%s is %s%s".formatted(label(), type, source == Source.NONE ? "" : ", created at " + source);
    }

    /// The message that `op` broke `rule` with these operands.
    public static String message(String op, String rule, List<? extends Variable> operands) {
        return "%s: %s%s".formatted(op, rule, operands.stream().map(o -> "\n  " + o.describe()).collect(Collectors.joining()));
    }

    /// The error that `op` broke `rule` with these operands.
    public static DamoException error(String op, String rule, List<? extends Variable> operands) {
        return new DamoException(message(op, rule, operands));
    }

    /// The value of a constant int64 scalar, or [TensorType#UNKNOWN].
    long constantExtent() {
        return Ints.isConstant(this) ? Ints.value(this) : TensorType.UNKNOWN;
    }

    /// The elements as another dtype: float to integer truncates toward zero, to bool is `x != 0`.
    public Variable cast(DType to) {
        return to == dtype() ? this : new Variable(new Op.Cast(this, to));
    }

    /// The extent of `axis`, an int64 scalar.
    public Variable shape(int axis) {
        return Ints.extent(this, Build.axis("shape", this, axis, rank()));
    }

    /// All extents, an int64 vector.
    public Variable shape() {
        return rank() == 0 ? new Variable(new Op.Iota(Ints.of(0))) : Movement.stack(0, Ints.extents(this));
    }

    /// The number of elements, an int64 scalar.
    public Variable size() {
        return Ints.product(Ints.extents(this));
    }

    /// The sum over `axes` (none: all). Bool and integers accumulate in 64 bits; f32 in f32, pairwise; of nothing: 0.
    public Variable sum(int... axes) {
        return Reductions.reduce(Reduction.SUM, this, false, axes);
    }

    /// As [#sum(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable sum(boolean keepDims, int... axes) {
        return Reductions.reduce(Reduction.SUM, this, keepDims, axes);
    }

    /// The product over `axes` (none: all); of nothing: 1.
    public Variable prod(int... axes) {
        return Reductions.reduce(Reduction.PROD, this, false, axes);
    }

    /// As [#prod(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable prod(boolean keepDims, int... axes) {
        return Reductions.reduce(Reduction.PROD, this, keepDims, axes);
    }

    /// The largest element over `axes` (none: all); NaN if one is NaN; of nothing: an error. Every tied element gets the gradient.
    public Variable max(int... axes) {
        return Reductions.reduce(Reduction.MAX, this, false, axes);
    }

    /// As [#max(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable max(boolean keepDims, int... axes) {
        return Reductions.reduce(Reduction.MAX, this, keepDims, axes);
    }

    /// The smallest element over `axes` (none: all); NaN if one is NaN; of nothing: an error.
    public Variable min(int... axes) {
        return Reductions.reduce(Reduction.MIN, this, false, axes);
    }

    /// As [#min(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable min(boolean keepDims, int... axes) {
        return Reductions.reduce(Reduction.MIN, this, keepDims, axes);
    }

    /// The mean over `axes` (none: all); integers give float64; of nothing: NaN.
    public Variable mean(int... axes) {
        return Reductions.mean(this, false, axes);
    }

    /// As [#mean(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable mean(boolean keepDims, int... axes) {
        return Reductions.mean(this, keepDims, axes);
    }

    /// The variance over `axes` (none: all): the mean of the squared distances from the mean.
    public Variable var(int... axes) {
        return Reductions.variance(this, 0, false, axes);
    }

    /// The variance that divides by the count less `ddof`, keeping the axes with extent 1 if `keepDims`.
    public Variable var(int ddof, boolean keepDims, int... axes) {
        return Reductions.variance(this, ddof, keepDims, axes);
    }

    /// The square root of [#var(int...)].
    public Variable std(int... axes) {
        return var(axes).sqrt();
    }

    /// Whether any element over `axes` (none: all) is true.
    public Variable any(int... axes) {
        return Reductions.reduce(Reduction.SUM, cast(DType.BOOL), false, axes).cast(DType.BOOL);
    }

    /// Whether all elements over `axes` (none: all) are true.
    public Variable all(int... axes) {
        return Reductions.reduce(Reduction.PROD, cast(DType.BOOL), false, axes).cast(DType.BOOL);
    }

    /// The sums of the elements up to each one along `axis`, itself included. Bools and small integers are summed in 64 bits, as in NumPy;
    /// floats one after the other, so that the error grows with the number of them.
    public Variable cumsum(int axis) {
        return Reductions.running("cumsum", ScalarOp.ADD, -0.0, this, axis);              // 0.0 + −0.0 would be 0.0
    }

    /// As [#cumsum(int)], of the elements in row-major order: a vector.
    public Variable cumsum() {
        return flatten().cumsum(0);
    }

    /// The products of the elements up to each one along `axis`, itself included; dtypes as in [#cumsum(int)].
    public Variable cumprod(int axis) {
        return Reductions.running("cumprod", ScalarOp.MUL, 1, this, axis);
    }

    /// As [#cumprod(int)], of the elements in row-major order: a vector.
    public Variable cumprod() {
        return flatten().cumprod(0);
    }

    /// Differences of neighbours along `axis`, taken `n` times, so that its extent is less by `n`; of bools, whether they differ.
    public Variable diff(int n, int axis) {
        return Movement.diff(this, n, axis);
    }

    /// The position of the first largest element (or first NaN) along `axis`, int64.
    public Variable argmax(int axis) {
        return Reductions.argument(Reduction.MAX, this, false, axis);
    }

    /// The position of the first smallest element (or first NaN) along `axis`, int64.
    public Variable argmin(int axis) {
        return Reductions.argument(Reduction.MIN, this, false, axis);
    }

    /// `log(Σ exp(x))` over `axes` (none: all), without overflow.
    public Variable logSumExp(int... axes) {
        return Reductions.logSumExp(this, false, axes);
    }

    /// As [#logSumExp(int...)], keeping the axes with extent 1 if `keepDims`.
    public Variable logSumExp(boolean keepDims, int... axes) {
        return Reductions.logSumExp(this, keepDims, axes);
    }

    /// `exp(x) / Σ exp(x)` over `axes` (none: the last one), without overflow; of the same rank.
    public Variable softmax(int... axes) {
        return Reductions.softmax(this, axes.length == 0 ? new int[] {-1} : axes);
    }

    /// The logarithm of [#softmax(int...)], without overflow or a loss of digits.
    public Variable logSoftmax(int... axes) {
        return Reductions.logSoftmax(this, axes.length == 0 ? new int[] {-1} : axes);
    }

    /// As `numpy.dot`: the last axis of this with the last but one (or only) axis of `y`.
    public Variable dot(Variable y) {
        return Contractions.dot(this, y);
    }

    /// As `numpy.matmul`: leading axes are batch axes, which broadcast.
    public Variable matmul(Variable y) {
        return Contractions.matmul(this, y);
    }

    /// All products of an element of this with one of `y`: the axes of this, then those of `y`.
    public Variable outer(Variable y) {
        return Contractions.outer(this, y);
    }

    /// The products summed over pairs of axes, one of this and one of `y` each: the axes that are left of this, then those of `y`.
    public Variable tensordot(Variable y, int[] axes, int[] yAxes) {
        return Contractions.tensordot(this, y, axes, yAxes);
    }

    /// The same elements, row-major, with other extents: numbers or integer scalars, one of which may be −1 (what is left).
    public Variable reshape(Object... extents) {
        return Movement.reshape(this, extents);
    }

    /// As a vector, row-major.
    public Variable flatten() {
        return Movement.flatten(this, 1);
    }

    /// With `rank` axes, the last of which takes the rest.
    public Variable flatten(int rank) {
        return Movement.flatten(this, rank);
    }

    /// The axes in this order; none given: in reverse order.
    public Variable transpose(int... axes) {
        return Movement.transpose(this, axes);
    }

    /// Axes in another order: entry `i` says which axis becomes axis `i`; −1 is a new axis of extent 1; one left out must have extent 1.
    public Variable dimshuffle(int... pattern) {
        return Movement.dimshuffle(this, Arrays.stream(pattern).boxed().toList());
    }

    /// With two axes exchanged.
    public Variable swapAxes(int a, int b) {
        return Movement.swap(this, a, b);
    }

    /// With the axis `from` moved to `to`.
    public Variable moveAxis(int from, int to) {
        return Movement.move(this, from, to);
    }

    /// With a new axis of extent 1 at `axis` of the result.
    public Variable expandDims(int axis) {
        return Movement.expand(this, List.of(Build.axis("expandDims", this, axis, rank() + 1)));
    }

    /// Without these axes, which must have extent 1; none given: without all that are known to have extent 1.
    public Variable squeeze(int... axes) {
        return Movement.squeeze(this, axes);
    }

    /// Repeated along new leading axes and along axes of extent 1, to these extents (numbers or integer scalars).
    public Variable broadcastTo(Object... extents) {
        return Movement.broadcast(this, Build.indices(extents));
    }

    /// The element, or the sub-tensor, at these positions of the leading axes (numbers or integer scalars; negative: from the end).
    public Variable at(Object... positions) {
        return Indexing.index(this, Build.indices(positions).stream().<Index>map(Index.At::new).toList());
    }

    /// The elements from `start` up to, not including, `stop` along the first axis (numbers or integer scalars; negative: from the end).
    public Variable slice(Object start, Object stop) {
        return index(new Index.Range(Build.index(start), Build.index(stop), 1));
    }

    /// Indexing as between NumPy's brackets. Several arrays of positions broadcast and choose together; their axes come first in the
    /// result if something stands between them, else in their place.
    public Variable index(Index... entries) {
        return Indexing.index(this, List.of(entries));
    }

    /// A copy with the elements that the index chooses replaced by `value`, which broadcasts to them; where an array of positions names
    /// one of them repeatedly, the last value stays. This is unchanged.
    public Variable withSet(Variable value, Index... entries) {
        return Updates.set(this, value, List.of(entries));
    }

    /// As [#withSet(Variable, Index...)]; the number takes the dtype of this.
    public Variable withSet(Number value, Index... entries) {
        return Updates.set(this, Updates.number("set", this, value), List.of(entries));
    }

    /// A copy with `value`, which broadcasts, added to the elements that the index chooses; repeatedly where an array of positions names
    /// one of them repeatedly. This is unchanged.
    public Variable withInc(Variable value, Index... entries) {
        return Updates.inc(this, value, List.of(entries));
    }

    /// As [#withInc(Variable, Index...)]; the number takes the dtype of this.
    public Variable withInc(Number value, Index... entries) {
        return Updates.inc(this, Updates.number("inc", this, value), List.of(entries));
    }

    /// The elements at `positions` (integers, negative: from the end) along `axis`.
    public Variable take(int axis, Variable positions) {
        return Indexing.take(this, axis, positions);
    }

    /// Its value, with these values for its inputs. For a look at a value, not for a loop: every call compiles anew, nothing is cached.
    ///
    /// @throws DamoException naming an input that has no value
    public NDArray eval(Map<? extends Variable, ?> values) {
        return Evaluator.installed().eval(this, values);
    }

    /// As [#eval(Map)], of something that depends on constants and shared variables only.
    public NDArray eval() {
        return eval(Map.of());
    }

    @Override public String toString() {
        return !name.isEmpty() ? name : "%s: %s".formatted(op().opcode(), type);
    }
}
