package damo.kernel;

import java.util.Map;

/// A program's text, and where in it what its kernels do is said: what a debugger shows.
///
/// @param text the text
/// @param lines for each kernel, by identity, the lines of the text
public record Listing(String text, Map<Kernel, Lines> lines) {
    /// Where a kernel's text says things.
    public static final class Lines {
        /// Knows no lines.
        public static final Lines NONE = new Lines(Map.of(), 0);

        private final Map<Record, Integer> rows;
        private final int first;

        Lines(Map<Record, Integer> rows, int first) {
            this.rows = rows;
            this.first = first;
        }

        /// The line, from 1, on which the kernel stores `to`; 0 if none is known.
        public int of(Buffer to) {
            return line(to);
        }

        /// The line, from 1, on which the first loop or fold over `axis` begins; 0 if none is known.
        public int of(Axis axis) {
            return line(axis);
        }

        private int line(Record what) {
            Integer row = rows.get(what);
            return row == null ? 0 : first + row;
        }
    }

    /// The listing of `program`, whose text is that of [KernelText].
    public static Listing of(Program program) {
        return ProgramPrinter.print(program);
    }

    /// The lines of one of its kernels.
    public Lines of(Kernel kernel) {
        return lines.getOrDefault(kernel, Lines.NONE);
    }
}
