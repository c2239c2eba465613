package damo.fuse;

import damo.graph.ScalarOp;
import damo.kernel.Axis;
import damo.kernel.FreeAxes;
import damo.kernel.Kernel;
import damo.kernel.Scalar;
import damo.kernel.Store;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What fusion needs to know of a value or kernel: how large it is, and whether it is worth computing twice.
///
/// @param size how many values it has
/// @param work about how many simple machine operations one evaluation takes, folds aside
/// @param folds the reductions in it
/// @param loads the loads in it
record Cost(int size, int work, List<Scalar.Fold> folds, List<Value> loads) {
    /// Up to this much work is cheaper done again than stored and loaded.
    private static final int CHEAP = 4;

    static Cost of(Value value) {
        var seen = new ArrayList<Value>();
        collect(value, Collections.newSetFromMap(new IdentityHashMap<>()), seen);
        return of(seen);
    }

    static Cost of(Kernel kernel) {
        var seen = new ArrayList<Value>();
        Set<Value> done = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Store store : kernel.stores()) collect(store.value(), done, seen);
        return of(seen);
    }

    private static Cost of(List<Value> seen) {
        int work = 0;
        var folds = new ArrayList<Scalar.Fold>();
        var loads = new ArrayList<Value>();
        for (Value v : seen) {
            if (v.op() instanceof Scalar.Apply(var f, _)) work += work(f);
            if (v.op() instanceof Scalar.Fold fold) folds.add(fold);
            if (v.op() instanceof Scalar.Load || v.op() instanceof Scalar.Flat) loads.add(v);
        }
        return new Cost(seen.size(), work, folds, loads);
    }

    private static void collect(Value v, Set<Value> done, List<Value> seen) {
        if (!done.add(v)) return;
        v.op().operands().forEach(o -> collect(o, done, seen));
        seen.add(v);
    }

    private static int work(ScalarOp f) {
        return switch (f) {
            case NEG, ABS, ADD, SUB, MUL, MAX, MIN, LT, LE, EQ, NE, AND, OR, XOR, SHL, SHR, NOT, WHERE, FMA, ISNAN, ISINF -> 1;
            case SIGN, SQRT, DIV, FLOORDIV, MOD, CEIL, FLOOR, TRUNC, ROUND -> 5;
            case CBRT, EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH,
                 SIGMOID, SOFTPLUS, LOG1MEXP, ERF, ERFC, ERFCX, ERFINV, ERFCINV, LGAMMA, POW, ATAN2, POLYGAMMA -> 20;
        };
    }

    /// The cost of this and `count` times that together; an upper bound, since what they share is counted twice.
    Cost plus(Cost that, int count) {
        var allFolds = new ArrayList<>(folds);
        allFolds.addAll(that.folds);
        var allLoads = new ArrayList<>(loads);
        allLoads.addAll(that.loads);
        return new Cost(size + count * that.size, work + count * that.work, allFolds, allLoads);
    }

    /// Whether computing it again wherever it is needed costs less than a trip through memory.
    boolean isCheap() {
        return folds.isEmpty() && work <= CHEAP && loads.size() <= 2;
    }

    /// Whether the same holds where its reductions are of a row that is at hand. A quotient of them is computed once.
    boolean isCheapInRow() {
        return work <= 2 * CHEAP && loads.size() <= 3;
    }

    /// Whether every reduction runs along the last axis of what it loads, so that the loop over it reads memory in order.
    boolean foldsInOrder() {
        return folds.stream().allMatch(fold -> of(fold.body()).loads.stream().allMatch(load -> load.op() instanceof Scalar.Load(_, var at)
                && (at.isEmpty() || isIndexOf(at.getLast(), fold) || at.stream().noneMatch(i -> isIndexOf(i, fold)))));
    }

    /// Whether everything that is loaded along the last of these axes, if it is not the only one, is loaded in the order of memory.
    boolean loadsInOrder(List<Axis> axes) {
        if (axes.size() < 2) return true;
        var free = new FreeAxes();
        return loads.stream().allMatch(load -> load.op() instanceof Scalar.Load(_, var at)
                && (at.isEmpty() || at.getLast().op() instanceof Scalar.Index(var axis) && axis.equals(axes.getLast())
                || at.stream().noneMatch(i -> free.of(i).contains(axes.getLast()))));
    }

    private static boolean isIndexOf(Value v, Scalar.Fold fold) {
        return v.op() instanceof Scalar.Index(var axis) && fold.axes().getLast().equals(axis);
    }
}
