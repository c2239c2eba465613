package damo.verify;

import damo.graph.Graph;
import damo.graph.Lambda;
import damo.graph.LoopBody;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import damo.type.DType;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/// Monte Carlo arithmetic (D. S. Parker, 1997) as a transform of graphs: every float that is rounded is multiplied by `1 + e`, where `e` is
/// at most `bound` and differs from element to element. How far the results move tells how far rounding in another order may move them.
///
/// What is exact, since all it depends on are small integers, stays so: nothing jumps that would not jump by rounding.
final class Noise {
    private final double bound;
    private final double frequency;
    private final Map<LoopBody, LoopBody> bodies = new HashMap<>();

    private Noise(double bound, double frequency) {
        this.bound = bound;
        this.frequency = frequency;
    }

    /// `f` with noise.
    ///
    /// @param frequency which noise: `e` is `bound · sin(frequency · x)` of the float `x` itself
    static Lambda in(Lambda f, double bound, double frequency) {
        return new Noise(bound, frequency).in(f, false);
    }

    /// @param rounded whether the parameters are rounded already
    private Lambda in(Lambda f, boolean rounded) {
        var image = new IdentityHashMap<Variable, Variable>();
        Set<Variable> rounds = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Variable p : f.parameters()) if (rounded && p.dtype().isFloat()) rounds.add(p);
        for (Variable v : Graph.order(f.results())) {
            Variable again = v.rebuilt(image);
            if (v.dtype().isFloat() && (rounds(v.op()) || v.op().operands().stream().anyMatch(rounds::contains))) rounds.add(v);
            image.put(v, v.op() instanceof Op.Loop ? looping(again) : rounds.contains(v) && computes(v.op()) ? noisy(again) : again);
        }
        return f.withResults(f.results().stream().map(image::get).toList());
    }

    /// A state is rounded after the first step, so all that a step computes is.
    private Variable looping(Variable v) {
        var loop = (Op.Loop) v.op();
        LoopBody body = bodies.get(loop.body());
        if (body == null) {
            body = new LoopBody(in(loop.body().step(), true), loop.body().sequences(), loop.body().states(), loop.body().until());
            bodies.put(loop.body(), body);
        }
        return new Variable(new Op.Loop(body, loop.operands(), loop.result()), v.name(), v.source());
    }

    private Variable noisy(Variable v) {
        return v.mul(v.mul(frequency).sin().mul(bound).add(1));
    }

    private static boolean rounds(Op op) {
        return switch (op) {
            case Op.Elementwise(ScalarOp f, _) -> f.signature() == ScalarOp.Signature.FLOAT;
            case Op.Cast(_, var to) -> to == DType.FLOAT32;
            case Op.Loop _ -> true;
            case Op.Input _, Op.Constant _, Op.Reduce _, Op.Dimshuffle _, Op.Reshape _, Op.Broadcast _, Op.SumTo _, Op.Slice _, Op.Unslice _,
                 Op.Join _, Op.Gather _, Op.Scatter _, Op.Iota _, Op.Extent _, Op.Dot _, Op.If _, Op.Assert _, Op.StopGradient _, Op.Draw _ -> false;
        };
    }

    private static boolean computes(Op op) {
        return op instanceof Op.Elementwise || op instanceof Op.Cast || op instanceof Op.Reduce || op instanceof Op.SumTo || op instanceof Op.Dot
                || op instanceof Op.Scatter;
    }
}
