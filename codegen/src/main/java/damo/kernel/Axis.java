package damo.kernel;

/// A loop from 0 up to `extent` (int32: a [Scalar.Whole], a [Scalar.Symbol], or a product of them). The name is unique in a program.
public record Axis(String name, Value extent) {}
