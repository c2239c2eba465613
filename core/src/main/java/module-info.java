/// Damo's front door, graph, derivatives, rewrites and interpreter.
module damo.core {
    exports damo;
    exports damo.type;
    exports damo.value;
    exports damo.graph;
    exports damo.text;
    exports damo.interpret;
    exports damo.grad;
    exports damo.rewrite;
    exports damo.spi;

    requires org.apache.commons.numbers.gamma;
    requires transitive org.joml;

    uses damo.graph.Evaluator;
    uses damo.spi.Backend;

    provides damo.graph.Evaluator with damo.Evaluation;
}
