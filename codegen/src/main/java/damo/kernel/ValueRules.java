package damo.kernel;

import static damo.kernel.Verifier.require;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import damo.value.Storage;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The rules of values, for [Verifier]. Each value is looked at once.
final class ValueRules {
    private final Set<String> symbols;
    private final Consumer<Buffer> buffers;
    private final Map<String, Axis> axes = new HashMap<>();
    private final Set<Value> good = Collections.newSetFromMap(new IdentityHashMap<>());
    private final FreeAxes free = new FreeAxes();
    private final Map<Value, Set<Axis>> bound = new IdentityHashMap<>();

    ValueRules(Set<String> symbols, Consumer<Buffer> buffers) {
        this.symbols = symbols;
        this.buffers = buffers;
    }

    void axes(List<Axis> list) {
        require(new HashSet<>(list).size() == list.size(), "an axis is there twice: %s", list.stream().map(Axis::name).toList());
        for (Axis axis : list) {
            require(axis.equals(axes.computeIfAbsent(axis.name(), _ -> axis)), "there are two axes %s", axis.name());
            require(!symbols.contains(axis.name()), "axis %s has the name of a symbol", axis.name());
            extent(axis.extent());
        }
    }

    void extent(Value v) {
        boolean closed = switch (v.op()) {
            case Scalar.Whole(var x) -> x >= Integer.MIN_VALUE && x <= Integer.MAX_VALUE;
            case Scalar.Symbol(var name) -> symbols.contains(name);
            case Scalar.Apply(var f, var args) -> {
                args.forEach(this::extent);
                yield switch (f) {
                    case ADD, SUB, MUL, FLOORDIV, MAX, MIN -> true;
                    case NEG, ABS, SIGN, SQRT, CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH,
                         ASINH, ACOSH, ATANH, SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, CEIL, FLOOR, TRUNC, ROUND,
                         NOT, ISNAN, ISINF, DIV, MOD, POW, ATAN2, POLYGAMMA, LT, LE, EQ, NE, AND, OR, XOR, SHL, SHR, WHERE, FMA -> false;
                };
            }
            case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _,
                 Scalar.Choose _, Scalar.Fold _ -> false;
        };
        require(closed && v.dtype() == DType.INT32, "the extent %s is not arithmetic on declared symbols, in int32", v);
    }

    void condition(Buffer b) {
        require(b.dtype() == DType.BOOL && b.extents().stream().allMatch(e -> Values.isWhole(e, 1)),
                "condition %s is not a single bool", b.name());
    }

    void store(Store s, Kernel k) {
        positions(s.to(), s.at());
        value(s.value());
        require(!s.adds() || s.to().dtype() != DType.BOOL, "bools are added in %s", s.to().name());
        require(s.value().dtype() == s.to().dtype(), "a %s is stored into %s, which is %s", s.value().dtype(), s.to().name(),
                s.to().dtype());
        Set<Axis> known = new HashSet<>(k.axes());
        Set<Axis> at = new HashSet<>();
        for (Value v : s.at()) {
            scope(v, known, k);
            at.addAll(free.of(v));
        }
        scope(s.value(), known, k);
        for (Axis a : k.axes())
            require(s.adds() || at.contains(a) || Values.isWhole(a.extent(), 1), "kernel %s stores into %s at one place for all of axis %s",
                    k.name(), s.to().name(), a.name());
    }

    private void scope(Value v, Set<Axis> known, Kernel k) {
        for (Axis a : free.of(v)) require(known.contains(a), "kernel %s mentions axis %s outside of its loop", k.name(), a.name());
        for (Axis a : bound(v)) require(!known.contains(a), "kernel %s folds over its own axis %s", k.name(), a.name());
    }

    private void positions(Buffer b, List<Value> at) {
        require(at.size() == b.rank(), "%d positions in %s, which has %d axes", at.size(), b.name(), b.rank());
        for (Value v : at) position(b, v);
    }

    private void position(Buffer b, Value v) {
        value(v);
        require(v.dtype() == DType.INT32, "a position in %s is %s: %s", b.name(), v.dtype(), v);
    }

    private void value(Value root) {
        for (Value v : Order.of(root, good::contains)) {
            good.add(v);
            rule(v);
        }
    }

    private void rule(Value v) {
        switch (v.op()) {
            case Scalar.Real(var x) -> require(v.dtype() == DType.FLOAT64 || v.dtype() == DType.FLOAT32
                    && (Double.isNaN(x) || (float) x == x), "%s is no %s", x, v.dtype());
            case Scalar.Whole(var x) -> require(!v.dtype().isFloat() && fits(x, v.dtype()), "%d is no %s", x, v.dtype());
            case Scalar.Symbol(var name) -> {
                require(symbols.contains(name), "symbol %s is not declared", name);
                result(v, DType.INT32);
            }
            case Scalar.Index(var axis) -> {
                axes(List.of(axis));
                result(v, DType.INT32);
            }
            case Scalar.Load(var from, var at) -> {
                buffers.accept(from);
                positions(from, at);
                result(v, from.dtype());
            }
            case Scalar.Flat(var from, var offset) -> {
                buffers.accept(from);
                position(from, offset);
                result(v, from.dtype());
            }
            case Scalar.Apply(var f, var args) -> apply(f, args, v);
            case Scalar.Convert _ -> { }
            case Scalar.Bits(var x) -> {
                require(Scalar.Bits.of(x.dtype()) != null, "bits of a %s: %s", x.dtype(), v);
                result(v, Scalar.Bits.of(x.dtype()));
            }
            case Scalar.Choose(var condition, var then, var otherwise) -> {
                require(condition.dtype() == DType.BOOL, "the condition is %s: %s", condition.dtype(), v);
                require(then.dtype() == otherwise.dtype(), "the branches are %s and %s: %s", then.dtype(), otherwise.dtype(), v);
                require(bound(then).isEmpty() && bound(otherwise).isEmpty(), "a fold is in a branch: %s", v);
                result(v, then.dtype());
            }
            case Scalar.Fold(var f, var over, var body) -> fold(f, over, body, v);
        }
    }

    private void fold(Reduction f, List<Axis> over, Value body, Value v) {
        require(!over.isEmpty(), "a fold goes over no axes: %s", v);
        axes(over);
        for (Axis a : over) require(!bound(body).contains(a), "two folds, one in the other, go over axis %s: %s", a.name(), v);
        require(accepts(f.step().signature(), body.dtype()), "%s takes no %s: %s", f, body.dtype(), v);
        result(v, body.dtype());
    }

    private void apply(ScalarOp f, List<Value> args, Value v) {
        require(args.size() == f.arity(), "%s takes %d operands, not %d: %s", f.opcode(), f.arity(), args.size(), v);
        DType dtype = args.getLast().dtype();
        boolean choice = f.signature() == ScalarOp.Signature.CHOICE;
        require(!choice || args.getFirst().dtype() == DType.BOOL, "the condition is %s: %s", args.getFirst().dtype(), v);
        for (Value arg : choice ? args.subList(1, 3) : args)
            require(arg.dtype() == dtype, "operands of %s are %s and %s: %s", f.opcode(), arg.dtype(), dtype, v);
        require(accepts(f.signature(), dtype), "%s takes no %s: %s", f.opcode(), dtype, v);
        result(v, f.signature() == ScalarOp.Signature.TEST ? DType.BOOL : dtype);
    }

    private static boolean accepts(ScalarOp.Signature signature, DType dtype) {
        return switch (signature) {
            case NUMBER -> dtype != DType.BOOL;
            case FLOAT -> dtype.isFloat();
            case INTEGER -> dtype.isInteger();
            case BITS -> !dtype.isFloat();
            case ORDERED, TEST, CHOICE -> true;
        };
    }

    private static void result(Value v, DType dtype) {
        require(v.dtype() == dtype, "this is %s, not %s: %s", dtype, v.dtype(), v);
    }

    private static boolean fits(long x, DType dtype) {
        Object cell = Storage.allocate(dtype, 1);
        Storage.setLong(dtype, cell, 0, x);
        return Storage.getLong(dtype, cell, 0) == x;
    }

    /// The axes of the folds in `v`.
    private Set<Axis> bound(Value v) {
        for (Value u : Order.of(v, bound::containsKey)) {
            Set<Axis> axes = new HashSet<>();
            for (Value operand : u.op().operands()) axes.addAll(bound.get(operand));
            if (u.op() instanceof Scalar.Fold(_, var over, _)) axes.addAll(over);
            bound.put(u, axes);
        }
        return bound.get(v);
    }
}
