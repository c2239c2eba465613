package damo.kernel;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Makes values; the same value every time the same is asked. One pool serves one program. Arithmetic on indices is simplified here, so
/// that no pass has to clean it up.
public final class Values {
    private record Key(Scalar op, DType dtype) {}

    private final Map<Key, Value> interned = new HashMap<>();

    /// The value that computes `op`.
    public Value of(Scalar op, DType dtype) {
        return interned.computeIfAbsent(new Key(op, dtype), k -> new Value(k.op, k.dtype));
    }

    /// The int32 number `value`.
    public Value whole(long value) {
        return of(new Scalar.Whole(value), DType.INT32);
    }

    /// The number `value` in `dtype`; for a bool, whether it is not 0.
    public Value number(DType dtype, double value) {
        return of(dtype.isFloat() ? new Scalar.Real(dtype == DType.FLOAT32 ? (float) value : value) : new Scalar.Whole((long) value), dtype);
    }

    /// The extent named `name`.
    public Value symbol(String name) {
        return of(new Scalar.Symbol(name), DType.INT32);
    }

    /// The position along `axis`.
    public Value index(Axis axis) {
        return isWhole(axis.extent(), 1) ? whole(0) : of(new Scalar.Index(axis), DType.INT32);
    }

    /// The positions along `axes`.
    public List<Value> indices(List<Axis> axes) {
        return axes.stream().map(this::index).toList();
    }

    /// The element of `from` at `at`.
    public Value load(Buffer from, List<Value> at) {
        return of(new Scalar.Load(from, List.copyOf(at)), from.dtype());
    }

    /// The element of `from` at the row-major `offset`.
    public Value flat(Buffer from, Value offset) {
        return of(new Scalar.Flat(from, offset), from.dtype());
    }

    /// `f` of `args`, in the dtype that follows from theirs.
    public Value apply(ScalarOp f, Value... args) {
        if (f == ScalarOp.WHERE && args[1] == args[2]) return args[1];
        DType dtype = f.signature() == ScalarOp.Signature.TEST ? DType.BOOL : args[args.length - 1].dtype();
        return of(new Scalar.Apply(f, List.of(args)), dtype);
    }

    /// `x` as `to`.
    public Value convert(Value x, DType to) {
        if (x.dtype() == to) return x;
        if (x.op() instanceof Scalar.Whole(var w) && to.isInteger() && (int) w == w && w >= 0) return of(x.op(), to);
        return of(new Scalar.Convert(x), to);
    }

    /// The bits of `x`, an integer of a float or a float of an integer of 32 or 64 bits.
    public Value bits(Value x) {
        return of(new Scalar.Bits(x), Scalar.Bits.of(x.dtype()));
    }

    /// `then` if `condition` holds, else `otherwise`, computing only that.
    public Value choose(Value condition, Value then, Value otherwise) {
        if (isWhole(condition, 1) || then == otherwise) return then;
        if (isWhole(condition, 0)) return otherwise;
        return of(new Scalar.Choose(condition, then, otherwise), then.dtype());
    }

    /// `f` of `body` over `axes`.
    public Value fold(Reduction f, List<Axis> axes, Value body) {
        return axes.isEmpty() ? body : of(new Scalar.Fold(f, List.copyOf(axes), body), body.dtype());
    }

    /// `a + b`, of indices.
    public Value add(Value a, Value b) {
        if (a.op() instanceof Scalar.Whole(var x) && b.op() instanceof Scalar.Whole(var y)) return whole(x + y);
        if (isWhole(a, 0)) return b;
        return isWhole(b, 0) ? a : apply(ScalarOp.ADD, a, b);
    }

    /// `a − b`, of indices.
    public Value sub(Value a, Value b) {
        if (a.op() instanceof Scalar.Whole(var x) && b.op() instanceof Scalar.Whole(var y)) return whole(x - y);
        return a == b ? whole(0) : isWhole(b, 0) ? a : apply(ScalarOp.SUB, a, b);
    }

    /// `a · b`, of indices.
    public Value mul(Value a, Value b) {
        if (a.op() instanceof Scalar.Whole(var x) && b.op() instanceof Scalar.Whole(var y)) return whole(x * y);
        if (isWhole(a, 0) || isWhole(b, 1)) return a;
        return isWhole(b, 0) || isWhole(a, 1) ? b : apply(ScalarOp.MUL, a, b);
    }

    /// The row-major offset of the position `at` in a tensor with these extents.
    public Value offset(List<Value> extents, List<Value> at) {
        Value offset = whole(0);
        for (int i = 0; i < at.size(); i++) offset = add(mul(offset, extents.get(i)), at.get(i));
        return offset;
    }

    /// The product of extents.
    public Value product(List<Value> extents) {
        return extents.stream().reduce(whole(1), this::mul);
    }

    /// Whether `v` is the integer `value`.
    public static boolean isWhole(Value v, long value) {
        return v.op() instanceof Scalar.Whole(var w) && w == value;
    }

    /// `root` with every value for which `image` is not `null` replaced by that, from the top down; shared values stay shared.
    public Value replace(Value root, Function<Value, Value> image) {
        return replace(root, image, new IdentityHashMap<>());
    }

    /// As [#replace(Value, Function)]; `done` carries what was replaced already from one root to the next.
    public Value replace(Value root, Function<Value, Value> image, Map<Value, Value> done) {
        Value known = done.get(root);
        if (known != null) return known;
        Value result = image.apply(root);
        if (result == null) {
            List<Value> before = root.op().operands();
            List<Value> after = before.stream().map(o -> replace(o, image, done)).toList();
            result = after.equals(before) ? root : rebuilt(root, after);
        }
        done.put(root, result);
        return result;
    }

    /// The computation of `v` on other operands, simplified if it is index arithmetic.
    private Value rebuilt(Value v, List<Value> operands) {
        if (v.dtype() == DType.INT32 && v.op() instanceof Scalar.Apply(var f, _) && operands.size() == 2) {
            if (f == ScalarOp.ADD) return add(operands.get(0), operands.get(1));
            if (f == ScalarOp.SUB) return sub(operands.get(0), operands.get(1));
            if (f == ScalarOp.MUL) return mul(operands.get(0), operands.get(1));
        }
        if (v.op() instanceof Scalar.Convert) return convert(operands.getFirst(), v.dtype());
        return of(v.op().with(operands), v.dtype());
    }
}
