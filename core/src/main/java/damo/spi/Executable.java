package damo.spi;

import damo.value.NDArray;
import java.util.Optional;

/// A prepared program: immutable for its users, safe to run from many threads at once.
public interface Executable {
    /// Runs the program.
    ///
    /// @param arguments one value per parameter, each of the parameter's dtype, rank and known extents; read only
    /// @param destinations one entry per result: where to store it ([NDArray#isWhole], of the result's dtype and shape), or `null` for a
    ///     fresh array. A destination may be an argument's memory: it is written after everything was read
    /// @return one value per result; never the memory of an argument
    /// @throws damo.DamoException if shapes do not fit or a check fails; no destination has been written then
    NDArray[] run(NDArray[] arguments, NDArray[] destinations);

    /// An implementation of the functional interface `type` over primitives that calls the program without boxing, if the program
    /// is of scalars only and the signature fits: one parameter per program parameter and the only result.
    <T> Optional<T> scalarFunction(Class<T> type);

    /// What was compiled so far: programs, kernels, what was fused.
    String explain();

    /// How many kernels the most recent run used, or 0 where there are none: before and after fusion.
    int[] kernels();
}
