package damo.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Floats as NumPy prints them: the shortest digits that read back as the same float, in columns at most 8 after the point,
/// with exponents where the magnitudes demand it. The rules are those of `numpy/_core/arrayprint.py` (2.4).
final class Decimal {
    private static final int DIGITS = 8;

    private Decimal() {}

    /// One number by itself: `1.0`, `0.1`, `1e-10`.
    static String scalar(double x, boolean single) {
        if (!Double.isFinite(x)) return special(x);
        double size = Math.abs(x);
        BigDecimal value = trim(shortest(size, single));
        boolean plain = size == 0 || size >= 1e-4 && size < (single ? 1e6 : 1e16);
        if (plain) return sign(x) + whole(value) + "." + orZero(fraction(value));
        String fraction = tail(value);
        return sign(x) + head(value) + (fraction.isEmpty() ? "" : "." + fraction) + exponent(value, 2);
    }

    /// Numbers printed together, all of one width.
    static String[] column(double[] numbers, boolean single) {
        boolean scientific = isScientific(numbers, single);
        BigDecimal[] values = new BigDecimal[numbers.length];
        int fractionDigits = 0;
        int exponentDigits = 2;
        for (int i = 0; i < numbers.length; i++) {
            if (!Double.isFinite(numbers[i])) continue;
            values[i] = rounded(Math.abs(numbers[i]), single, scientific);
            fractionDigits = Math.max(fractionDigits, (scientific ? tail(values[i]) : fraction(values[i])).length());
            exponentDigits = Math.max(exponentDigits, Integer.toString(Math.abs(power(values[i]))).length());
        }
        // The rest of a shorter number's digits are those of its exact value: 1.4012985e-45, not 1.0000000e-45.
        if (scientific)
            for (int i = 0; i < numbers.length; i++)
                if (values[i] != null) values[i] = trim(exact(numbers[i]).round(digits(fractionDigits + 1)));
        String[] words = new String[numbers.length];
        for (int i = 0; i < words.length; i++) {
            BigDecimal value = values[i];
            words[i] = value == null ? special(numbers[i])
                : scientific ? sign(numbers[i]) + head(value) + "." + padded(tail(value), '0', fractionDigits)
                    + exponent(value, exponentDigits)
                : sign(numbers[i]) + whole(value) + "." + padded(fraction(value), ' ', fractionDigits);
        }
        return Format.alignRight(words);
    }

    private static boolean isScientific(double[] numbers, boolean single) {
        double max = 0;
        double min = Double.POSITIVE_INFINITY;
        for (double x : numbers) {
            double size = Math.abs(x);
            if (size == 0 || !Double.isFinite(size)) continue;
            max = Math.max(max, size);
            min = Math.min(min, size);
        }
        if (max == 0) return false;
        // NumPy compares in the array's type: 0.0001f is not small, 10f and 0.01f are a factor of 1000 apart
        return single ? max >= 1e6 || min < 1e-4f || (float) max / (float) min > 1000
                      : max >= 1e8 || min < 1e-4 || max / min > 1000;
    }

    private static BigDecimal rounded(double size, boolean single, boolean scientific) {
        BigDecimal value = trim(shortest(size, single));
        // Longer ones are rounded from the exact value: rounding the shortest digits would round twice.
        if (scientific && value.precision() > DIGITS + 1)
            return trim(exact(size).round(digits(DIGITS + 1)));
        if (!scientific && value.scale() > DIGITS)
            return trim(exact(size).setScale(DIGITS, RoundingMode.HALF_EVEN));
        return value;
    }

    private static BigDecimal shortest(double size, boolean single) {
        BigDecimal value = new BigDecimal(single ? Float.toString((float) size) : Double.toString(size));
        if (value.precision() != 2) return value;
        BigDecimal shorter = value.round(new MathContext(1));    // Java writes 4.9E-324 where 5e-324 reads back the same
        boolean same = single ? shorter.floatValue() == (float) size : shorter.doubleValue() == size;
        return same ? shorter : value;
    }

    private static MathContext digits(int count) {
        return new MathContext(count, RoundingMode.HALF_EVEN);
    }

    private static BigDecimal exact(double x) {
        return new BigDecimal(Math.abs(x));
    }

    private static BigDecimal trim(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    private static String sign(double x) {
        return Double.doubleToRawLongBits(x) < 0 ? "-" : "";
    }

    private static String special(double x) {
        return Double.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
    }

    private static String whole(BigDecimal value) {
        return value.toBigInteger().toString();
    }

    private static String fraction(BigDecimal value) {
        String text = value.toPlainString();
        int point = text.indexOf('.');
        return point < 0 ? "" : text.substring(point + 1);
    }

    // The parts of d.ddde±dd

    private static String head(BigDecimal value) {
        return value.unscaledValue().toString().substring(0, 1);
    }

    private static String tail(BigDecimal value) {
        return value.unscaledValue().toString().substring(1);
    }

    private static int power(BigDecimal value) {
        return value.precision() - value.scale() - 1;
    }

    private static String exponent(BigDecimal value, int digits) {
        String text = Integer.toString(Math.abs(power(value)));
        return "e" + (power(value) < 0 ? "-" : "+") + "0".repeat(Math.max(0, digits - text.length())) + text;
    }

    private static String padded(String text, char with, int length) {
        return text + String.valueOf(with).repeat(length - text.length());
    }

    private static String orZero(String fraction) {
        return fraction.isEmpty() ? "0" : fraction;
    }
}
