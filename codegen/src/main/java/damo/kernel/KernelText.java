package damo.kernel;

import damo.DamoException;

/// Programs as text, and back. Printing, parsing and printing again gives the same text.
///
/// ```
/// program f(n: int32, m: int32; %x: float64[n, m], const %c: float64[2] = [1.0, 2.0]) -> (%z: float64[n, m]) {
///   var %t: float64[n]
///   kernel k0 {
///     for i < n {
///       t[i] = max j < m { x[i, j] }
///     }
///   }
///   if %b {
///     …
///   } else {
///     …
///   }
///   check %ok "what is wrong"
///   call "draw generator=twister_uniform, result=0"(%s, %n) -> (%u, %r)
/// }
/// ```
///
/// - A value that is used twice, and a fold that is not a whole right side, is named where its axes are known: `%1 = …`, the number
///   within the kernel. A named value inside a fold is local to it.
/// - `contract` instead of `kernel` says that it runs as products of matrices.
/// - What is called is an op with its attributes, as in the text of graphs; its operands are the buffers.
/// - Numbers: `1.0` is float64, `1.0f` float32, `3` int32, `3L` int64, `true` bool; of other dtypes `uint8(3)`, `float32(inf)`.
///   What is not a number is converted: `uint8(x[i])`; a number that is to be converted has parentheses of its own: `uint8((3))`.
/// - `x[i, j]` loads by positions, `x.flat[o]` by offset; `c ? a : b` computes one of the two, `where(c, a, b)` both.
/// - A name that is no identifier, or a word of this language, is in backquotes. A line that begins with `//` is a comment.
/// - Of constants with more than 1024 elements only the first ones are printed, and such text cannot be parsed.
public final class KernelText {
    private KernelText() {}

    /// The text of a value and of what it is computed from.
    public static String print(Value value) {
        return new KernelPrinter().value(value);
    }

    /// The text of a kernel.
    public static String print(Kernel kernel) {
        return new KernelPrinter().kernel("kernel", kernel, 0).text();
    }

    /// The text of a program.
    public static String print(Program program) {
        return ProgramPrinter.print(program).text();
    }

    /// The program that `text` says, made of values of a pool of its own.
    ///
    /// @throws DamoException if the text is none, with the line and column, what was found there and what was expected
    public static Program parse(String text) {
        return parse(text, new Values());
    }

    /// As [#parse(String)], made of values of `pool`.
    public static Program parse(String text, Values pool) {
        return new ProgramParser(text, pool).program();
    }
}
