package damo.value;

/// The elements of an array that lie elsewhere, say on a device, until the host wants them: a back end keeps state so. They never change; who
/// has them in two places has the same values twice.
public abstract class Remote {
    /// For back ends.
    protected Remote() {}

    /// The elements as a flat Java array of [damo.type.DType#storage], fetched at the first call; only to be read. Safe from many threads.
    ///
    /// @throws damo.DamoException if they were lost
    public abstract Object array();

    /// How many elements there are.
    public abstract int length();

    /// Gives back all memory, since nobody wants the elements any more.
    public abstract void release();
}
