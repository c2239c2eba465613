package damo.graph;

/// One entry of an index, as between NumPy's brackets.
public sealed interface Index {
    /// Everything along the next axis.
    Index ALL = new Range(null, null, 1);
    /// A new axis of extent 1.
    Index NEW_AXIS = new NewAxis();
    /// As many [#ALL] as are left.
    Index ELLIPSIS = new Ellipsis();

    /// One element along the next axis, at a number or integer scalar; see [At].
    static Index at(Object position) {
        return new At(Build.index(position));
    }

    /// The elements from `start` up to, not including, `stop`: numbers, integer scalars or `null`; see [Range].
    static Index range(Object start, Object stop) {
        return range(start, stop, 1);
    }

    /// Every `step`th element from `start` up to, not including, `stop`: numbers, integer scalars or `null`; see [Range].
    static Index range(Object start, Object stop, long step) {
        return new Range(start == null ? null : Build.index(start), stop == null ? null : Build.index(stop), step);
    }

    /// The elements at `positions`, an integer tensor or a Java array of integers; see [Take].
    static Index take(Object positions) {
        return new Take(Build.variable(positions));
    }

    /// One element along the next axis, which vanishes; a negative one counts from the end.
    record At(Variable position) implements Index {}

    /// From `start` (or the beginning) up to, not including, `stop` (or the end), every `step`th; `null` means left out. A negative
    /// bound counts from the end, a bound outside is moved to the edge, and a negative step runs backwards.
    record Range(Variable start, Variable stop, long step) implements Index {}

    /// The elements at these integer positions; the axes of `positions` replace the axis. Several in one index broadcast and choose
    /// together. Their axes replace those they choose from if these are neighbours, else come first; an [At] counts as one of them.
    record Take(Variable positions) implements Index {}

    /// A new axis of extent 1.
    record NewAxis() implements Index {}

    /// As many [#ALL] as are left.
    record Ellipsis() implements Index {}
}
