package damo.gpu;

import damo.kernel.Buffer;
import damo.opencl.OpenClText;
import damo.plan.Extent;
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
        return entries.get(choice).groups(v -> Extent.of(v, name -> values[places.get(name)]));
    }
}
