package damo.spi;

import damo.type.DType;
import damo.value.Joml;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;

/// A functional interface that a program is to implement: how its only abstract method takes all inputs of the program, in order, and then, if
/// it returns no output, has a destination for each output. A destination may be an argument, so all arguments are read before one is written.
///
/// @param type the interface
/// @param method its method
/// @param inputs how each parameter of the program comes
/// @param outputs how each result goes: to the further parameters, or if there are none as what is returned, which is then fresh
/// @param general an implementation that is slower, but takes everything and knows every message
public record Entry<T>(Class<T> type, Method method, List<Passing> inputs, List<Passing> outputs, T general) {
    /// How a value passes between Java and a program.
    public sealed interface Passing {
        /// The Java class.
        Class<?> type();
    }

    /// A number, of a primitive type which widens to the dtype of the input without loss, or which the output widens to.
    ///
    /// @param dtype that of such numbers
    public record Number(Class<?> type, DType dtype) implements Passing {}

    /// A flat array with the elements, row-major. It is the storage of the input's or the output's dtype.
    public record Flat(Class<?> type) implements Passing {}

    /// A JOML value, whose dtype widens without loss as that of a [Number] does.
    ///
    /// @param type the class of the parameter; of an output it is [Joml#type]
    public record Fields(Class<?> type, Joml kind) implements Passing {}

    /// Whether the outputs are destinations.
    public boolean hasDestinations() {
        return method.getParameterCount() > inputs.size();
    }

    /// All the ways in which its values pass.
    public Stream<Passing> passings() {
        return Stream.concat(inputs.stream(), outputs.stream());
    }
}
