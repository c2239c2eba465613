package damo;

import damo.grad.GradOption;
import damo.grad.Gradient;
import damo.grad.VerifyGradient;
import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.text.Pretty;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The front door: `import static damo.Damo.*;`. Make inputs and state, write the mathematics, then [#function()] it.
///
/// ```java
/// var x = dvector("x");
/// var logistic = div(1, add(1, exp(neg(x))));
/// CompiledFunction f = function().in(x).out(logistic, grad(sum(logistic), x)).compile();
/// ```
public final class Damo extends Iterations {
    private Damo() {}

    /// A new function, to be described and compiled.
    public static FunctionBuilder function() {
        return new FunctionBuilder();
    }

    /// The name of the back end that compiles to bytecode: `on(cpu())`.
    public static String cpu() {
        return "cpu";
    }

    /// The name of the back end that runs on OpenCL devices: `on(gpu())`.
    public static String gpu() {
        return "gpu";
    }

    /// One line for each device that a function can run on besides the CPU, after the name that `on(…)` takes: `gpu: …`.
    public static List<String> devices() {
        return Backends.devices();
    }

    /// Gives back what is held on devices, after calls that run there. Values of shared variables come to the host first, so nothing is lost:
    /// a function that is called afterwards begins anew. To close twice does no harm.
    public static void closeDevices() {
        Backends.close();
    }

    /// State that functions share, starting with a copy of `value`. Its dtype and rank stay, its extents may change.
    public static Shared shared(Object value) {
        return shared(value, "");
    }

    /// As [#shared(Object)], with a name for printing and errors.
    public static Shared shared(Object value, String name) {
        return new Shared(NDArray.of(value).copy(), name);
    }

    /// Random numbers that are a function of `seed`; see [RandomKey]. `random(1).streams()` draw anew in each call.
    public static RandomKey random(long seed) {
        return new RandomKey(Ints.of(seed));
    }

    /// As [#random(long)], with an integer scalar as the seed, which may be an input or computed.
    public static RandomKey random(Variable seed) {
        return new RandomKey(Build.index(seed));
    }

    /// The value of `x`, with these values for its inputs. It compiles anew every time: see [Variable#eval(Map)].
    public static NDArray eval(Variable x, Map<? extends Variable, ?> values) {
        return x.eval(values);
    }

    /// The value of what depends on constants and shared variables only.
    public static NDArray eval(Variable x) {
        return x.eval();
    }

    /// The expression as a formula, as it was written.
    public static String pp(Variable x) {
        return Pretty.print(x);
    }

    // ---- derivatives

    /// The gradient of the scalar `cost`: what a small change of each element of `wrt` adds to it; of the shape and dtype of `wrt`.
    public static Variable grad(Variable cost, Variable wrt, GradOption... options) {
        return Gradient.grad(cost, wrt, options);
    }

    /// The gradients for all of `wrt`, in order, in one sweep.
    public static List<Variable> grad(Variable cost, List<? extends Variable> wrt, GradOption... options) {
        return Gradient.grad(cost, wrt, options);
    }

    /// The product of `v` (of the shape of `f`) with the Jacobian of `f`, without making the Jacobian; of the shape of `wrt`.
    public static Variable lop(Variable f, Variable wrt, Variable v, GradOption... options) {
        return Gradient.lop(f, wrt, v, options);
    }

    /// [#lop(Variable, Variable, Variable, GradOption...)] of several `f`, each with its `v`, for all of `wrt`.
    public static List<Variable> lop(List<? extends Variable> f, List<? extends Variable> wrt, List<? extends Variable> v, GradOption... options) {
        return Gradient.lop(f, wrt, v, options);
    }

    /// The product of the Jacobian of `f` with `v` (of the shape of `wrt`), without making the Jacobian; of the shape of `f`.
    public static Variable rop(Variable f, Variable wrt, Variable v, GradOption... options) {
        return Gradient.rop(f, wrt, tangent(wrt, v), options);
    }

    /// [#rop(Variable, Variable, Variable, GradOption...)] of several `f`, along all of `wrt` together, each with its `v`.
    public static List<Variable> rop(List<? extends Variable> f, List<? extends Variable> wrt, List<? extends Variable> v, GradOption... options) {
        if (wrt.size() != v.size())
            throw new DamoException("rop: %d tangents for %d variables; it needs one for each".formatted(v.size(), wrt.size()));
        var tangents = new ArrayList<Variable>();
        for (int i = 0; i < v.size(); i++) tangents.add(tangent(wrt.get(i), v.get(i)));
        return Gradient.rop(f, wrt, tangents, options);
    }

    /// `v`, checked at run time to have the shape of `x`: where `f` is linear in `x`, nothing else would notice.
    private static Variable tangent(Variable x, Variable v) {
        if (x.rank() != v.rank() || x.type().isStatic() && v.type().isStatic()) return v;
        Variable same = constant(true);
        for (int axis = 0; axis < x.rank(); axis++) same = same.and(x.shape(axis).eq(v.shape(axis)));
        return new Variable(new Op.Assert(v, same, Variable.message("rop", "the tangent needs the shape of what it changes", List.of(x, v))));
    }

    /// All derivatives of all elements of `f`: the axes of `f`, then those of `wrt`.
    public static Variable jacobian(Variable f, Variable wrt, GradOption... options) {
        return Gradient.jacobian(f, wrt, options);
    }

    /// All second derivatives of the scalar `cost`: the axes of `wrt` twice.
    public static Variable hessian(Variable cost, Variable wrt, GradOption... options) {
        return Gradient.hessian(cost, wrt, options);
    }

    /// The product of the Hessian of the scalar `cost` with `v`, without making the Hessian; of the shape of `wrt`.
    public static Variable hessianVectorProduct(Variable cost, Variable wrt, Variable v, GradOption... options) {
        return Gradient.hessianVectorProduct(cost, wrt, tangent(wrt, v), options);
    }

    /// For [#grad]: treat these as constants, wherever `cost` contains them.
    public static GradOption considerConstant(Variable... variables) {
        return GradOption.considerConstant(variables);
    }

    /// For [#grad]: a variable on which `cost` does not depend gets zeros instead of being an error.
    public static GradOption zeroIfDisconnected() {
        return GradOption.Disconnected.ZERO;
    }

    /// `x`, through which no derivative flows.
    public static Variable stopGradient(Variable x) {
        return new Variable(new Op.StopGradient(x));
    }

    /// Compares the gradient of `f` at a point with differences, along a random direction.
    ///
    /// @throws DamoException with both values, if they differ by more than the dtype explains
    public static void verifyGradient(Function<List<Variable>, Variable> f, List<NDArray> at, long seed) {
        VerifyGradient.verifyGradient(f, at, seed);
    }
}
