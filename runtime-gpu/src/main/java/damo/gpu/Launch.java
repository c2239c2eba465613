package damo.gpu;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.opencl.OpenClText;
import java.util.List;
import java.util.Map;

/// A kernel of a program with everything looked up: numbers instead of names.
///
/// @param entry what the text says of it
/// @param buffers the positions of its buffers
/// @param symbols the places of its symbols
/// @param places the places of all symbols, by name
record Launch(OpenClText.Entry entry, int[] buffers, int[] symbols, Map<String, Integer> places) {
    static Launch of(OpenClText.Entry entry, Map<Buffer, Integer> positions, Map<String, Integer> places) {
        return new Launch(entry, entry.buffers().stream().mapToInt(positions::get).toArray(),
                entry.symbols().stream().mapToInt(places::get).toArray(), places);
    }

    /// How many groups must run with these symbols; none where there is nothing to do.
    long groups(int[] values) {
        long positions = 1;
        for (var axis : entry.outer()) positions *= extent(axis.extent(), values);
        return entry.groups(positions);
    }

    private long extent(Value v, int[] values) {
        return switch (v.op()) {
            case Scalar.Whole(var n) -> n;
            case Scalar.Symbol(var name) -> values[places.get(name)];
            case Scalar.Apply(var f, List<Value> args) when f == ScalarOp.MUL -> extent(args.get(0), values) * extent(args.get(1), values);
            case Scalar.Apply _, Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _,
                 Scalar.Choose _, Scalar.Fold _ ->
                throw new CompilerBug("launch", "an axis has a computed extent", v.toString());
        };
    }
}
