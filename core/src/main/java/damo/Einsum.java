package damo;

import damo.graph.DotAxes;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Reduction;
import damo.graph.Variable;
import damo.type.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Einstein's summation, from left to right: diagonals of repeated letters, then contractions of two, then the order of the result.
final class Einsum {
    /// A tensor and a letter for each of its axes.
    private record Term(Variable x, String letters) {
        List<Integer> axes(IntPredicate of) {
            return IntStream.range(0, letters.length()).filter(i -> of.test(letters.charAt(i))).boxed().toList();
        }

        List<Integer> places(String of) {
            return of.chars().mapToObj(letters::indexOf).toList();
        }
    }

    private final String subscripts;
    private final List<Variable> operands;
    private final List<String> inputs;
    private final String output;

    private Einsum(String subscripts, List<Variable> operands) {
        this.subscripts = subscripts;
        this.operands = operands;
        String[] sides = subscripts.replace(" ", "").split("->", -1);
        check(sides.length <= 2, "there are %d arrows; one at most is needed".formatted(sides.length - 1));
        inputs = List.of(sides[0].split(",", -1));
        output = sides.length == 2 ? sides[1] : once(sides[0]);
    }

    static Variable of(String subscripts, List<Variable> operands) {
        var sum = new Einsum(subscripts, operands);
        sum.verify();
        return sum.build();
    }

    /// The letters that occur once, in the order of the alphabet.
    private static String once(String letters) {
        return distinct(letters.chars().filter(c -> c != ',' && letters.indexOf(c) == letters.lastIndexOf(c)).sorted());
    }

    private static String distinct(IntStream letters) {
        return letters.distinct().mapToObj(Character::toString).collect(Collectors.joining());
    }

    private void verify() {
        String all = String.join("", inputs) + output;
        all.chars().filter(c -> !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')).findFirst().ifPresent(c -> check(false, c == '.'
                ? "an ellipsis is not understood; write a letter for each axis" : "'%c' is not a letter, which each axis needs".formatted(c)));
        check(inputs.size() == operands.size(), "it names %d operands, but there are %d".formatted(inputs.size(), operands.size()));
        for (int i = 0; i < operands.size(); i++)
            check(inputs.get(i).length() == operands.get(i).rank(), "'%s' has %d letters, but operand %d has rank %d; it needs a letter for each axis"
                    .formatted(inputs.get(i), inputs.get(i).length(), i, operands.get(i).rank()));
        for (int i = 0; i < output.length(); i++) {
            char c = output.charAt(i);
            check(output.indexOf(c) == i, "the result has '%c' twice; a letter must occur once there".formatted(c));
            check(inputs.stream().anyMatch(letters -> letters.indexOf(c) >= 0), "the result has '%c', which no operand has".formatted(c));
        }
        extents();
    }

    /// One letter stands for one extent, as far as extents are known.
    private void extents() {
        var known = new HashMap<Character, Long>();
        for (int i = 0; i < operands.size(); i++)
            for (int axis = 0; axis < operands.get(i).rank(); axis++) {
                long extent = operands.get(i).type().extent(axis);
                if (extent < 0) continue;
                char c = inputs.get(i).charAt(axis);
                Long before = known.putIfAbsent(c, extent);
                check(before == null || before == extent, "'%c' is %d and, as axis %d of operand %d, %d; the extents must be equal"
                        .formatted(c, before, axis, i, extent));
            }
    }

    private void check(boolean holds, String rule) {
        if (!holds) throw Variable.error("einsum", "\"%s\": %s".formatted(subscripts, rule), operands);
    }

    private Variable build() {
        DType dtype = operands.stream().map(Variable::dtype).reduce(DType::promote).orElseThrow();
        Term left = operand(0, dtype);
        for (int i = 1; i < operands.size(); i++)
            left = product(left, operand(i, dtype), String.join("", inputs.subList(i + 1, inputs.size())) + output);
        left = summed(left, output);
        return left.x().transpose(left.places(output).stream().mapToInt(p -> p).toArray()).cast(dtype);
    }

    /// The operand, with each of its letters once. Bools are counted; as a bool again, a count says whether any was true.
    private Term operand(int i, DType dtype) {
        var term = new Term(operands.get(i).cast(dtype == DType.BOOL ? DType.INT64 : dtype), inputs.get(i));
        for (char c : inputs.get(i).toCharArray())
            if (term.letters().indexOf(c) != term.letters().lastIndexOf(c)) term = diagonal(term, c);
        return term;
    }

    /// The first two axes of this letter become one, the first.
    private Term diagonal(Term term, char c) {
        int a = term.letters().indexOf(c);
        int b = term.letters().indexOf(c, a + 1);
        Variable x = term.x().moveAxis(a, 0).moveAxis(b, 1);
        Variable rows = x.shape(0);
        Variable columns = x.shape(1);
        if (x.type().extent(0) < 0 || x.type().extent(1) < 0)
            x = new Variable(new Op.Assert(x, rows.eq(columns), Variable.message("einsum",
                    "\"%s\": the extents of '%c' differ; they must be equal".formatted(subscripts, c), operands)));
        var extents = new ArrayList<>(Ints.extents(x).subList(2, x.rank()));
        extents.addFirst(Ints.mul(rows, columns));
        Variable places = new Variable(new Op.Iota(rows)).mul(columns.add(1));
        String rest = new StringBuilder(term.letters()).deleteCharAt(b).deleteCharAt(a).toString();
        return new Term(new Variable(new Op.Gather(x.reshape(extents.toArray()), places, 0)), c + rest);
    }

    /// The product of two; what is not `needed` any more is summed over.
    private static Term product(Term a, Term b, String needed) {
        Term x = summed(a, b.letters() + needed);
        Term y = summed(b, a.letters() + needed);
        if (x.letters().isEmpty() || y.letters().isEmpty()) return new Term(x.x().mul(y.x()), x.letters() + y.letters());
        String batch = distinct(x.letters().chars().filter(c -> y.letters().indexOf(c) >= 0 && needed.indexOf(c) >= 0));
        String sum = distinct(x.letters().chars().filter(c -> y.letters().indexOf(c) >= 0 && needed.indexOf(c) < 0));
        var axes = new DotAxes(x.places(batch), y.places(batch), x.places(sum), y.places(sum));
        var letters = new StringBuilder(batch);
        axes.xFree(x.x().rank()).forEach(i -> letters.append(x.letters().charAt(i)));
        axes.yFree(y.x().rank()).forEach(i -> letters.append(y.letters().charAt(i)));
        return new Term(new Variable(new Op.Dot(x.x(), y.x(), axes)), letters.toString());
    }

    /// Summed over the letters that are not `needed`, in its own dtype.
    private static Term summed(Term term, String needed) {
        List<Integer> axes = term.axes(c -> needed.indexOf(c) < 0);
        if (axes.isEmpty()) return term;
        String letters = distinct(term.letters().chars().filter(c -> needed.indexOf(c) >= 0));
        return new Term(new Variable(new Op.Reduce(Reduction.SUM, term.x(), axes)), letters);
    }
}
