package damo.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/// A graph of TensorFlow's, and its session once it is complete.
final class TensorGraph {
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final List<Operand<?>> places = new ArrayList<>();
    private final List<Tensor> arguments = new ArrayList<>();
    private final List<Op> starts = new ArrayList<>();
    private Result last;

    Ops tf() {
        return tf;
    }

    <T extends TType> Operand<T> argument(Class<T> type, T value) {
        Operand<T> place = tf.placeholder(type, Placeholder.shape(value.shape()));
        places.add(place);
        arguments.add(value);
        return place;
    }

    <T extends TType> Variable<T> variable(T start) {
        Variable<T> variable = tf.variable(tf.constantOf(start));
        starts.add(tf.assign(variable, tf.constantOf(start)));
        return variable;
    }

    List<Output<?>> gradients(Operand<?> y, List<? extends Operand<?>> by) {
        return List.of(graph.addGradients(y.asOutput(), by.stream().map(Operand::asOutput).toArray(Output<?>[]::new)));
    }

    /// Steps of gradient descent; each gives the cost before it.
    <T extends TType> Supplier<Object> descend(Operand<T> cost, Operand<T> rate, List<Variable<T>> parameters) {
        List<Output<?>> gradients = gradients(cost, parameters);
        // Variables change in place: only when all that reads them is through.
        Ops then = tf.withControlDependencyOps(Stream.concat(gradients.stream(), Stream.of(cost.asOutput())).map(Output::op).toList());
        List<Op> updates = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            @SuppressWarnings("unchecked") var g = (Operand<T>) gradients.get(i);
            updates.add(then.train.applyGradientDescent(parameters.get(i), rate, g));
        }
        return work(List.of(cost), updates);
    }

    Supplier<Object> fetch(List<? extends Operand<?>> results) {
        return work(results, List.of());
    }

    private Supplier<Object> work(List<? extends Operand<?>> results, List<Op> updates) {
        var session = new Session(graph, ConfigProto.newBuilder().setIntraOpParallelismThreads(1).setInterOpParallelismThreads(1).build());
        starts.forEach(session::run);
        Session.Runner runner = session.runner();
        for (int i = 0; i < places.size(); i++) runner.feed(places.get(i), arguments.get(i));
        results.forEach(runner::fetch);
        updates.forEach(runner::addTarget);
        Supplier<Object> read = () -> read(results.size());
        return () -> {
            if (last != null) last.close();
            last = runner.run();
            return read;
        };
    }

    private Object read(int results) {
        List<Object> all = IntStream.range(0, results).mapToObj(last::get).map(TensorGraph::array).toList();
        return results == 1 ? all.getFirst() : all;
    }

    private static Object array(Tensor x) {
        int n = Math.toIntExact(x.size());
        var data = x.asRawTensor().data();
        if (x.dataType() == DataType.DT_DOUBLE) {
            double[] out = new double[n];
            data.asDoubles().read(out);
            return out;
        }
        float[] out = new float[n];
        data.asFloats().read(out);
        return out;
    }
}
