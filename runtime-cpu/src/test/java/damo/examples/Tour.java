package damo.examples;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.Shared;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/// The whole of Damo in a minute: build an expression, look at it, differentiate it, compile it, call it.
public final class Tour {
    private Tour() {}

    /// Prints as it goes.
    public static void main(String... arguments) {
        // Variables have a dtype and a number of axes; their extents are known when values come.
        Variable x = dvector("x");
        Variable y = div(1, add(1, exp(neg(x))));
        System.out.println("y            = " + pp(y));
        System.out.println("y at 0, 1, 2 = " + y.eval(Map.of(x, new double[] {0, 1, 2})));

        // A gradient is an expression like any other; so is the gradient of a gradient.
        Variable slope = grad(sum(y), x);
        Variable bend = grad(sum(slope), x);
        System.out.println("slope        = " + pp(slope));

        // A function is compiled to bytecode, once for all extents. The rewritten formulas say what is computed.
        CompiledFunction f = function().name("logistic").in(x).out("y", y).out("slope", slope).out("bend", bend).compile();
        System.out.println("\n" + f);
        System.out.println(f.pretty());
        for (Map.Entry<String, NDArray> result : f.callMap(new double[] {-1, 0, 1}).entrySet())
            System.out.printf("%-5s = %s%n", result.getKey(), result.getValue());
        System.out.println("\n" + f.explain());

        // State outlives calls. All updates happen together, at the end of a call.
        Shared total = shared(0.0, "total");
        CompiledFunction accumulate = function().in(x).out(total).update(total, total.add(x.sum())).compile();
        accumulate.call(new double[] {1, 2});
        accumulate.call(new double[] {3, 4, 5});
        System.out.println("\ntotal = " + total.value());

        // A function of scalars is a Java function: no boxing, no arrays.
        Variable a = dscalar("a");
        Variable b = dscalar("b");
        DoubleBinaryOperator length = function().in(a, b).out(sqrt(sqr(a).add(sqr(b)))).compile().as(DoubleBinaryOperator.class);
        System.out.println("length(3, 4) = " + length.applyAsDouble(3, 4));

        // Mistakes are found when the expression is built, where that is possible, else at the call.
        Variable v = dvector("v");
        Variable w = dvector("w");
        CompiledFunction product = function().name("product").in(v, w).out(dot(v, w)).compile();
        failing(() -> constant(new double[2][3]).dot(constant(new double[4][3])));
        failing(() -> product.call(new double[3], new double[4]));
        failing(() -> product.call(new double[3], new double[3][3]));
        failing(() -> product.call(new double[3]));
    }

    private static void failing(Runnable mistake) {
        try {
            mistake.run();
            throw new AssertionError("this should have failed");
        } catch (DamoException e) {
            System.out.println("\n" + e.getMessage());
        }
    }
}
