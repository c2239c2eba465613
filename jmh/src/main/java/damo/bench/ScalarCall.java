package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.value.NDArray;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleBinaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// W10: `a·b`. W14: `(a·b + sin(a)) / (1 + b·b)` and its two derivatives. A few nanoseconds of work, so that a call's own cost shows.
/// Methods of their own, because one more call through an interface would show, too.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--add-modules=jdk.incubator.vector"})
public class ScalarCall {
    private double a = 0.3;
    private double b = 1.7;
    private CompiledFunction product;
    private CompiledFunction value;
    private CompiledFunction gradient;
    private DoubleBinaryOperator typedProduct;
    private DoubleBinaryOperator typed;
    private DoubleBinaryOperator typedByA;
    private DoubleBinaryOperator typedByB;

    @Setup public void check() {
        var x = dscalar("a");
        var y = dscalar("b");
        var z = x.mul(y).add(sin(x)).div(add(1, y.mul(y)));
        var g = grad(z, List.of(x, y));
        product = function().in(x, y).out(x.mul(y)).compile();
        typedProduct = product.as(DoubleBinaryOperator.class);
        value = function().in(x, y).out(z).compile();
        gradient = function().in(x, y).out(g).compile();
        typed = value.as(DoubleBinaryOperator.class);
        typedByA = function().in(x, y).out(g.get(0)).compile().as(DoubleBinaryOperator.class);
        typedByB = function().in(x, y).out(g.get(1)).compile().as(DoubleBinaryOperator.class);
        double[] wanted = {a * b, Plain.scalar(a, b), Plain.scalarByA(a, b), Plain.scalarByB(a, b)};
        double[] boxed = {productCall().scalar(), valueCall().scalar(), gradientCall().get(0).scalar(), gradientCall().get(1).scalar()};
        double[] direct = {typedProduct.applyAsDouble(a, b), typed.applyAsDouble(a, b), typedByA.applyAsDouble(a, b), typedByB.applyAsDouble(a, b)};
        Workload.check("W10 and W14 by call", boxed, wanted, 1e-14);
        Workload.check("W10 and W14 by interface", direct, wanted, 1e-14);
    }

    @Benchmark public double productTyped() {
        return typedProduct.applyAsDouble(a, b);
    }

    @Benchmark public NDArray productCall() {
        return product.call(a, b);
    }

    @Benchmark public double productPlain() {
        return a * b;
    }

    @Benchmark public double valueTyped() {
        return typed.applyAsDouble(a, b);
    }

    @Benchmark public NDArray valueCall() {
        return value.call(a, b);
    }

    @Benchmark public double valuePlain() {
        return Plain.scalar(a, b);
    }

    /// Both derivatives; each is a function of its own, as a method returns one number.
    @Benchmark public double gradientTyped() {
        return typedByA.applyAsDouble(a, b) + typedByB.applyAsDouble(a, b);
    }

    @Benchmark public List<NDArray> gradientCall() {
        return gradient.callAll(a, b);
    }

    @Benchmark public double gradientPlain() {
        return Plain.scalarByA(a, b) + Plain.scalarByB(a, b);
    }
}
