package damo.text;

import damo.graph.Op;
import java.util.List;
import java.util.stream.Collectors;

/// What an op has besides operands, as text.
final class Attributes {
    private Attributes() {}

    /// `axis=0, step=2`, or nothing.
    static String of(Op op) {
        return switch (op) {
            case Op.Input _, Op.Constant _, Op.Elementwise _, Op.Reshape _, Op.Broadcast _, Op.SumTo _, Op.Iota _, Op.If _, Op.StopGradient _ -> "";
            case Op.Cast(_, var to) -> "to=" + to;
            case Op.Reduce(_, _, var axes) -> "axes=" + axes;
            case Op.Dimshuffle(_, var pattern) -> "pattern=" + pattern(pattern);
            case Op.Slice(_, var axis, _, _, var step) -> "axis=%d, step=%d".formatted(axis, step);
            case Op.Unslice(_, var axis, _, _, var step) -> "axis=%d, step=%d".formatted(axis, step);
            case Op.Join(var axis, _) -> "axis=" + axis;
            case Op.Gather(_, _, var axis) -> "axis=" + axis;
            case Op.Scatter(_, _, var axis, _) -> "axis=" + axis;
            case Op.Extent(_, var axis) -> "axis=" + axis;
            case Op.Dot(_, _, var axes) -> axes.toString();
            case Op.Loop(_, _, var result) -> "result=" + result;
            case Op.Draw(var generator, _, _, var result) -> "generator=%s, result=%d".formatted(generator, result);
            case Op.Assert(_, _, var message) -> "message=" + Tokens.quote(message);
        };
    }

    private static String pattern(List<Integer> pattern) {
        return pattern.stream().map(p -> p == Op.Dimshuffle.NEW ? "new" : p.toString()).collect(Collectors.joining(", ", "[", "]"));
    }
}
