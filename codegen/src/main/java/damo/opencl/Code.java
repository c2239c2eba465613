package damo.opencl;

import java.util.ArrayList;
import java.util.List;

/// Lines of C in the making, each with the line of the IR that it is for.
final class Code {
    /// A line of code, and the line of the kernel's listing, or 0.
    record Line(String text, int origin) {}

    private final List<Line> lines = new ArrayList<>();
    private int indent;
    private int origin;

    /// From here on, lines are for this line of the listing.
    void origin(int line) {
        if (line > 0) origin = line;
    }

    void add(String line) {
        lines.add(new Line("    ".repeat(indent) + line, origin));
    }

    void add(String format, Object... args) {
        add(format.formatted(args));
    }

    /// Begins a block after `head`, as `for (…)`.
    void open(String head) {
        add(head + " {");
        indent++;
    }

    void close() {
        indent--;
        add("}");
    }

    /// Takes back what was added since there were `length` lines.
    List<Line> cut(int length) {
        List<Line> tail = lines.subList(length, lines.size());
        List<Line> cut = List.copyOf(tail);
        tail.clear();
        return cut;
    }

    /// Adds lines that were taken back.
    void paste(List<Line> more) {
        lines.addAll(more);
    }

    void deeper(int by) {
        indent += by;
    }

    List<Line> lines() {
        return lines;
    }
}
