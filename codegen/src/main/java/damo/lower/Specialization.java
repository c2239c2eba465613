package damo.lower;

import damo.graph.Lambda;
import damo.graph.Variable;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A program for one pattern of extents, with the questions that tell whether a call has that pattern.
///
/// @param program what is done
/// @param values the pool of the program's values
/// @param extents evaluates the program's symbols, then the two sides of each guard
/// @param answers for each guard, whether its two sides are equal
/// @param sizes what else must hold of the extents: that those are large which were taken for large
public record Specialization(Program program, Values values, ExtentProgram extents, boolean[] answers, Predicate<long[]> sizes) {
    /// Lowers `f` for arguments of these shapes.
    ///
    /// @throws damo.DamoException if the shapes do not fit
    public static Specialization of(Lambda f, NDArray[] arguments) {
        return of(f, new Lowering(f, arguments, false));
    }

    /// Lowers `f` for arguments of just these shapes: all extents of parameters are constants.
    ///
    /// @throws damo.DamoException if the shapes do not fit
    public static Specialization ofExtents(Lambda f, NDArray[] arguments) {
        return of(f, new Lowering(f, arguments, true));
    }

    private static Specialization of(Lambda f, Lowering lowering) {
        Program program = lowering.program();
        List<Variable> roots = new ArrayList<>(lowering.symbols());
        List<Extents.Guard> guards = lowering.guards();
        boolean[] answers = new boolean[guards.size()];
        for (int i = 0; i < answers.length; i++) {
            roots.add(guards.get(i).a());
            roots.add(guards.get(i).b());
            answers[i] = guards.get(i).equal();
        }
        return new Specialization(program, lowering.values(), new ExtentProgram(f.parameters(), roots), answers, _ -> true);
    }

    /// Whether a call with these extents, evaluated by [#extents], may run this program.
    public boolean serves(long[] evaluated) {
        int at = program.symbols().size();
        for (boolean equal : answers) {
            if (evaluated[at] == evaluated[at + 1] != equal) return false;
            at += 2;
        }
        return sizes.test(evaluated);
    }

    /// The same with a program that went through more passes, for calls with extents for which `sizes` holds.
    public Specialization with(Program other, Predicate<long[]> sizes) {
        return new Specialization(other, values, extents, answers, sizes);
    }
}
