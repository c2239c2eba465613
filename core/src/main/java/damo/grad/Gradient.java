package damo.grad;

import damo.DamoException;
import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.ScalarOp;
import damo.graph.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Derivatives as expressions: products with the Jacobian from both sides, and what is made of them.
public final class Gradient {
    private Gradient() {}

    /// The gradient of the float scalar `cost` with respect to each of `wrt`, inputs or interior: of its dtype and shape.
    ///
    /// @throws DamoException if `cost` is not a float scalar, or one of `wrt` is not a float or has no influence on `cost`
    public static List<Variable> grad(Variable cost, List<? extends Variable> wrt, GradOption... options) {
        floats("grad", "the cost", List.of(cost));
        if (cost.rank() != 0) throw Variable.error("grad", "the cost must be a scalar: sum it first, or use jacobian", List.of(cost));
        return lop(List.of(cost), wrt, List.of(Linear.constant(cost.dtype(), 1)), options);
    }

    /// The gradient with respect to one variable.
    public static Variable grad(Variable cost, Variable wrt, GradOption... options) {
        return grad(cost, List.of(wrt), options).getFirst();
    }

    /// The product of the cotangents, one for each of `f` and of its dtype and shape, with the Jacobian: reverse mode.
    public static List<Variable> lop(List<? extends Variable> f, List<? extends Variable> wrt, List<? extends Variable> cotangents,
            GradOption... options) {
        floats("lop", "what is differentiated", f);
        floats("lop", "what a derivative is taken with respect to", wrt);
        alike("lop", "cotangent", f, cotangents);
        return Reverse.of(f, cotangents, wrt, Options.of(options));
    }

    /// The product of `cotangent` with the Jacobian of `f`: of the shape of `wrt`.
    public static Variable lop(Variable f, Variable wrt, Variable cotangent, GradOption... options) {
        return lop(List.of(f), List.of(wrt), List.of(cotangent), options).getFirst();
    }

    /// The product of the Jacobian with the tangents, one for each of `wrt` and of its dtype and shape: forward mode.
    public static List<Variable> rop(List<? extends Variable> f, List<? extends Variable> wrt, List<? extends Variable> tangents,
            GradOption... options) {
        floats("rop", "what is differentiated", f);
        floats("rop", "what a derivative is taken with respect to", wrt);
        alike("rop", "tangent", wrt, tangents);
        return Forward.of(f, wrt, tangents, Options.of(options));
    }

    /// The product of the Jacobian of `f` with `tangent`: of the shape of `f`.
    public static Variable rop(Variable f, Variable wrt, Variable tangent, GradOption... options) {
        return rop(List.of(f), List.of(wrt), List.of(tangent), options).getFirst();
    }

    /// All derivatives of elements of `f` by elements of `wrt`: the axes of `f`, then those of `wrt`.
    public static Variable jacobian(Variable f, Variable wrt, GradOption... options) {
        if (f.rank() == 0) return lop(f, wrt, Linear.constant(f.dtype(), 1), options);
        if (wrt.rank() == 0) return rop(f, wrt, Linear.constant(wrt.dtype(), 1), options).cast(wrt.dtype());
        Variable v = new Variable(new Op.Input(new Op.Input.Identity(), f.type()));
        Variable row = lop(f, wrt, v, options);
        var extents = new ArrayList<>(new Shapes().extents(f));
        Variable rows = Batch.vectorize(List.of(row), Map.of(v, identity(f, extents))).getFirst();
        extents.addAll(Ints.extents(wrt));
        return new Variable(new Op.Reshape(rows, extents));
    }

    /// One cotangent of `f` for each of its elements: 1 there, elsewhere 0.
    private static Variable identity(Variable f, List<Variable> extents) {
        Variable n = Ints.product(extents);
        Variable i = new Variable(new Op.Iota(n));
        Variable ones = Build.elementwise(ScalarOp.EQ, i.dimshuffle(0, Op.Dimshuffle.NEW), i).cast(f.dtype());
        var batch = new ArrayList<>(extents);
        batch.addFirst(n);
        return new Variable(new Op.Reshape(ones, batch));
    }

    /// All second derivatives of the float scalar `cost`: the axes of `wrt` twice.
    public static Variable hessian(Variable cost, Variable wrt, GradOption... options) {
        return jacobian(grad(cost, wrt, options), wrt, lenient(options));
    }

    /// The product of the Hessian of `cost` with `v`, without the Hessian: forward over reverse.
    public static Variable hessianVectorProduct(Variable cost, Variable wrt, Variable v, GradOption... options) {
        return rop(grad(cost, wrt, options), wrt, v, lenient(options));
    }

    // A gradient that depends on nothing (of a linear cost) is constant, not a mistake.
    private static GradOption[] lenient(GradOption... options) {
        GradOption[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = GradOption.Disconnected.ZERO;
        return all;
    }

    private static void floats(String op, String what, List<? extends Variable> variables) {
        for (Variable v : variables)
            if (!v.dtype().isFloat())
                throw Variable.error(op, what + " must be a float, but is " + v.dtype() + "; cast to float64 before it is used", List.of(v));
    }

    private static void alike(String op, String what, List<? extends Variable> of, List<? extends Variable> given) {
        if (of.size() != given.size())
            throw new DamoException("%s: %d %ss are needed, one for each variable, not %d".formatted(op, of.size(), what, given.size()));
        for (int i = 0; i < of.size(); i++)
            if (!of.get(i).type().mayHold(given.get(i).type()))
                throw Variable.error(op, "the %s of %s must have its dtype and shape".formatted(what, of.get(i).label()),
                        List.of(of.get(i), given.get(i)));
    }
}
