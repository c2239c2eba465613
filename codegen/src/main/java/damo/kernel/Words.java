package damo.kernel;

import damo.graph.Reduction;
import damo.graph.ScalarOp;
import damo.type.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The words of kernel text: its reserved ones, how strongly operators bind, how names are written.
final class Words {
    /// How strongly `c ? a : b`, a sign, and names, numbers and calls bind; the table of infix operators lies between.
    static final int CHOOSE = 0, SUM = 7, SIGN = 9, ATOM = 10;

    /// The function that is no [ScalarOp].
    static final String BITS = "bits";

    private static final List<Set<ScalarOp>> LEVELS = List.of(Set.of(), Set.of(ScalarOp.OR), Set.of(ScalarOp.XOR), Set.of(ScalarOp.AND),
            Set.of(ScalarOp.EQ, ScalarOp.NE), Set.of(ScalarOp.LT, ScalarOp.LE), Set.of(ScalarOp.SHL, ScalarOp.SHR),
            Set.of(ScalarOp.ADD, ScalarOp.SUB),
            Set.of(ScalarOp.MUL, ScalarOp.DIV, ScalarOp.FLOORDIV), Set.of(ScalarOp.NEG, ScalarOp.NOT));

    static final Map<String, ScalarOp> INFIX = Arrays.stream(ScalarOp.values()).filter(f -> f.isOperator() && f.arity() == 2)
            .collect(Collectors.toMap(ScalarOp::symbol, Function.identity()));
    static final Map<String, ScalarOp> FUNCTIONS = Arrays.stream(ScalarOp.values()).filter(f -> !f.isOperator())
            .collect(Collectors.toMap(ScalarOp::symbol, Function.identity()));
    static final Map<String, Reduction> REDUCTIONS = Arrays.stream(Reduction.values())
            .collect(Collectors.toMap(Reduction::toString, Function.identity()));
    static final Map<String, DType> DTYPES = Arrays.stream(DType.values())
            .collect(Collectors.toMap(DType::toString, Function.identity()));

    private static final Set<String> RESERVED = Stream.of(FUNCTIONS.keySet(), REDUCTIONS.keySet(), DTYPES.keySet(),
            Set.of(BITS, "program", "kernel", "contract", "for", "if", "else", "loop", "carry", "until", "check", "call", "const", "var", "true",
                    "false",
                    "inf", "nan"))
            .flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private Words() {}

    /// How strongly `f` binds, as it is printed.
    static int level(ScalarOp f) {
        for (int level = 0; level < LEVELS.size(); level++) if (LEVELS.get(level).contains(f)) return level;
        return ATOM;
    }

    /// The name as text has it: in backquotes unless it is an identifier and no word of the language.
    static String name(String name) {
        return isIdentifier(name) && !RESERVED.contains(name) ? name : "`" + escaped(name, '`') + "`";
    }

    /// The text between quotes, with everything that would end it or the line escaped.
    static String escaped(String text, char quote) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("" + quote, "\\" + quote);
    }

    static boolean startsIdentifier(char c) {
        return Character.isLetter(c) || c == '_';
    }

    static boolean continuesIdentifier(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }

    private static boolean isIdentifier(String name) {
        if (name.isEmpty() || !startsIdentifier(name.charAt(0))) return false;
        return name.chars().allMatch(c -> continuesIdentifier((char) c));
    }
}
