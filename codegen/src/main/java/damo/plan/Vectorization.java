package damo.plan;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.Buffer;
import damo.kernel.Order;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.kernel.Values;
import damo.type.DType;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which innermost loops of a scheduled kernel may do several elements at a time, and why others may not.
///
/// One may if along it every store goes from element to element, every load does so or stays where it is, and every function has lanes. Other
/// loads are gathered, if much is computed of them: gathering itself is no faster than scalar loads.
/// What does not vary along the loop is computed as before, once for all lanes.
public final class Vectorization {
    /// Knows of no vectors.
    public static final Vectorization NONE = new Vectorization(null, 0);

    private static final int WIDEST = 512;                             // bits; more than Stmt.Run.LANES floats would be needed beyond
    private static final int WORTH = 8;                                // operations for each load that is gathered

    /// How a loop is done.
    ///
    /// @param axis its axis
    /// @param lanes elements at a time
    /// @param masks the dtype whose vectors the truth values belong to
    /// @param strides by identity, the loads that are gathered, and how far their elements are apart; `null` if that is not the same everywhere
    public record Form(Axis axis, int lanes, DType masks, Map<Value, Value> strides) {}

    private final Values values;
    private final int bits;
    private final Axes axes = new Axes();
    private final Map<Stmt, Form> forms = new IdentityHashMap<>();
    private final Map<Axis, String> obstacles = new LinkedHashMap<>();

    private Vectorization(Values values, int bits) {
        this.values = values;
        this.bits = Math.min(bits, WIDEST);
    }

    /// The loops within `statements`, for vectors of so many bits; 0 if there are none.
    public static Vectorization of(Values values, List<Stmt> statements, int bits) {
        var result = new Vectorization(values, bits);
        if (bits > 0) statements.forEach(result::search);
        return result;
    }

    /// How the [Stmt.Loop], [Stmt.Run] or [Stmt.Repeat] is done with vectors, or `null` if it is not.
    public Form of(Stmt loop) {
        return forms.get(loop);
    }

    /// Whether any loop is done with vectors.
    public boolean isAny() {
        return !forms.isEmpty();
    }

    /// How loops are, in the order of the names of their axes.
    public List<Form> forms() {
        return forms.values().stream().sorted(Comparator.comparing(f -> f.axis.name())).toList();
    }

    /// Why an innermost loop is not, by its axis.
    public Map<Axis, String> obstacles() {
        return Collections.unmodifiableMap(obstacles);
    }

    private void search(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let _, Stmt.Put _, Stmt.Clear _ -> {}
            case Stmt.Multiply product -> product.after().ifPresent(after -> after.body().forEach(this::search));
            case Stmt.Repeat repeat -> new Attempt(repeat.axis()).repeat(repeat);
            case Stmt.Guard(_, var body) -> body.forEach(this::search);
            case Stmt.Fold(_, var body) -> body.forEach(this::search);
            case Stmt.Together(var folds) -> folds.forEach(this::search);
            case Stmt.Several(_, _, _, var all, var one) -> {
                all.forEach(this::search);
                one.forEach(this::search);
            }
            case Stmt.Loop(var axis, _, _, var body) -> {
                if (body.stream().allMatch(Stmt.Put.class::isInstance)) new Attempt(axis).loop(stmt, body);
                else body.forEach(this::search);
            }
            case Stmt.Run run -> {
                if (run.lanes() > 1 && run.body().stream().allMatch(Stmt.Put.class::isInstance)) new Attempt(run.axis()).run(run);
                else run.body().forEach(this::search);
            }
        }
    }

    /// A look at one loop.
    private final class Attempt {
        private final Axis axis;
        private final Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final ArrayDeque<Value> sides = new ArrayDeque<>();    // of branches
        private final Map<Buffer, Value> stored = new HashMap<>();
        private final Set<DType> dtypes = EnumSet.noneOf(DType.class);
        private final Map<Value, Value> strides = new IdentityHashMap<>();
        private int operations;
        private boolean inBranch;
        private String why;

        Attempt(Axis axis) {
            this.axis = axis;
        }

        void loop(Stmt loop, List<Stmt> puts) {
            puts(puts);
            end(loop);
        }

        private void puts(List<Stmt> puts) {
            for (Stmt stmt : puts) {
                Stmt.Put put = (Stmt.Put) stmt;
                if (put.adds()) fail("%s is added to, one element after the other", put.to().name());
                if (stored.put(put.to(), put.offset()) != null) fail("%s is stored to twice", put.to().name());
                if (!isOne(stride(put.offset()))) fail("%s is not stored to one element after the other", put.to().name());
            }
            for (Stmt stmt : puts) look(((Stmt.Put) stmt).value());
        }

        void repeat(Stmt.Repeat repeat) {
            for (Stmt.State s : repeat.states()) {
                if (!isOne(stride(s.offset()))) fail("%s is not stored to one element after the other", s.to().name());
                look(s.value());
                look(s.next());
            }
            repeat.before().forEach(this::look);
            end(repeat);
        }

        void run(Stmt.Run run) {
            puts(run.body());
            look(run.element());
            end(run);
        }

        private void end(Stmt loop) {
            inBranch = true;                                           // all sides are computed, so they may read nothing but what is read anyway
            while (!sides.isEmpty()) look(sides.remove());
            if (operations < WORTH * strides.size()) fail("little is computed of %s, which is not read one element after the other",
                    ((Scalar.Flat) strides.keySet().iterator().next().op()).from().name());
            DType masks = DType.INT32;
            for (DType t : List.of(DType.FLOAT32, DType.INT64, DType.FLOAT64)) if (dtypes.contains(t)) masks = t;
            int lanes = bits / masks.bits();
            if (why == null && lanes > 1) forms.put(loop, new Form(axis, lanes, masks, strides));
            else obstacles.put(axis, why == null ? "vectors of %d bits are too short".formatted(bits) : why);
        }

        private void fail(String format, Object... what) {
            if (why == null) why = format.formatted(what);
        }

        private Value stride(Value offset) {
            return Affine.of(values, offset).stride(axis);
        }

        private static boolean isOne(Value stride) {
            return stride != null && Values.isWhole(stride, 1);
        }

        private void look(Value v) {
            if (why != null || !seen.add(v)) return;
            if (!hasLanes(v.dtype())) fail("%s has no lanes", v.dtype());
            else if (v.dtype() != DType.BOOL) dtypes.add(signed(v.dtype()));
            boolean varies = axes.free(v).contains(axis);
            if (inBranch && (varies ? v.op() instanceof Scalar.Flat : reads(v))) fail("a branch reads what may be out of range");
            if (!varies) return;
            switch (v.op()) {
                case Scalar.Real _, Scalar.Whole _, Scalar.Symbol _, Scalar.Index _ -> {}
                case Scalar.Flat(var from, var offset) -> {
                    if (stored.containsKey(from) && stored.get(from) != offset) fail("%s is read and stored to at different places", from.name());
                    Value stride = stride(offset);
                    if (isOne(stride)) break;
                    if (from.dtype() == DType.BOOL) fail("%s is not read one element after the other", from.name());
                    strides.put(v, stride);
                    if (stride == null) look(offset);
                }
                case Scalar.Apply(var f, var args) -> {
                    operations++;
                    boolean isRare = inBranch && isRare(f);
                    if (!isRare && !hasLanes(f, args.getLast().dtype())) fail("%s of %s has no lanes", f.opcode(), args.getLast().dtype());
                    args.forEach(this::look);
                }
                case Scalar.Convert(var x) -> {
                    if (!converts(x.dtype(), v.dtype())) fail("from %s to %s there are no lanes", x.dtype(), v.dtype());
                    if (x.dtype() == DType.UINT32 && v.dtype().isFloat() || x.dtype().isFloat() && v.dtype() == DType.UINT32)
                        dtypes.add(DType.INT64);                       // on the way
                    look(x);
                }
                case Scalar.Bits(var x) -> look(x);
                case Scalar.Choose(var condition, var then, var otherwise) -> {
                    look(condition);
                    sides.addAll(List.of(then, otherwise));
                }
                case Scalar.Load _, Scalar.Fold _ -> fail("a loop is within");
            }
        }

        private boolean reads(Value v) {
            return Order.of(v, _ -> false).stream().anyMatch(u -> u.op() instanceof Scalar.Flat(var from, _) && from.rank() > 0);
        }
    }

    private static DType signed(DType t) {
        return t == DType.UINT32 ? DType.INT32 : t == DType.UINT64 ? DType.INT64 : t;
    }

    private static boolean hasLanes(DType t) {
        return switch (t) {
            case BOOL, INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 -> true;
            case INT8, INT16, UINT8, UINT16 -> false;
        };
    }

    private static boolean converts(DType from, DType to) {
        return hasLanes(from) && hasLanes(to) && !(from == DType.UINT64 && to.isFloat()) && !(from.isFloat() && to == DType.UINT64);
    }

    /// Whether `f` may be done lane by lane, if a branch is seldom taken: [damo.math.Expansions] leaves it for arguments that are far away.
    public static boolean isRare(ScalarOp f) {
        return f == ScalarOp.SIN || f == ScalarOp.COS || f == ScalarOp.TAN;
    }

    /// Whether vectors have `f` with the same bits as `f` of one element has them.
    private static boolean hasLanes(ScalarOp f, DType t) {
        return switch (f) {
            case NEG, ABS, SIGN, ADD, SUB, MUL -> t != DType.BOOL;
            case SQRT, DIV, FMA, CEIL, FLOOR, ROUND -> t.isFloat();
            case MAX, MIN, LT, LE, EQ, NE, WHERE -> true;
            case AND, OR, XOR, NOT -> !t.isFloat();
            case SHL, SHR -> t.isInteger();
            case CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, SIGMOID,
                 SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, TRUNC, ISNAN, ISINF, FLOORDIV, MOD, POW, ATAN2, POLYGAMMA -> false;
        };
    }
}
