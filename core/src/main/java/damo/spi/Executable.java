package damo.spi;

import damo.value.NDArray;
import java.util.List;
import java.util.Optional;

/// A prepared program: immutable for its users, safe to run from many threads at once.
public interface Executable {
    /// `state`, as arguments had better be that nobody changes: an equal array, whose elements may from then on lie elsewhere
    /// ([damo.value.Remote]) so that calls need not move them; or `state` itself.
    default NDArray adopt(NDArray state) {
        return state;
    }

    /// Runs the program.
    ///
    /// @param arguments one value per parameter, each of the parameter's dtype, rank and known extents; read only
    /// @param destinations one entry per result: where it must be stored ([NDArray#isWhole], of the result's dtype and shape), or `null`.
    ///     A destination may be an argument's memory: it is written after everything was read
    /// @param results gets one value per result: its destination; or an array that is neither the memory of an argument nor another result.
    ///     A result that is state may lie elsewhere ([damo.value.Remote]). An array that is in it already, of the result's dtype and whole, is used
    ///     if there is no destination and the shape fits; nobody else may see that array, for a call that fails may have written it. It may be an
    ///     argument, for one result: then it is used if the result can be computed in place, and nothing can fail any more when that begins
    /// @throws damo.DamoException if shapes do not fit or a check fails; no destination has been written then
    void run(NDArray[] arguments, NDArray[] destinations, NDArray[] results);

    /// An implementation of a functional interface that calls the program without a detour, if it is small, and all its extents follow from its
    /// types and the signature. Else the general one is as good.
    default <T> Optional<T> implementation(Entry<T> entry) {
        return Optional.empty();
    }

    /// What was compiled so far: programs, kernels, what was fused.
    String explain();

    /// The text of what was compiled so far: programs of kernels, or what a device's compiler gets. Empty if that is nothing.
    default String text() {
        return "";
    }

    /// The class files of what was compiled so far; none where nothing becomes bytecode.
    default List<byte[]> classFiles() {
        return List.of();
    }

    /// How many kernels the most recent run used, or 0 where there are none: before and after fusion.
    int[] kernels();
}
