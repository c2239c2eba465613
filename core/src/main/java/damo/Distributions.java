package damo;

import damo.graph.Build;
import damo.graph.Variable;
import java.util.Arrays;
import java.util.List;

/// Random variables, made from uniform and normal ones. Every method that draws makes a variable that is drawn once in each call, however
/// often it is mentioned. Extents are numbers or integer scalars.
public abstract class Distributions {
    /// Independent float64 numbers, uniform in [0, 1); `extents` are int64 scalars.
    public abstract Variable uniform(List<Variable> extents);

    /// Independent float64 numbers of the normal law with mean 0 and deviation 1; `extents` are int64 scalars.
    public abstract Variable normal(List<Variable> extents);

    /// Float64 in [0, 1), all equally likely.
    public Variable uniform(Object... extents) {
        return uniform(indices(extents));
    }

    /// Float64 of the standard normal distribution.
    public Variable normal(Object... extents) {
        return normal(indices(extents));
    }

    private static List<Variable> indices(Object[] extents) {
        return Arrays.stream(Creation.extents(extents)).map(Build::index).toList();
    }
}
