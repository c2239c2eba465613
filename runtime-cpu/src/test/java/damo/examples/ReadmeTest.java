package damo.examples;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.CompiledFunction;
import damo.DamoException;
import damo.Shared;
import damo.graph.Variable;
import damo.type.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

/// The programs of the README: they run, and print what it says.
class ReadmeTest {
    private static String readme() throws IOException {
        return Files.readString(Path.of("..", "README.md"));
    }

    private static void shows(String text) throws IOException {
        assertTrue(readme().contains(text), () -> "the README does not show%n%s".formatted(text));
    }

    @Test void theFirstProgramPrintsWhatIsShown() throws IOException {
        Variable x = dvector("x");
        Variable y = div(1, add(1, exp(neg(x))));
        Variable slope = grad(sum(y), x);
        CompiledFunction f = function().name("logistic").in(x).out("y", y).out("slope", slope).compile();
        assertEquals(0.5, f.callMap(new double[] {-1, 0, 1}).get("y").get(1));
        shows(pp(y));
        for (String line : f.pretty().lines().toList()) shows(line);
        String explained = f.explain().lines().skip(1).reduce((a, b) -> a + "\n" + b).orElseThrow();
        shows(explained.replaceAll("\\d+ lanes", "8 lanes"));         // of 512 bits
    }

    @Test void functionsAndErrorsAreAsShown() throws IOException {
        Variable a = dscalar("a");
        Variable b = dscalar("b");
        DoubleBinaryOperator f = function().in(a, b).out(a.mul(b).add(sin(a))).compile().as(DoubleBinaryOperator.class);
        assertEquals(6 + Math.sin(2), f.applyAsDouble(2, 3), 1e-15);

        Variable x = dmatrix("x");
        Variable t = dvector("t");
        Shared w = shared(new double[2]);
        Variable cost = sqr(dot(x, w).sub(t)).sum();
        CompiledFunction train = function().in(x, t).out(cost).update(w, w.sub(grad(cost, w).mul(0.1))).compile();
        assertEquals(5, train.call(new double[][] {{1, 0}, {0, 1}}, new double[] {1, 2}).scalar());
        assertArrayEquals(new double[] {0.2, 0.4}, w.value().toDoubleArray(), 1e-15);

        Variable v = dvector("v");
        Variable u = dvector("w");
        CompiledFunction product = function().in(v, u).out(dot(v, u)).compile();
        var e = assertThrows(DamoException.class, () -> product.call(new double[3], new double[4]));
        shows(e.getMessage().lines().findFirst().orElseThrow());
    }

    @Test void loopsAndRandomNumbersAreAsShown() {
        Variable x = dmatrix("x");
        Shared w = shared(new double[][] {{1, 0, 0}, {0, 1, 0}});
        Shared u = shared(new double[][] {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}});
        var loop = scan();
        var xt = loop.sequence(x);
        var h = loop.state(zeros(DType.FLOAT64, 3));
        loop.next(h, tanh(dot(xt, w).add(dot(h, u))));
        var cost = loop.last(h).pow(2).sum();
        CompiledFunction f = function().in(x).out(loop.trace(h), grad(cost, u)).compile();
        var out = f.callAll((Object) new double[][] {{1, 2}, {3, 4}});
        assertEquals(Math.tanh(3), out.get(0).get(1, 0), 1e-15);
        assertEquals(2, out.get(1).rank());

        var key = random(42);
        var i = lscalar("i");
        CompiledFunction noise = function().in(i).out(key.fold(i).normal(3, 4)).compile();
        assertEquals(noise.call(1L), noise.call(1L));
        assertNotEquals(noise.call(1L), noise.call(2L));
        CompiledFunction mask = function().out(key.streams().bernoulli(0.5, 784)).compile();
        assertNotEquals(mask.call(), mask.call());
    }
}
