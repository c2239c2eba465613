package damo.bench;

import static damo.Damo.*;

import damo.CompiledFunction;
import damo.graph.Variable;
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

    /// They do not change, and HotSpot may know it, as of the methods that they are compared with.
    private static final class Functions {
        private static final Variable A = dscalar("a"), B = dscalar("b");
        private static final Variable Z = A.mul(B).add(sin(A)).div(add(1, B.mul(B)));
        private static final List<Variable> SLOPES = grad(Z, List.of(A, B));
        static final CompiledFunction PRODUCT = of(A.mul(B)), VALUE = of(Z), GRADIENT = function().in(A, B).out(SLOPES).compile();
        static final DoubleBinaryOperator TYPED_PRODUCT = typed(PRODUCT), TYPED = typed(VALUE);
        static final DoubleBinaryOperator TYPED_BY_A = typed(of(SLOPES.get(0))), TYPED_BY_B = typed(of(SLOPES.get(1)));

        private static CompiledFunction of(Variable result) {
            return function().in(A, B).out(result).compile();
        }

        private static DoubleBinaryOperator typed(CompiledFunction f) {
            return f.as(DoubleBinaryOperator.class);
        }
    }

    @Setup public void check() {
        double[] wanted = {a * b, Plain.scalar(a, b), Plain.scalarByA(a, b), Plain.scalarByB(a, b)};
        double[] boxed = {productCall().scalar(), valueCall().scalar(), gradientCall().get(0).scalar(), gradientCall().get(1).scalar()};
        double[] direct = {productTyped(), valueTyped(), Functions.TYPED_BY_A.applyAsDouble(a, b), Functions.TYPED_BY_B.applyAsDouble(a, b)};
        Workload.check("W10 and W14 by call", boxed, wanted, 1e-14);
        Workload.check("W10 and W14 by interface", direct, wanted, 1e-14);
    }

    @Benchmark public double productTyped() {
        return Functions.TYPED_PRODUCT.applyAsDouble(a, b);
    }

    @Benchmark public NDArray productCall() {
        return Functions.PRODUCT.call(a, b);
    }

    @Benchmark public double productPlain() {
        return a * b;
    }

    @Benchmark public double valueTyped() {
        return Functions.TYPED.applyAsDouble(a, b);
    }

    @Benchmark public NDArray valueCall() {
        return Functions.VALUE.call(a, b);
    }

    @Benchmark public double valuePlain() {
        return Plain.scalar(a, b);
    }

    /// Both derivatives; each is a function of its own, as a method returns one number.
    @Benchmark public double gradientTyped() {
        return Functions.TYPED_BY_A.applyAsDouble(a, b) + Functions.TYPED_BY_B.applyAsDouble(a, b);
    }

    @Benchmark public List<NDArray> gradientCall() {
        return Functions.GRADIENT.callAll(a, b);
    }

    @Benchmark public double gradientPlain() {
        return Plain.scalarByA(a, b) + Plain.scalarByB(a, b);
    }
}
