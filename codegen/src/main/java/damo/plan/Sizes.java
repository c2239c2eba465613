package damo.plan;

import damo.kernel.Axis;
import damo.kernel.Scalar;
import damo.kernel.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How large extents are, where the best program depends on it. The call at hand answers; a later call may run the same program if it
/// answers all questions alike. So what a program computes depends on extents only, whatever machine it is for.
public final class Sizes {
    private record Question(List<Axis> axes, long least) {}

    private final List<String> symbols;
    private final long[] extents;
    private final Map<Question, Boolean> answers = new HashMap<>();
    private final List<Question> asked = new ArrayList<>();            // of what is not known

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
        return answers.computeIfAbsent(question, q -> {
            if (!axes.stream().allMatch(a -> a.extent().op() instanceof Scalar.Whole)) asked.add(q);
            return answer(q, extents);
        });
    }

    /// Whether a call in which the symbols are `others` has the same answers. Allocates nothing where extents are symbols.
    public boolean hold(long[] others) {
        for (int i = 0; i < asked.size(); i++) {
            Question question = asked.get(i);
            if (answer(question, others) != answers.get(question)) return false;
        }
        return true;
    }

    private boolean answer(Question question, long[] of) {
        double size = 1;
        for (int i = 0; i < question.axes.size(); i++) {
            Value extent = question.axes.get(i).extent();
            size *= extent.op() instanceof Scalar.Symbol(var name) ? symbol(name, of) : Extent.of(extent, name -> symbol(name, of));
        }
        return size >= question.least;
    }

    private long symbol(String name, long[] of) {
        int at = symbols.indexOf(name);
        return at < 0 ? Integer.MAX_VALUE : of[at];
    }
}
