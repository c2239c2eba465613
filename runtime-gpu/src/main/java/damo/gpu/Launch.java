package damo.gpu;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Buffer;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.opencl.OpenClText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A kernel of a program with everything looked up: numbers instead of names.
///
/// @param entries what the text says of it, one or several ways to do it
/// @param first the number of the first of them
/// @param buffers the positions of its buffers
/// @param symbols the places of its symbols
/// @param places the places of all symbols, by name
record Launch(List<OpenClText.Entry> entries, int first, int[] buffers, int[] symbols, Map<String, Integer> places) {
    /// Those of all kernels of `text`, in order.
    static Launch[] of(OpenClText text, Map<Buffer, Integer> positions, Map<String, Integer> places) {
        var all = new ArrayList<Launch>();
        for (int first = 0, next; first < text.entries().size(); first = next) {
            OpenClText.Entry entry = text.entries().get(first);
            next = first + 1;
            while (next < text.entries().size() && text.entries().get(next).kernel() == entry.kernel()) next++;
            all.add(new Launch(text.entries().subList(first, next), first, entry.buffers().stream().mapToInt(positions::get).toArray(),
                    entry.symbols().stream().mapToInt(places::get).toArray(), places));
        }
        return all.toArray(Launch[]::new);
    }

    /// Which of the entries to take with these symbols.
    ///
    /// @param units how many groups the device does at a time, or about so
    int choice(int[] values, long units) {
        int best = 0;
        for (int i = 1; i < entries.size(); i++) if (time(i, values, units) < time(best, values, units)) best = i;
        return best;
    }

    private long time(int choice, int[] values, long units) {
        return (groups(choice, values) + units - 1) / units * entries.get(choice).effort();
    }

    /// How many groups must run with these symbols; none where there is nothing to do.
    long groups(int choice, int[] values) {
        return entries.get(choice).groups(v -> extent(v, values));
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
