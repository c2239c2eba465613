package damo;

import damo.graph.Build;
import damo.graph.Index;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.List;

/// Random streams of the generator MRG31k3p ([Mrg]), written as expressions: many numbers are drawn at once, and compiled with what uses
/// them.
///
/// A draw has substreams, 2^72 steps apart: one for each number if their number is known when the draw is made and at most 2048, else
/// 2048, of which a call takes as many steps as it needs. Number `i`, row-major, is that of step `i / substreams` of substream
/// `i % substreams`; numbers of the last step that are too many are thrown away. Draws are 2^134 steps apart, the first one starts with
/// the seed. So the numbers depend on the seed, the order of the draws and their extents only.
///
/// - **Uniform** in (0, 1), a multiple of 2^-31, neither 0 nor 1
/// - **Normal** by the method of Box and Muller, of the numbers of the first half and the second half of a uniform draw
public final class MrgRandomStreams extends SeededStreams {
    private static final int SUBSTREAMS = 2048;
    private static final int BLOCK = 1024;               // steps; as many blocks of so many steps reach the longest of Java arrays

    /// The matrices of 0, 1, … steps, and of 0, 1, … blocks of steps, for both recurrences.
    private static final class Powers {
        static final NDArray[] STEPS = {Mrg.powers(0, 1, BLOCK), Mrg.powers(1, 1, BLOCK)};
        static final NDArray[] BLOCKS = {Mrg.powers(0, BLOCK, BLOCK + 1), Mrg.powers(1, BLOCK, BLOCK + 1)};
    }

    /// Streams from `seed`: the classic ones if it is in 1..2147462578; others are reduced to that.
    public MrgRandomStreams(long seed) {
        super(seed);
    }

    /// Float64 in (0, 1), all equally likely.
    @Override public Variable uniform(List<Variable> extents) {
        Variable n = count("uniform", extents);
        return draw(kind("mrg_uniform", n), state -> {
            List<Variable> drawn = numbers(state, n);
            return List.of(new Variable(new Op.Reshape(drawn.getFirst(), extents)), drawn.getLast());
        });
    }

    @Override public Variable normal(List<Variable> extents) {
        Variable n = count("normal", extents);
        Variable half = Ints.floorDiv(Ints.add(n, Ints.of(1)), Ints.of(2));
        Variable both = Ints.mul(half, Ints.of(2));
        return draw(kind("mrg_normal", both), state -> {
            List<Variable> drawn = numbers(state, both);
            Variable u = drawn.getFirst();
            Variable radius = slice(u, 0, Ints.of(0), half).log().mul(-2.0).sqrt();
            Variable angle = slice(u, 0, half, half).mul(2 * Math.PI);
            Variable all = Build.join(0, List.of(radius.mul(angle.cos()), radius.mul(angle.sin())));
            return List.of(new Variable(new Op.Reshape(slice(all, 0, Ints.of(0), n), extents)), drawn.getLast());
        });
    }

    private static Variable count(String op, List<Variable> extents) {
        for (Variable e : extents)
            if (Ints.isConstant(e) && Ints.value(e) < 0) throw Variable.error(op, "an extent is negative; it must be 0 or more", extents);
        return Ints.product(extents);
    }

    private static Kind kind(String name, Variable n) {
        return new Kind(name, substreams(n));
    }

    private static int substreams(Variable n) {
        return isOneStep(n) ? (int) Ints.value(n) : SUBSTREAMS;
    }

    private static boolean isOneStep(Variable n) {
        return Ints.isConstant(n) && Ints.value(n) > 0 && Ints.value(n) <= SUBSTREAMS;
    }

    /// The next `n` uniform numbers, and the state after them.
    private static List<Variable> numbers(Variable state, Variable n) {
        // A negative number is refused where it is an extent, not here.
        Variable steps = Ints.max(Ints.of(0), Ints.floorDiv(Ints.add(n, Ints.of(SUBSTREAMS - 1)), Ints.of(SUBSTREAMS)));
        Variable known = slice(state, 0, Ints.of(0), Ints.of(substreams(n)));     // a shared variable does not know its extents
        var values = new Variable[2];
        var next = new Variable[2];
        for (int i = 0; i < 2; i++) {
            Variable words = slice(known, 1, Ints.of(3 * i), Ints.of(3)).expandDims(1);               // [substream, 1, word]
            if (isOneStep(n)) {
                next[i] = product(words, Damo.constant(Mrg.STEP[i]), 2, Mrg.M[i]);
                values[i] = next[i].transpose().at(0);
            } else {
                next[i] = product(words, power(i, steps), 2, Mrg.M[i]);
                Variable first = power(i, Damo.arange(1, Ints.add(steps, Ints.of(1)))).index(Index.ALL, Index.at(0));
                values[i] = product(words.transpose(1, 0, 2), first.expandDims(1), 2, Mrg.M[i]);          // [step, substream]
            }
        }
        Variable difference = values[0].sub(values[1]);
        Variable z = Damo.where(difference.gt(0), difference, difference.add(Mrg.M[0]));
        return List.of(slice(z.flatten(), 0, Ints.of(0), n).cast(DType.FLOAT64).mul(0x1p-31), Build.join(1, List.of(next[0], next[1])));
    }

    private static Variable slice(Variable x, int axis, Variable start, Variable length) {
        return new Variable(new Op.Slice(x, axis, start, length, 1));
    }

    /// The matrices of these numbers of steps: `[…, 3, 3]`.
    private static Variable power(int which, Variable steps) {
        // More blocks than there are come with more numbers than an array holds, which is said where the array is made.
        Variable blocks = steps.floorDiv(BLOCK).minimum(BLOCK);
        Variable whole = new Variable(new Op.Gather(Damo.constant(Powers.BLOCKS[which]), blocks, 0));
        Variable rest = new Variable(new Op.Gather(Damo.constant(Powers.STEPS[which]), steps.mod(BLOCK), 0));
        return product(whole.expandDims(-1), rest.expandDims(steps.rank()), steps.rank() + 1, Mrg.M[which]);
    }

    /// The sums of products along `axis`, modulo `m`. Each product is reduced, so that nothing overflows.
    private static Variable product(Variable a, Variable b, int axis, long m) {
        return a.mul(b).mod(m).sum(axis).mod(m);
    }

    /// Makes this draw what `other` draws from now on.
    ///
    /// @throws DamoException if the two have not made as many draws of the same kinds and numbers of substreams; nothing has changed then
    public void copyStateFrom(MrgRandomStreams other) {
        copyFrom(other);
    }

    @Override NDArray source(long seed) {
        return NDArray.wrap(Mrg.seeded(seed), 6);
    }

    @Override List<NDArray> start(NDArray source, Kind kind) {
        long[] state = source.toLongArray();
        long[][] all = new long[kind.substreams()][];
        for (int i = 0; i < all.length; i++) all[i] = i == 0 ? state : Mrg.nextSubstream(all[i - 1]);
        return List.of(NDArray.of(all), NDArray.wrap(Mrg.nextStream(state), 6));
    }

    @Override NDArray seeded(long seed, Kind kind) {
        return start(source(seed), kind).getFirst();
    }

    @Override void check(NDArray state, Kind kind) {
        if (state.extent(0) != kind.substreams() || state.extent(1) != 6)
            throw new DamoException("the state of %s is %s; it needs %d rows of 6 numbers".formatted(kind, state.type(), kind.substreams()));
        for (int row = 0; row < kind.substreams(); row++)
            for (int i = 0; i < 2; i++) {
                long sum = 0;
                for (int j = 3 * i; j < 3 * i + 3; j++) {
                    long word = state.getLong(row, j);
                    if (word < 0 || word >= Mrg.M[i])
                        throw new DamoException("the state of %s has %d at [%d, %d]; it needs 0..%d".formatted(kind, word, row, j, Mrg.M[i] - 1));
                    sum += word;
                }
                if (sum == 0) throw new DamoException("the state of %s has only zeros in row %d, from which nothing follows".formatted(kind, row));
            }
    }
}
