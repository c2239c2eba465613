package damo;

import damo.graph.Build;
import damo.graph.Ints;
import damo.graph.Op;
import damo.graph.Variable;
import damo.type.DType;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Random numbers without state: a draw is a function of the key and the extents, the same in every call, at any place in a graph, on any
/// back end and thread count. Draw *once* from a key; for another draw, [#split] it, or [#fold] in what tells the draws apart (the number
/// of a layer, of a step, of a turn of a loop, computed ones too). For training, [#streams] draw anew in each call.
///
/// A key is 127 bits: the two key words of Philox4x32-10, and the two high counter words but for the topmost bit. Element `i` (row-major) of
/// a draw takes the block at the counter `i` below them; the key folded with `n` is the block at the counter `n`, with the topmost bit set.
public final class RandomKey extends Distributions {
    private static final long FOLDED = 0x8000_0000L;

    private final List<Variable> key;               // two uint32 words
    private final List<Variable> above;             // the high two words of the counter

    /// Of an int64 scalar: its bits are the key.
    RandomKey(Variable seed) {
        this(List.of(Philox.low(seed), Philox.high(seed), word(0), word(0)));
    }

    private RandomKey(List<Variable> words) {
        key = words.subList(0, 2);
        above = words.subList(2, 4);
    }

    private static Variable word(long bits) {
        return new Variable(new Op.Constant(NDArray.scalar(DType.UINT32, bits)));
    }

    /// The key that belongs to this one and `n`: another for another `n`, independent of this one and of each other.
    public RandomKey fold(long n) {
        return folded(Ints.of(n));
    }

    /// As [#fold(long)], of an integer scalar, computed ones too.
    public RandomKey fold(Variable n) {
        return folded(Build.index(n));
    }

    private RandomKey folded(Variable n) {
        List<Variable> block = Philox.block(List.of(Philox.low(n), Philox.high(n), above.get(0), above.get(1).or(FOLDED)), key);
        return new RandomKey(List.of(block.get(0), block.get(1), block.get(2), block.get(3).and(FOLDED - 1)));
    }

    /// `n` independent keys: this one folded with 0, 1, …, `n` − 1.
    public List<RandomKey> split(int n) {
        return IntStream.range(0, n).mapToObj(this::fold).toList();
    }

    /// Draws that are new in each call of a function; see [KeyStreams].
    public KeyStreams streams() {
        return new KeyStreams(this);
    }

    @Override RandomKey part(long which) {
        return fold(which);
    }

    @Override public Variable uniform(List<Variable> extents) {
        List<Variable> block = blocks(extents);
        return Philox.fraction(block.get(1), block.get(0));
    }

    /// By the transformation of Box and Muller (1958), of which none is further from 0 than 8.66.
    @Override public Variable normal(List<Variable> extents) {
        List<Variable> block = blocks(extents);
        Variable radius = Philox.fraction(block.get(1), block.get(0)).add(0x1p-54).log().mul(-2).sqrt();
        return radius.mul(Philox.fraction(block.get(3), block.get(2)).mul(2 * Math.PI).cos());
    }

    private List<Variable> blocks(List<Variable> extents) {
        Variable i = position(extents);
        return Philox.block(List.of(Philox.low(i), Philox.high(i), above.get(0), above.get(1)), key);
    }

    /// The row-major positions in a tensor of these extents.
    private static Variable position(List<Variable> extents) {
        Variable all = Ints.of(0);
        Variable stride = Ints.of(1);
        var strides = new ArrayList<Variable>();
        for (Variable extent : extents.reversed()) {
            strides.addFirst(stride);
            stride = Ints.mul(stride, extent);
        }
        for (int axis = 0; axis < extents.size(); axis++) {
            int[] pattern = new int[extents.size()];
            Arrays.fill(pattern, Op.Dimshuffle.NEW);
            pattern[axis] = 0;
            Variable steps = new Variable(new Op.Iota(extents.get(axis))).dimshuffle(pattern);
            Variable scaled = Ints.isConstant(strides.get(axis), 1) ? steps : steps.mul(strides.get(axis));
            all = axis == 0 ? scaled : all.add(scaled);
        }
        return all;
    }
}
