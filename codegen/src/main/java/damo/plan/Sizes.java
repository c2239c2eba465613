package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Scalar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How large extents are, where the best program for a device depends on it. The call at hand answers; a later call may run the same program if it
/// answers all questions alike. So what a program computes depends on extents only, whatever device it is for.
public final class Sizes {
    private record Question(List<Axis> axes, long least) {}

    private final List<String> symbols;
    private final long[] extents;
    private final Map<Question, Boolean> answers = new LinkedHashMap<>();

    /// Answers for a call in which `symbols` are `extents`, the first of which are theirs.
    public Sizes(List<String> symbols, long[] extents) {
        this.symbols = List.copyOf(symbols);
        this.extents = extents.clone();
    }

    /// Answers for whatever call: all that is not known is large.
    public static Sizes large() {
        return new Sizes(List.of(), new long[0]);
    }

    /// Whether there are at least so many positions along `axes`. What no extent of a call says is taken for large.
    boolean isAtLeast(List<Axis> axes, long least) {
        var question = new Question(List.copyOf(axes), least);
        if (axes.stream().allMatch(a -> a.extent().op() instanceof Scalar.Whole)) return answer(question, extents);
        return answers.computeIfAbsent(question, q -> answer(q, extents));
    }

    /// Whether a call in which the symbols are `others` has the same answers.
    public boolean hold(long[] others) {
        for (var known : answers.entrySet()) if (answer(known.getKey(), others) != known.getValue()) return false;
        return true;
    }

    private boolean answer(Question question, long[] of) {
        double size = 1;
        for (Axis axis : question.axes)
            size *= Extent.of(axis.extent(), name -> symbols.contains(name) ? of[symbols.indexOf(name)] : Integer.MAX_VALUE);
        return size >= question.least;
    }
}
