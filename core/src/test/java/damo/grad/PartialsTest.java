package damo.grad;

import static damo.grad.Check.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.DamoException;
import damo.graph.*;
import damo.type.DType;
import damo.value.NDArray;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The table of partial derivatives, function by function.
class PartialsTest {
    /// Two points for each operand, away from kinks; empty where there is nothing to differentiate.
    static double[][] points(ScalarOp f) {
        return switch (f) {
            case NEG, ABS, EXP, EXP2, EXPM1, SIN, COS, TAN, ATAN, SINH, COSH, TANH, ASINH, SIGMOID, SOFTPLUS, CBRT,
                 ERF, ERFC, ERFCX, LGAMMA -> new double[][] {{-1.2, 0.7}};
            case SIGN, CEIL, FLOOR, TRUNC, ROUND -> new double[][] {{-1.3, 2.2}};
            case SQRT, LOG, LOG2, LOG10, LOG1P -> new double[][] {{0.6, 2.5}};
            case ASIN, ACOS, ATANH -> new double[][] {{-0.4, 0.6}};
            case ERFINV -> new double[][] {{-0.4, 0.9}};
            case ERFCINV -> new double[][] {{0.2, 1.4}};
            case POLYGAMMA -> new double[][] {{-1.2, 2.7}};
            case ACOSH -> new double[][] {{1.5, 3}};
            case LOG1MEXP -> new double[][] {{-0.3, -2}};
            case ADD, SUB, MUL, DIV, ATAN2, MAX, MIN, FLOORDIV, MOD -> new double[][] {{-1.2, 2.7}, {0.5, 1.9}};
            case POW -> new double[][] {{1.2, 2.7}, {-0.5, 1.9}};
            case FMA -> new double[][] {{-1.2, 2.7}, {0.5, 1.9}, {0.3, 0.4}};
            case WHERE -> new double[][] {{-1, 1}, {0.3, 0.4}, {2.3, -0.2}};
            case NOT, ISNAN, ISINF, LT, LE, EQ, NE, AND, OR, XOR, SHL, SHR -> new double[0][];
        };
    }

    @ParameterizedTest @EnumSource(ScalarOp.class)
    void everyPartialIsThatOfTheFunction(ScalarOp f) {
        double[][] points = points(f);
        if (points.length == 0) return;
        NDArray[] at = Arrays.stream(points).map(NDArray::of).toArray(NDArray[]::new);
        derivatives(xs -> f == ScalarOp.POLYGAMMA ? Build.elementwise(f, 1, xs.get(0))
                : f == ScalarOp.WHERE ? Build.elementwise(f, xs.get(0).gt(0), xs.get(1), xs.get(2))
                : Build.elementwise(f, xs.toArray()), at);
    }

    @Test void aResultThatIsNotAFloatDisconnects() {
        Variable x = vector();
        Variable y = x.lt(1).cast(DType.FLOAT64).sum();
        assertTrue(assertThrows(DamoException.class, () -> Gradient.grad(y, x)).getMessage().contains("x1"));
    }

    @Test void aStepFunctionHasZeros() {
        Variable x = vector();
        Variable g = Gradient.grad(Build.elementwise(ScalarOp.FLOOR, x).sum(), x);
        assertArrayEquals(new double[2], run(g, List.of(x), new double[] {1.5, 2}).toDoubleArray());
    }

    @Test void theSquareIsTwice() {
        Variable x = scalar();
        Variable g = Gradient.grad(x.pow(2), x);
        assertTrue(g.op() instanceof Op.Elementwise(var f, var args) && f == ScalarOp.MUL && args.get(1) == x, g.toString());
    }

    @Test void powersAtZero() {
        Variable x = vector();
        Variable y = vector();
        var at = new double[] {0, 0, 0, 2, -2};
        var to = new double[] {0, 2, 1, 0, 3};
        List<Variable> g = Gradient.grad(x.pow(y).sum(), List.of(x, y));
        assertArrayEquals(new double[] {0, 0, 1, 0, 12}, run(g.get(0), List.of(x, y), at, to).toDoubleArray());
        assertArrayEquals(new double[] {0, 0, 0, Math.log(2), Double.NaN}, run(g.get(1), List.of(x, y), at, to).toDoubleArray(), 1e-15);
        assertArrayEquals(new double[5], run(Gradient.grad(x.pow(0).sum(), x), List.of(x), at).toDoubleArray());
    }

    @Test void polygammaHasNoDerivativeByItsOrder() {
        Variable n = scalar();
        Variable x = scalar();
        var error = assertThrows(DamoException.class, () -> Gradient.grad(x.polygamma(n), n));
        assertTrue(error.getMessage().contains("no derivative by its order"), error.getMessage());
    }

    @Test void digammaAndBeyondAreTheDerivativesOfLgamma() {
        Variable x = scalar();
        Variable third = Gradient.grad(Gradient.grad(Gradient.grad(x.lgamma(), x), x), x);
        assertEquals(-2.4041138063191885, run(third, List.of(x), 1.0).scalar(), 1e-14);          // −2 ζ(3)
    }

    @Test void theDerivativeOfErfcxDoesNotCancel() {
        Variable x = vector();
        double[] got = run(Gradient.grad(x.erfcx().sum(), x), List.of(x), new double[] {11.9, 12.1, 1e6}).toDoubleArray();
        double[] exact = {-0.003942633974226029, -0.003814669471505324, -5.6418958354691e-13};
        for (int i = 0; i < exact.length; i++) assertEquals(exact[i], got[i], 1e-12 * -exact[i]);
    }

    @Test void tiesOfMaximumGoToTheFirst() {
        Variable x = vector();
        Variable y = vector();
        List<Variable> g = Gradient.grad(Build.elementwise(ScalarOp.MAX, x, y).sum(), List.of(x, y));
        assertArrayEquals(new double[] {1, 0}, run(g.get(0), List.of(x, y), new double[] {1, 1}, new double[] {1, 2}).toDoubleArray());
        assertArrayEquals(new double[] {0, 1}, run(g.get(1), List.of(x, y), new double[] {1, 1}, new double[] {1, 2}).toDoubleArray());
    }

    @Test void tailsDoNotCancel() {
        Variable x = vector();
        double got = run(Gradient.grad(x.sigmoid().sum(), x), List.of(x), new double[] {40}).scalar();
        assertEquals(Math.exp(-40), got, 1e-14 * got);
    }

    @Test void float32StaysFloat32() {
        VerifyGradient.verifyGradient(xs -> xs.get(0).sin().mul(2.5).div(xs.get(1)),
                List.of(NDArray.of(new float[] {1, 2}), NDArray.of(new float[] {3, 0.5f})), 1);
        Variable x = input(DType.FLOAT32, 1);
        assertEquals(DType.FLOAT32, Gradient.grad(x.exp().cast(DType.FLOAT64).mul(2).sum(), x).dtype());
    }

    @Test void compositionsAreThoseOfTheChainRule() {
        var at = NDArray.of(new double[][] {{0.3, -0.7, 1.1}, {2, -2, 0.1}});
        derivatives(xs -> xs.get(0).exp().log1p(), at);
        derivatives(xs -> xs.get(0).sigmoid().log().add(one(xs.get(0).sigmoid()).log()).add(xs.get(0).sigmoid().neg().log1p()), at);
        derivatives(xs -> one(xs.get(0).abs().neg().exp()).log().add(xs.get(0).abs().neg().exp().neg().log1p()), at);
        derivatives(xs -> xs.get(0).erfc().log(), at);
        derivatives(xs -> xs.get(0).exp().sum(0).log(), at);
        derivatives(xs -> xs.get(0).exp().add(xs.get(1).exp()).log(), at, NDArray.of(new double[] {0.4, -1, 2}));
        derivatives(xs -> xs.get(0).exp().div(xs.get(1)).log(), at, NDArray.of(new double[] {0.4, 1, 2}));
        derivatives(xs -> xs.get(0).exp().div(xs.get(0).exp().sum(true, 1)).log(), at);
        derivatives(xs -> Build.elementwise(ScalarOp.DIV, 1, xs.get(0).neg().exp().add(1)), at);
        derivatives(xs -> xs.get(0).exp().add(1).log().mul(xs.get(0).exp().log()), at);
    }

    private static Variable one(Variable minus) {
        return Build.elementwise(ScalarOp.SUB, 1, minus);
    }

    @Test void compositionsKeepTheirTails() {
        Variable x = vector();
        double[] at = {-800, 800};
        Variable logistic = Build.elementwise(ScalarOp.DIV, 1, x.neg().exp().add(1));
        assertArrayEquals(new double[] {0, 1}, run(Gradient.grad(x.exp().log1p().sum(), x), List.of(x), at).toDoubleArray());
        assertArrayEquals(new double[] {0, 0}, run(Gradient.grad(logistic.sum(), x), List.of(x), at).toDoubleArray());
        assertArrayEquals(new double[] {1, 0}, run(Gradient.grad(logistic.log().sum(), x), List.of(x), at).toDoubleArray());
        assertArrayEquals(new double[] {0, -1}, run(Gradient.rop(one(logistic).log(), x, x.sign()), List.of(x), at).toDoubleArray().clone(), 0);
    }

    @Test void whatIsAskedForIsNotSteppedOver() {
        Variable x = scalar();
        Variable s = x.exp();
        List<Variable> g = Gradient.grad(s.log1p(), List.of(s, x));
        assertEquals(0.5, run(g.get(0), List.of(x), 0.0).scalar());
        assertEquals(0.5, run(g.get(1), List.of(x), 0.0).scalar());
        assertEquals(0, run(Gradient.grad(s.log1p().add(x.mul(0)), x, GradOption.considerConstant(s)), List.of(x), 0.0).scalar());
    }
}
