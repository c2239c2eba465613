package damo.text;

import java.util.List;
import java.util.Map;

/// An expression as it was written, before names have values: what laws are made of.
public sealed interface Term {
    /// A number (or a boolean), which takes the dtype of what it meets.
    record Literal(Object value) implements Term {}

    /// What a name stands for.
    record Name(String text) implements Term {}

    /// A function of terms; operators have the names of the scalar functions (`add`), attributes are such as `axes=[1]`.
    record Apply(String function, List<Term> args, Map<String, Object> attributes) implements Term {}
}
