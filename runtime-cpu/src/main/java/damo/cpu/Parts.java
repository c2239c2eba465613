package damo.cpu;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Division;
import damo.plan.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Into what parts a launch is divided, once the extents of a call are known.
///
/// @param extent of the axis that is divided
/// @param work how many values are computed: the sum of these
/// @param isCoarse whether parts do again what others do too: then no thread has two
/// @param isRepeated whether parts must not be short
/// @param each the positions of a part, where they are given
record Parts(Product extent, List<Product> work, boolean isCoarse, boolean isRepeated, Optional<Product> each) {
    private static final int EACH = 4;               // parts for each thread, so that one which is late holds up nobody
    private static final int ROUNDS = 1 << 15;       // of a part at most, so that what several of them read and store stays in the second cache
    private static final int ALIGNED = 64;           // positions: no part but the last ends in the middle of a vector

    /// A number times symbols and what is computed of symbols.
    record Product(double known, int[] symbols, List<Value> computed, List<String> names) {
        double of(int[] values) {
            double product = known;
            for (int symbol : symbols) product *= values[symbol];
            if (!computed.isEmpty()) for (Value v : computed) product *= Extent.of(v, name -> values[names.indexOf(name)]);
            return product;
        }

        private static Product of(double known, List<Value> factors, List<String> symbols) {
            double number = known;
            var positions = new ArrayList<Integer>();
            var computed = new ArrayList<Value>();
            var todo = new ArrayList<>(factors);
            while (!todo.isEmpty()) {
                Value factor = todo.removeLast();
                switch (factor.op()) {
                    case Scalar.Whole(var n) -> number *= n;
                    case Scalar.Symbol(var name) -> positions.add(symbols.indexOf(name));
                    case Scalar.Apply(var f, var operands) when f == ScalarOp.MUL -> todo.addAll(operands);
                    case Scalar.Apply _ -> computed.add(factor);
                    case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Convert _, Scalar.Bits _, Scalar.Choose _,
                         Scalar.Fold _ ->
                        throw new CompilerBug("plan", "an axis has an extent that is no product", factor.toString());
                }
            }
            return new Product(number, positions.stream().mapToInt(i -> i).toArray(), computed, symbols);
        }
    }

    static Parts of(Division division, List<String> symbols) {
        return new Parts(Product.of(1, List.of(division.axis().extent()), symbols),
                division.work().stream().map(w -> Product.of(w.values(), w.extents(), symbols)).toList(),
                division.isCoarse(), division.isRepeated(), division.each().map(e -> Product.of(1, List.of(e), symbols)));
    }

    /// The positions for which the longest of the loops around something does so many rounds.
    int positions(int rounds, int[] symbols) {
        double all = 1;
        for (Product p : work) if (p.known > 0) all = Math.max(all, p.of(symbols) / p.known);
        return (int) Math.clamp(rounds * extent.of(symbols) / all, 1, rounds);
    }

    /// How many threads have enough to do, the caller included.
    int threads(int[] symbols, Workers workers) {
        return (int) Math.clamp(values(symbols) / workers.grain(), 1, workers.count());
    }

    private double values(int[] symbols) {
        double values = 0;
        for (Product p : work) values += p.of(symbols);
        return values;
    }

    /// The positions of one part, or 0 if all is better done at once.
    int size(int[] symbols, Workers workers) {
        if (each.isPresent()) return (int) each.get().of(symbols);
        if (isCoarse && workers.count() == 1) return 0;
        int parts = (int) Math.min((isCoarse ? 1 : EACH) * workers.count(), values(symbols) / workers.grain());
        int positions = (int) extent.of(symbols);
        if (parts < 2 || positions < 2) return 0;
        int size = Math.ceilDiv(positions, parts);
        if (!isCoarse) size = Math.min(size, positions(ROUNDS, symbols));
        int whole = size < ALIGNED && !isRepeated ? size : Math.ceilDiv(size, ALIGNED) * ALIGNED;
        return whole < positions ? whole : 0;
    }
}
