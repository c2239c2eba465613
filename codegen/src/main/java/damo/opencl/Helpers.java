package damo.opencl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// C functions for what takes more than an operator or a built-in function: the meaning is that of `damo.interpret`. Programs
/// begin with those that they call.
final class Helpers {
    /// By name; the first word of a name is the function, what follows `_` the type `T`. `U` is `T` without sign, `W` its width in bits.
    private static final Map<String, String> BODIES = Map.ofEntries(
            // x / y traps at y = 0, and at y = −1 for the least x.
            Map.entry("floordiv_signed", """
                if (y == 0) return 0;
                if (y == -1) return (T)(0 - (U)x);
                T q = x / y;
                return x % y != 0 && (x ^ y) < 0 ? q - 1 : q;"""),
            Map.entry("floordiv_unsigned", "return y == 0 ? 0 : x / y;"),
            // From the exact remainder: the floor of a rounded quotient would be wrong next to an integer.
            Map.entry("floordiv_float", """
                if (y == 0) return x / y;
                T rest = fmod(x, y);
                T quotient = (x - rest) / y;
                if (rest != 0 && (rest < 0) != (y < 0)) quotient -= 1;
                return quotient == 0 ? copysign((T)0, x / y) : rint(quotient);"""),
            Map.entry("mod_signed", """
                if (y == 0 || y == -1) return 0;
                T rest = x % y;
                return rest != 0 && (rest ^ y) < 0 ? rest + y : rest;"""),
            Map.entry("mod_unsigned", "return y == 0 ? 0 : x % y;"),
            Map.entry("mod_float", """
                T rest = fmod(x, y);
                if (rest == 0) return copysign((T)0, y);
                return (rest < 0) != (y < 0) ? rest + y : rest;"""),
            Map.entry("shl_signed", "return (U)y < W ? (T)((U)x << y) : 0;"),
            Map.entry("shl_unsigned", "return y < W ? x << y : 0;"),
            Map.entry("shr_signed", "return x >> ((U)y < W ? y : W - 1);"),
            Map.entry("shr_unsigned", "return y < W ? x >> y : 0;"),
            Map.entry("sign_signed", "return (x > 0) - (x < 0);"),
            Map.entry("sign_float", "return x > 0 ? 1 : x < 0 ? -1 : x;"),
            Map.entry("max_signed", "return x > y ? x : y;"),
            Map.entry("max_unsigned", "return x > y ? x : y;"),
            Map.entry("min_signed", "return x < y ? x : y;"),
            Map.entry("min_unsigned", "return x < y ? x : y;"),
            // NaN of NaN, and 0 is more than −0: fmax promises neither.
            Map.entry("max_float", "return x > y || x != x ? x : x == y ? (signbit(x) ? y : x) : y;"),
            Map.entry("min_float", "return x < y || x != x ? x : x == y ? (signbit(x) ? x : y) : y;"),
            // To a negative power: 1 / |…|, toward zero, and 0 of 0.
            Map.entry("pow_signed", """
                if (y < 0) return x == 1 ? 1 : x == -1 ? ((y & 1) == 0 ? 1 : -1) : 0;
                U result = 1;
                for (U square = x, rest = y; rest != 0; rest >>= 1, square *= square) if (rest & 1) result *= square;
                return (T)result;"""),
            // As damo.interpret.Polygamma has it; x is the order.
            Map.entry("polygamma_float", """
                if (!(x >= 0) || x != rint(x) || isinf(x) || isnan(y)) return (T)NAN;
                const bool even = fmod(x, (T)2) == 0;
                if (y <= 0 && y == rint(y)) return !even ? (T)INFINITY : y == 0 ? -1 / y : (T)NAN;
                const T beyond = y - rint(y);
                if (x == 0) {
                    T q = y > 0 ? y : 1 - y, sum = y > 0 ? 0 : 4 * atan((T)1) / tanpi(beyond);
                    for (; q < 10; q += 1) sum += 1 / q;
                    const T z = 1 / (q * q);
                    return log(q) - 1 / (2 * q) - z * ((T)1 / 12 - z * ((T)1 / 120 - z * ((T)1 / 252 - z * ((T)1 / 240 - z * ((T)1 / 132
                        - z * ((T)691 / 32760 - z / 12)))))) - sum;
                }
                if (isinf(y)) return 0;
                const T b[10] = {(T)1 / 12, -(T)1 / 720, (T)1 / 30240, -(T)1 / 1209600, (T)1 / 47900160, -(T)691 / 1307674368000l,
                    (T)1 / 74724249600l, -(T)3617 / 10670622842880000l, (T)43867 / 5109094217170944000l, -(T)174611 / (T)802857662698291200 / 1000};
                const T above = beyond > 0 ? beyond : 1 + beyond, below = beyond > 0 ? 1 - beyond : -beyond;
                const T unit = y > 0 ? y : fmin(above, below);
                T result = 0;
                for (int part = 0; part < (y > 0 ? 1 : 3); part++) {
                    T q = y > 0 ? y : part == 0 ? above : part == 1 ? below : 1 - y, sum = 0, next = 1;
                    for (int k = 0; k < 200 && q < x + 10 && next > sum * 1e-21f; k++, q += 1) sum += next = pow(unit / q, x + 1);
                    if (next > sum * 1e-21f) {
                        T series = 0;
                        for (int j = 9; j >= 0; j--) series = series * ((x + 2 * j + 2) / q) * ((x + 2 * j + 3) / q) + b[j];
                        sum += pow(unit / q, x + 1) * (q / x + ((T)1 / 2 + (x + 1) / q * series));
                    }
                    result += part == 2 || part == 0 && even ? -sum : sum;
                }
                if (result == 0) return 0;
                // n! / unit^(n + 1), the factors in an order that overflows only with the product.
                if (x > 2000) return copysign(exp(log(fabs(result)) + (x + (T)1 / 2) * log(x) - x + 0.9189385f - (x + 1) * log(unit)), result);
                result /= unit;
                for (T low = 1, high = x; low <= high && !isinf(result);) result *= (fabs(result) > 1 ? low++ : high--) / unit;
                return result;"""),
            Map.entry("pow_unsigned", """
                U result = 1;
                for (U square = x, rest = y; rest != 0; rest >>= 1, square *= square) if (rest & 1) result *= square;
                return result;"""),
            // Below 2^63 as a signed number, so that what is negative wraps.
            Map.entry("wrap_float", "return x < 9223372036854775808.0f ? (ulong)convert_long_sat(x) : convert_ulong_sat(x);"));

    private final Map<String, String> used = new LinkedHashMap<>();

    /// A call of `f` for values of the C type `type`.
    String call(String f, String type, String... args) {
        String name = f + "_" + type;
        used.computeIfAbsent(name, _ -> text(f, name, type, args.length));
        return "%s(%s)".formatted(name, String.join(", ", args));
    }

    private static String text(String f, String name, String type, int arity) {
        String family = switch (type) {
            case "float", "double" -> "float";
            case "uint", "ulong" -> "unsigned";
            default -> "signed";
        };
        boolean isWide = type.endsWith("long");
        String body = BODIES.get(f + "_" + family).indent(4).stripTrailing().replaceAll("\\bU\\b", isWide ? "ulong" : "uint")
                .replaceAll("\\bW\\b", isWide ? "64" : "32");
        String result = f.equals("wrap") ? "ulong" : "T";
        return "%s %s(%s) {\n%s\n}\n".formatted(result, name, arity == 1 ? "T x" : "T x, T y", body).replaceAll("\\bT\\b", type);
    }

    /// The functions that were called.
    String text() {
        return used.values().stream().map(f -> "\n" + f).collect(Collectors.joining());
    }
}
