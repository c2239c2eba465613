package damo;
import damo.graph.Variable;
import damo.value.NDArray;
import java.util.List;
public final class MrgRandomStreams extends SeededStreams {
    public MrgRandomStreams(long seed) { super(seed); }
    @Override Variable uniform(List<Variable> extents) { return null; }
    @Override Variable normal(List<Variable> extents) { return null; }
    public void copyStateFrom(MrgRandomStreams other) { copyFrom(other); }
    @Override NDArray source(long seed) { return null; }
    @Override List<NDArray> start(NDArray source, String kind) { return null; }
    @Override NDArray seeded(long seed, String kind) { return null; }
    @Override void check(NDArray state, String kind) { }
}
