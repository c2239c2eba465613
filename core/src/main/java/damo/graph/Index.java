package damo.graph;

/// One entry of an index, as between NumPy's brackets.
public sealed interface Index {
    /// Everything along the next axis.
    Index ALL = new Range(null, null, 1);
    /// A new axis of extent 1.
    Index NEW_AXIS = new NewAxis();
    /// As many [#ALL] as are left.
    Index ELLIPSIS = new Ellipsis();

    /// One element along the next axis, which vanishes; a negative one counts from the end.
    record At(Variable position) implements Index {}

    /// From `start` (or the beginning) up to, not including, `stop` (or the end), every `step`th; `null` means left out. A negative
    /// bound counts from the end, a bound outside is moved to the edge, and a negative step runs backwards.
    record Range(Variable start, Variable stop, long step) implements Index {}

    /// The elements at these int64 positions; the axes of `positions` replace the axis.
    record Take(Variable positions) implements Index {}

    /// A new axis of extent 1.
    record NewAxis() implements Index {}

    /// As many [#ALL] as are left.
    record Ellipsis() implements Index {}
}
