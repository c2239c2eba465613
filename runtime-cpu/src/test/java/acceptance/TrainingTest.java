package acceptance;

import static damo.Damo.*;
import static org.junit.jupiter.api.Assertions.*;

import damo.*;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small networks, trained to the end: the numbers are those of the same programs run elsewhere. */
class TrainingTest {
    static final double[][] INPUTS = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};

    @Test void aNeuronWithFixedWeightsIsAnAndGate() {
        var x = dvector("x");
        var w = shared(new double[] {1, 1});
        var b = shared(-1.5);
        CompiledFunction neuron = function().in(x).out(ifelse(lt(dot(x, w).add(b), 0), constant(0), constant(1))).compile();
        int[] want = {0, 0, 0, 1};
        for (int i = 0; i < 4; i++) assertEquals(want[i], neuron.call(INPUTS[i]).scalar());
    }

    @Test void aNeuronLearnsAnd() {
        var x = dmatrix("x");
        var target = dvector("target");
        var w = shared(new double[] {0.5, 0.25});
        var b = shared(1.0);
        var a = div(1, add(1, exp(neg(dot(x, w).add(b)))));
        var cost = target.mul(log(a)).add(sub(1, target).mul(log(sub(1, a)))).neg().sum();
        var g = grad(cost, List.of(w, b));
        CompiledFunction train = function().in(x, target).out(a, cost)
                .update(w, w.sub(g.get(0).mul(0.01))).update(b, b.sub(g.get(1).mul(0.01))).compile();
        double[] labels = {0, 0, 0, 1};
        List<damo.value.NDArray> last = null;
        for (int i = 0; i < 30000; i++) last = train.callAll(INPUTS, labels);
        assertEquals(0.058176263901, last.get(1).scalar(), 1e-9);
        assertEquals(0.976280553, last.get(0).get(3), 1e-8);
    }

    @Test void twoLayersLearnXnor() {
        var x = dmatrix("x");
        var target = dvector("target");
        var w1 = shared(new double[] {0.55, 0.72});
        var w2 = shared(new double[] {0.60, 0.54});
        var w3 = shared(new double[] {0.42, 0.65});
        var b1 = shared(1.0);
        var b2 = shared(1.0);
        var a1 = sigmoid(dot(x, w1).add(b1));
        var a2 = sigmoid(dot(x, w2).add(b1));
        var x2 = stack(1, a1, a2);
        var a3 = sigmoid(dot(x2, w3).add(b2));
        var cost = target.mul(log(a3)).add(sub(1, target).mul(log(sub(1, a3)))).neg().sum();
        var parameters = List.of(w1, w2, w3, b1, b2);
        var gradients = grad(cost, parameters);
        var step = function().in(x, target).out(a3, cost);
        for (int i = 0; i < parameters.size(); i++)
            step.update(parameters.get(i), parameters.get(i).sub(gradients.get(i).mul(0.01)));
        CompiledFunction train = step.compile();
        double[] labels = {1, 0, 0, 1};
        assertEquals(4.347315657302, train.callAll(INPUTS, labels).get(1).scalar(), 1e-11);
        List<damo.value.NDArray> last = null;
        for (int i = 1; i < 30000; i++) last = train.callAll(INPUTS, labels);
        assertEquals(0.06249245, last.get(1).scalar(), 1e-7);
        assertArrayEquals(new double[] {0.9832, 0.0142, 0.0142, 0.9832}, last.get(0).toDoubleArray(), 5e-5);
    }

    @Test void minibatchesComeThroughAGiven() {
        var data = shared(new double[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}});
        var x = dmatrix("x");
        var index = lscalar("index");
        CompiledFunction f = function().in(index).out(x.sum())
                .given(x, data.slice(index.mul(2), index.add(1).mul(2))).compile();
        assertEquals(10.0, f.call(0).scalar());
        assertEquals(26.0, f.call(1).scalar());
        assertEquals(42.0, f.call(2).scalar());
    }

    @Test void aConstantIsNotDifferentiatedThrough() {
        var w = shared(2.0);
        var y = w.pow(2);
        var cost = y.mul(w);                                            // treat y as constant: d cost / d w = y
        var g = grad(cost, w, considerConstant(y));
        assertEquals(4.0, function().out(g).compile().call().scalar());
    }
}
