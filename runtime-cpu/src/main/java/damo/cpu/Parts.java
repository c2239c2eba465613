package damo.cpu;

import damo.CompilerBug;
import damo.graph.ScalarOp;
import damo.kernel.Scalar;
import damo.kernel.Value;
import damo.plan.Division;
import java.util.ArrayList;
import java.util.List;

/// Into how many parts a kernel is divided, once the extents of a call are known.
///
/// @param extent of the axis that is divided
/// @param work how many values are computed: the sum of these
/// @param each how many parts for each thread are best
/// @param isRepeated whether parts must not be short
record Parts(Product extent, Product[] work, int each, boolean isRepeated) {
    private static final int EACH = 4;               // parts for each thread, so that one which is late holds up nobody
    private static final int ALIGNED = 64;           // positions: no part but the last ends in the middle of a vector

    /// A number times symbols.
    record Product(double known, int[] symbols) {
        double of(int[] values) {
            double product = known;
            for (int symbol : symbols) product *= values[symbol];
            return product;
        }

        private static Product of(double known, List<Value> factors, List<String> symbols) {
            double number = known;
            var names = new ArrayList<Integer>();
            var todo = new ArrayList<>(factors);
            while (!todo.isEmpty()) {
                Scalar factor = todo.removeLast().op();
                switch (factor) {
                    case Scalar.Whole(var n) -> number *= n;
                    case Scalar.Symbol(var name) -> names.add(symbols.indexOf(name));
                    case Scalar.Apply(var f, var operands) when f == ScalarOp.MUL -> todo.addAll(operands);
                    case Scalar.Apply(var f, var operands) when f == ScalarOp.FLOORDIV && operands.getLast().op() instanceof Scalar.Whole(var n) -> {
                        number /= n;
                        todo.add(operands.getFirst());
                    }
                    case Scalar.Real _, Scalar.Index _, Scalar.Load _, Scalar.Flat _, Scalar.Apply _, Scalar.Convert _, Scalar.Bits _,
                         Scalar.Choose _, Scalar.Fold _ ->
                        throw new CompilerBug("plan", "an axis has an extent that is no product", factor.toString());
                }
            }
            return new Product(number, names.stream().mapToInt(i -> i).toArray());
        }
    }

    static Parts of(Division division, List<String> symbols) {
        return new Parts(Product.of(1, List.of(division.axis().extent()), symbols),
                division.work().stream().map(w -> Product.of(w.values(), w.extents(), symbols)).toArray(Product[]::new),
                division.isCoarse() ? 1 : EACH, division.isRepeated());
    }

    /// The positions for which the longest of the loops around something does so many rounds.
    int positions(int rounds, int[] symbols) {
        double all = 1;
        for (Product p : work) if (p.known > 0) all = Math.max(all, p.of(symbols) / p.known);
        return (int) Math.clamp(rounds * extent.of(symbols) / all, 1, rounds);
    }

    /// The positions of one part, or 0 if the kernel is better done by the caller alone.
    int size(int[] symbols, Workers workers) {
        if (workers.count() == 1) return 0;
        double values = 0;
        for (Product p : work) values += p.of(symbols);
        int parts = (int) Math.min(each * workers.count(), values / workers.grain());
        int positions = (int) extent.of(symbols);
        if (parts < 2 || positions < 2) return 0;
        int size = Math.ceilDiv(positions, parts);
        int whole = size < ALIGNED && !isRepeated ? size : Math.ceilDiv(size, ALIGNED) * ALIGNED;
        return whole < positions ? whole : 0;
    }
}
