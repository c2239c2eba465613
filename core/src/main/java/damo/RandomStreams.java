package damo;

import damo.graph.Generator;
import damo.graph.Op;
import damo.graph.Variable;
import damo.interpret.Twister;
import damo.value.NDArray;
import java.util.List;

/// Random streams with the numbers of the classic interface: a Mersenne Twister with the seed gives each draw a seed, 30 bits of its next
/// word; the draw's own Mersenne Twister starts from that. `new RandomStreams(123).uniform(1)` first draws 0.72803009.
///
/// ```java
/// var streams = new RandomStreams(234);
/// var u = streams.uniform(2, 2);
/// CompiledFunction f = function().out(u).compile();       // every call draws other numbers
/// ```
///
/// The numbers are drawn one after the other, on the host; [MrgRandomStreams] draws many at once.
public final class RandomStreams extends SeededStreams {
    private static final long SEEDS = (1L << 30) - 1;

    /// Streams from the lowest 32 bits of `seed`.
    public RandomStreams(long seed) {
        super(seed);
    }

    @Override public Variable uniform(List<Variable> extents) {
        return draw(Generator.TWISTER_UNIFORM, extents);
    }

    @Override public Variable normal(List<Variable> extents) {
        return draw(Generator.TWISTER_NORMAL, extents);
    }

    private Variable draw(Generator generator, List<Variable> extents) {
        return draw(new Kind(generator.toString(), 1), state ->
                new Op.Draw(generator, state, extents, 0).results().stream().map(Variable::new).toList());
    }

    /// Makes this draw what `other` draws from now on.
    ///
    /// @throws DamoException if the two have not made as many draws of the same kinds; nothing has changed then
    public void copyStateFrom(RandomStreams other) {
        copyFrom(other);
    }

    @Override NDArray source(long seed) {
        return Twister.seeded(seed);
    }

    @Override List<NDArray> start(NDArray source, Kind kind) {
        long[] next = source.toLongArray();
        return List.of(Twister.seeded(Twister.next(next) & SEEDS), NDArray.wrap(next, next.length));
    }

    @Override NDArray seeded(long seed, Kind kind) {
        return Twister.seeded(seed);
    }

    @Override void check(NDArray state, Kind kind) {
        Twister.checked(state);
    }
}
